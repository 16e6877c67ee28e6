import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  collectMessage,
  createCopilot,
  createOpenAICompatible,
  textOf,
  type Copilot,
  type Message,
} from "../src/index.ts";
import { decode, frames, summary, wires } from "./decoding.ts";
import {
  CHAT_PATH,
  json,
  startClient,
  startService,
  stream,
  text,
  TOKEN_PATH,
  type Answer,
} from "./fake-service.ts";
import { fixture } from "./fixtures.ts";
import { hello } from "./simulated.ts";

const isLong = process.env["ZOTPILOT_TEST_LONG"] === "1";
const KB = 1024;
const MB = 1024 * KB;
const model = { id: "gpt-4.1", capabilities: { type: "chat" } };
const token = { token: "tid=fixture;exp=1:mac", refresh_in: 1500 };
const USER_PATH = "/copilot_internal/user";

/** JSON of an exact size. */
function padded(value: object, size: number): string {
  const bare = JSON.stringify({ ...value, pad: "" });
  return JSON.stringify({ ...value, pad: "x".repeat(size - bare.length) });
}

describe("M: how much of an answer is read", () => {
  test.each<[string, string, object, number, (copilot: Copilot) => Promise<unknown>]>([
    ["the models", "/models", { data: [model] }, 10 * MB, (copilot) => copilot.listModels()],
    ["the account", USER_PATH, { login: "someone" }, MB, (copilot) => copilot.user()],
    ["the token", TOKEN_PATH, token, MB, (copilot) => copilot.listModels()],
  ])("%s: what is at the limit arrives, one byte more does not", async (_name, path, value, limit, ask) => {
    let size = limit;
    const answer: Answer = (_request, response) => void response.writeHead(200).end(padded(value, size));
    const { copilot } = await startClient({ "/models": json({ data: [model] }), [path]: answer });
    await ask(copilot);
    // A client for each: a failed exchange is shared for a second.
    for (size of [limit + 1, ...(isLong ? [limit * 10] : [])]) {
      const other = await startClient({ "/models": json({ data: [model] }), [path]: answer });
      await expect(ask(other.copilot)).rejects.toMatchObject({
        code: "invalid_response",
        message: expect.stringContaining(`more than ${limit / KB} KB`),
      });
    }
  });

  test("headers: 30 KB arrive, 33 KB are refused", async () => {
    const answer = (size: number): Answer => text("[]", 200, { "x-pad": "x".repeat(size) });
    const { copilot } = await startClient({ "/small": answer(30 * KB), "*": answer(33 * KB) });
    const small = { origin: "https://copilot.invalid", path: "/small", method: "GET" } as const;
    const { body } = await copilot.dispatcher.request(small);
    expect(await body.text()).toBe("[]");
    await expect(copilot.listModels()).rejects.toMatchObject({
      code: "network",
      retryable: false,
      message: expect.stringContaining("more headers than we read"),
    });
  });

  test("a line of 16 MB, and an answer of 16 MB as JSON", async () => {
    const chunk = (pad: string) => JSON.stringify({ choices: [{ delta: { content: "a" } }], pad });
    const line = (size: number) =>
      `data: ${chunk("x".repeat(size - chunk("").length - "data: ".length))}\n\n`;
    const end = `data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
    // What is over the limit is noticed with the next packet.
    const inPieces = (whole: Buffer) =>
      Array.from({ length: Math.ceil(whole.length / MB) }, (_, at) => whole.subarray(at * MB, (at + 1) * MB));
    const streamed = (size: number) => decode(wires.chat, inPieces(Buffer.from(line(size) + end)));
    expect(summary(await streamed(16 * MB - 16)).text).toBe("a");
    expect((await streamed(18 * MB)).error?.message).toContain("an oversized event");
    const message = { choices: [{ message: { content: "a" }, finish_reason: "stop" }] };
    const whole = (size: number) => decode(wires.chat, inPieces(Buffer.from(padded(message, size))));
    expect(summary(await whole(16 * MB)).text).toBe("a");
    expect((await whole(16 * MB + 1)).error?.message).toContain("larger than 16 MB");
  });

  test("a million events", async () => {
    const packet = Buffer.from('data: {"choices":[]}\n\n'.repeat(10_000));
    const pieces = Array.from({ length: 101 }, () => packet);
    const { error } = await decode(wires.chat, pieces);
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(error?.message).toContain("1000000 events");
    if (!isLong) return;
    const end = frames({ choices: [{ delta: { content: "a" }, finish_reason: "stop" }] });
    expect(summary(await decode(wires.chat, [...pieces.slice(2), ...end])).text).toBe("a");
  });
});

describe("F-25, S-E2: lengths and packing that lie", () => {
  test("nothing is asked for packed, and what comes packed all the same is not unpacked", async () => {
    const { copilot, service } = await startClient({
      "/models": (_request, response) => {
        const packed = gzipSync(JSON.stringify({ data: [], pad: "x".repeat(20 * MB) }));
        response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
      },
    });
    await expect(copilot.listModels()).rejects.toMatchObject({ code: "invalid_response" });
    await copilot.user().catch(() => undefined);
    await copilot.enableModel("a").catch(() => undefined);
    await copilot.embeddings("a").catch(() => undefined);
    await collectMessage(copilot.stream(hello)).catch(() => undefined);
    expect(service.seen.length).toBeGreaterThan(4);
    for (const { headers, path } of service.seen) expect(headers["accept-encoding"], path).toBe("identity");
  });

  test.each<[string, string]>([
    ["longer than it says", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}{}{}{}{}{}"],
    ["shorter than it says", "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{}"],
    ["of two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}"],
    ["of a length that is none", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}"],
  ])("an answer that is %s is an error", async (_name, raw) => {
    const answer: Answer = (_request, response) => void response.socket?.end(raw);
    const { copilot } = await startClient({ "*": answer });
    for (const call of [collectMessage(copilot.stream(hello)), copilot.listModels()]) {
      await expect(call).rejects.toMatchObject({ name: "ProviderError" });
    }
  });

  test("S-E2: a redirect leads nowhere, also one without a target; 304 is none", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { copilot, service } = await startClient({
        "*": text("", status, { location: "/elsewhere?x=1" }),
      });
      const asked = collectMessage(copilot.stream(hello));
      await expect(asked).rejects.toMatchObject({
        code: "invalid_response",
        status,
        message: expect.stringContaining('to "/elsewhere", and redirects are never followed'),
      });
      expect(service.count("/elsewhere?x=1") + service.count("/elsewhere")).toBe(0);
    }
    const { copilot } = await startClient({ "*": text("", 302) });
    await expect(copilot.listModels()).rejects.toMatchObject({
      message: expect.stringContaining("a redirect (status 302), and"),
    });
    const unchanged = await startClient({ "*": (_request, response) => void response.writeHead(304).end() });
    for (const call of [collectMessage(unchanged.copilot.stream(hello)), unchanged.copilot.listModels()]) {
      await expect(call).rejects.toMatchObject({
        code: "bad_request",
        status: 304,
        message: expect.not.stringContaining("redirect") as string,
      });
    }
  });
});

describe("S-E10: values cannot inject headers", () => {
  test.each(["a\r\nx-evil: 1", "a\nb", "a\u0000b"])("%j is refused before it is sent", async (value) => {
    const { copilot, service } = await startClient({ "*": json({}) });
    const asked = collectMessage(copilot.stream({ ...hello, interactionId: value }));
    await expect(asked).rejects.toMatchObject({ code: "bad_request", retryable: false });
    expect(service.count(CHAT_PATH)).toBe(0);
    const identity = { userAgent: value };
    expect(() => createCopilot({ githubToken: () => "ghu_x", identity })).toThrow(
      /userAgent holds characters/,
    );
    const headers = { "x-extra": value };
    const other = createOpenAICompatible({ id: "other", baseUrl: service.origin, headers });
    const before = service.seen.length;
    await expect(collectMessage(other.stream(hello))).rejects.toMatchObject({ code: "bad_request" });
    await other.close();
    expect(service.seen).toHaveLength(before);
    // A model's name goes into the body and into a path, where it is escaped.
    await copilot.enableModel(value);
    expect(service.seen.at(-1)?.path).toBe(`/models/${encodeURIComponent(value)}/policy`);
  });
});

test("F-26: a host that is not Copilot's, named by the token or beside it, gets nothing", async () => {
  const elsewhere = await startService({ "*": json({}) });
  const port = new URL(elsewhere.origin).port;
  for (const answer of [
    { ...token, endpoints: { api: `http://127.0.0.1.example:${port}` } },
    { ...token, endpoints: { api: `http://user@127.0.0.1:${port}` } },
    { ...token, endpoints: { api: `http://127.0.0.1:${port}/path` } },
    { ...token, token: `tid=fixture;proxy-ep=proxy.example;exp=1:mac` },
  ]) {
    const { copilot, service } = await startClient({ [TOKEN_PATH]: json(answer) });
    await expect(collectMessage(copilot.stream(hello))).rejects.toMatchObject({ code: "invalid_response" });
    await expect(copilot.listModels()).rejects.toMatchObject({ code: "invalid_response" });
    expect(service.seen.every(({ path }) => path === TOKEN_PATH)).toBe(true);
  }
  expect(elsewhere.seen).toHaveLength(0);
});

test("a host that no longer serves the account leads to another token, and to the host that it names", async () => {
  const moved = await startService({ [CHAT_PATH]: stream(fixture("chat-stream-text.sse")) });
  let exchanges = 0;
  const { copilot, service } = await startClient({
    [TOKEN_PATH]: (request, response) => {
      exchanges += 1;
      const endpoints = exchanges > 1 ? { endpoints: { api: moved.origin } } : {};
      return json({ token: `tid=${exchanges}`, refresh_in: 1500, ...endpoints })(request, response);
    },
    [CHAT_PATH]: text("Misdirected Request", 421),
  });
  expect(textOf((await collectMessage(copilot.stream(hello))).message)).not.toBe("");
  expect([exchanges, service.count(CHAT_PATH), moved.count(CHAT_PATH)]).toEqual([2, 1, 1]);
});

test("a byte order mark in front of JSON does no harm, and an endless id of a request is cut", async () => {
  const marked = (value: unknown): Answer => text(`\ufeff${JSON.stringify(value)}`);
  const answer = { choices: [{ message: { content: "hey" }, finish_reason: "stop" }] };
  const { copilot } = await startClient({
    [TOKEN_PATH]: marked(token),
    "/models": marked({ data: [model] }),
    [CHAT_PATH]: marked(answer),
    [USER_PATH]: text("no", 400, { "x-request-id": "r".repeat(9000) }),
  });
  expect(await copilot.listModels()).toHaveLength(1);
  expect(textOf((await collectMessage(copilot.stream(hello))).message)).toBe("hey");
  const error: unknown = await copilot.user().catch((thrown: unknown) => thrown);
  expect((error as { requestId: string }).requestId.length).toBeLessThan(210);
});

describe("requests that no service takes as they are", () => {
  const context = { stream: true, reasons: false, reasoningEfforts: undefined };
  const responseFormat = { type: "json_schema" as const, name: "read", schema: { type: "object" } };
  const read = { name: "read", description: "Reads.", parameters: { type: "object" } };

  test("two calls of one id have each its own result, on every wire", () => {
    const call = (name: string) => ({ type: "tool_call" as const, id: "a", name, arguments: "{}" });
    const result = (name: string, said: string): Message => ({
      role: "tool",
      callId: "a",
      name,
      content: [{ type: "text", text: said }],
      isError: false,
    });
    const messages: Message[] = [
      ...hello.messages,
      { role: "assistant", content: [call("one"), call("two")] },
      result("one", "first result"),
      result("two", "second result"),
    ];
    for (const wire of Object.values(wires)) {
      const sent = JSON.stringify(wire.encode({ ...hello, messages }, context));
      expect(sent.indexOf("first result")).toBeGreaterThan(0);
      expect(sent.indexOf("second result")).toBeGreaterThan(sent.indexOf("first result"));
      expect(sent).not.toContain("interrupted");
    }
  });

  test("/v1/messages: a form of the answer that has a tool's name, or is no object", () => {
    const encode = (schema: Record<string, unknown>, tools = [read]) =>
      wires.messages.encode({ ...hello, tools, responseFormat: { ...responseFormat, schema } }, context);
    expect(() => encode({ type: "object" })).toThrow(/a tool of the same name, "read"/);
    expect(() => encode({ type: "array", items: {} }, [])).toThrow(/a schema that is not one of an object/);
    expect(encode({ properties: {} }, [])).toHaveProperty("tool_choice.name", "read");
  });

  test("parameters that are null are none", () => {
    const tools = [{ ...read, parameters: null as unknown as Record<string, unknown> }];
    for (const wire of Object.values(wires)) {
      expect(JSON.stringify(wire.encode({ ...hello, tools }, context))).toContain('"properties":{}');
    }
  });
});
