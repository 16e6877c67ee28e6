import Anthropic from "@anthropic-ai/sdk";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { answer } from "@zotpilot/simulator";
import { generateText } from "ai";
import OpenAI, { APIError } from "openai";
import { describe, expect, test } from "vitest";
import { createCopilot } from "../src/index.ts";
import { expectNoSecret } from "./canary.ts";
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
import { simulated } from "./simulated.ts";

const asked = { model: "gpt-4.1", messages: [{ role: "user" as const, content: "hello" }] };
const CLAUDE = "claude-sonnet-4.5";

describe("the official SDKs with copilot.sdk as their options", () => {
  test("OpenAI: streams, and a token that ends between two turns is renewed unseen", async () => {
    const { simulator, copilot, count } = await simulated({ answer: answer.text("Hi there.") });
    const openai = new OpenAI(copilot.sdk);
    const read = async () => {
      let said = "";
      for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true })) {
        said += chunk.choices[0]?.delta.content ?? "";
      }
      return said;
    };
    expect(await read()).toBe("Hi there.");
    // By the service's clock alone: the SDK's request is refused, and sent once more with a new token.
    simulator.clock.advance(31 * 60_000);
    expect(await read()).toBe("Hi there.");
    expect(count(TOKEN_PATH)).toBe(2);
    const chats = simulator.requests.filter(({ path }) => path === CHAT_PATH);
    expect(chats.map(({ status }) => status)).toEqual([200, 401, 200]);
    expect(chats[2]?.body).toEqual(chats[1]?.body);
    expect(chats[2]?.headers["x-initiator"]).toBe("user");
  });

  test("OpenAI: its other wire and its list of models", async () => {
    const { copilot } = await simulated({ answer: answer.text("Hi there.") });
    const openai = new OpenAI(copilot.sdk);
    const models = await openai.models.list();
    const model = (await copilot.listModels()).find(({ endpoints }) => endpoints.includes("/responses"));
    expect(models.data.map(({ id }) => id)).toContain(model?.id);
    const { output_text: said } = await openai.responses.create({
      model: model?.id ?? "",
      input: "hello",
      store: false,
    });
    expect(said).toBe("Hi there.");
  });

  test("Anthropic: streams, with a tool call", async () => {
    const { simulator, copilot } = await simulated({
      answer: answer.toolCalls([{ name: "read", arguments: { path: "a.ts" } }]),
    });
    const anthropic = new Anthropic(copilot.sdk);
    const message = await anthropic.messages
      .stream({
        model: CLAUDE,
        max_tokens: 100,
        messages: [{ role: "user", content: "read a.ts" }],
        tools: [{ name: "read", input_schema: { type: "object" } }],
      })
      .finalMessage();
    expect(message.content.find((part) => part.type === "tool_use")).toMatchObject({
      name: "read",
      input: { path: "a.ts" },
    });
    const sent = simulator.requests.at(-1);
    expect(sent?.path).toBe("/v1/messages");
    expect(sent?.headers).not.toHaveProperty("x-api-key");
  });

  test("AI SDK: answers", async () => {
    const { copilot } = await simulated({ answer: answer.text("Hi there.") });
    const provider = createOpenAICompatible({ name: "copilot", ...copilot.sdk });
    expect((await generateText({ model: provider("gpt-4.1"), prompt: "hello" })).text).toBe("Hi there.");
  });

  test("a failure is the SDK's own kind of error, with the service's words and no secret", async () => {
    const { copilot, secrets } = await simulated({ scenarios: ["limit.402_quota_exceeded"] });
    const openai = new OpenAI(copilot.sdk);
    const error: unknown = await openai.chat.completions.create(asked).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 402, code: "quota_exceeded" });
    expectNoSecret(error, secrets());
  });

  test("leaving a stream tells the service", async () => {
    const { simulator, copilot } = await simulated({
      answer: answer.text(Array.from({ length: 200 }, (_, index) => `word${index}`).join(" ")),
      pace: 20,
    });
    const openai = new OpenAI(copilot.sdk);
    const chunks = await openai.chat.completions.create({ ...asked, stream: true });
    for await (const chunk of chunks) if (chunk.choices[0]?.delta.content) break;
    await expect.poll(() => simulator.requests.at(-1)?.aborted).toBe(true);
  });
});

describe("copilot.fetch", () => {
  const client = (chat: Answer) => startClient({ "*": chat });
  const url = `https://copilot.invalid${CHAT_PATH}`;
  const post = (body: unknown, headers: Record<string, string> = {}) => ({
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

  test("takes off what is the SDK's, puts on what is Copilot's", async () => {
    const { copilot, service } = await client(json({}));
    const theirs = {
      Authorization: "Bearer sk-of-somebody",
      "X-Api-Key": "sk-of-somebody",
      Cookie: "a=b",
      "User-Agent": "OpenAI/JS 7.55.0",
      "OpenAI-Organization": "org-1",
      "X-Stainless-OS": "Linux",
      "x-kept": "1",
    };
    const answered = await copilot.fetch(url, post(asked, theirs));
    expect(answered).toBeInstanceOf(Response);
    expect(await answered.json()).toEqual({});
    const sent = service.seen.at(-1);
    expect(JSON.parse(sent?.body ?? "")).toEqual(asked);
    expect(sent?.headers).toMatchObject({
      authorization: "Bearer tid=fixture;n=1:mac",
      "user-agent": "GitHubCopilotChat/0.35.0",
      "editor-version": "vscode/1.107.0",
      "copilot-integration-id": "vscode-chat",
      "x-github-api-version": "2025-05-01",
      "x-initiator": "user",
      "x-kept": "1",
    });
    for (const gone of ["x-api-key", "cookie", "openai-organization", "x-stainless-os"]) {
      expect(sent?.headers).not.toHaveProperty(gone);
    }
    expect(JSON.stringify(service.seen)).not.toContain("sk-of-somebody");
  });

  test.each([
    ["a person's words", { messages: [{ role: "user", content: "a" }] }, "user"],
    [
      "a tool's result",
      {
        messages: [
          { role: "user", content: "a" },
          { role: "tool", content: "b" },
        ],
      },
      "agent",
    ],
    [
      "a tool's result in Anthropic's form",
      { messages: [{ role: "user", content: [{ type: "tool_result", content: "b" }] }] },
      "agent",
    ],
    [
      "a tool's result and a person's words",
      { messages: [{ role: "user", content: [{ type: "tool_result" }, { type: "text", text: "a" }] }] },
      "user",
    ],
    ["text alone", { input: "a" }, "user"],
    ["a tool's output in the form of /responses", { input: [{ type: "function_call_output" }] }, "agent"],
  ])("says who asks: %s", async (_name, body, initiator) => {
    const { copilot, service } = await client(json({}));
    await copilot.fetch(url, post(body));
    expect(service.seen.at(-1)?.headers["x-initiator"]).toBe(initiator);
    const other = initiator === "user" ? "agent" : "user";
    await copilot.fetch(url, post(body, { "X-Initiator": other }));
    expect(service.seen.at(-1)?.headers["x-initiator"]).toBe(other);
  });

  test.each([
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:" } }] }] },
    { messages: [{ role: "user", content: [{ type: "tool_result", content: [{ type: "image" }] }] }] },
    { input: [{ role: "user", content: [{ type: "input_image" }] }] },
  ])("announces images: %j", async (body) => {
    const { copilot, service } = await client(json({}));
    await copilot.fetch(url, post(body));
    expect(service.seen.at(-1)?.headers["copilot-vision-request"]).toBe("true");
    await copilot.fetch(url, post(asked));
    expect(service.seen.at(-1)?.headers).not.toHaveProperty("copilot-vision-request");
  });

  test("goes nowhere but to the account's host", async () => {
    const { copilot, service } = await client(json({}));
    const elsewhere = await startService({ "*": json({}) });
    for (const target of [
      elsewhere.origin,
      "https://api.openai.com/v1/chat/completions",
      "http://127.0.0.1:1/",
    ]) {
      await expect(copilot.fetch(target, post(asked))).rejects.toThrow();
    }
    expect(elsewhere.seen).toEqual([]);
    expect((await copilot.fetch(`${service.origin}/models`)).status).toBe(200);
  });

  test.each([301, 302, 303, 307, 308])("redirect %i: handed back, and not followed", async (status) => {
    const elsewhere = await startService({ "*": json({}) });
    const { copilot, service } = await client(text("", status, { location: `${elsewhere.origin}/x?t=1` }));
    const answered = await copilot.fetch(url, post(asked));
    expect(answered.status).toBe(status);
    expect(answered.headers.get("location")).toBeNull();
    expect(await answered.json()).toMatchObject({
      error: {
        message: expect.stringContaining(`${elsewhere.origin}/x", and redirects are never`) as string,
      },
    });
    expect(elsewhere.seen).toEqual([]);
    expect(service.count(CHAT_PATH)).toBe(1);
  });

  test("takes every form of a request, and streams its answer", async () => {
    const { copilot, service } = await client(stream(fixture("chat-stream-text.sse")));
    const forms: [string | URL | Request, RequestInit?][] = [
      [url, post(asked)],
      [new URL(url), { ...post(asked), body: new TextEncoder().encode(JSON.stringify(asked)) }],
      [new Request(url, post(asked))],
      [url, { ...post(asked), body: new Blob([JSON.stringify(asked)]).stream(), duplex: "half" }],
    ];
    for (const [input, init] of forms) {
      const answered = await copilot.fetch(input, init);
      expect(await answered.text()).toBe(fixture("chat-stream-text.sse"));
      expect(JSON.parse(service.seen.at(-1)?.body ?? "")).toEqual(asked);
    }
    expect(service.count(TOKEN_PATH)).toBe(1);
  });

  test("an abort, before and in the middle, gives its own reason", async () => {
    const { copilot } = await client((_request, response) => {
      response.writeHead(200).write("data: {}\n\n");
    });
    const reason = new Error("enough");
    await expect(copilot.fetch(url, { ...post(asked), signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const answered = await copilot.fetch(url, { ...post(asked), signal: controller.signal });
    const reading = answered.text();
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  test("an account that may not is told in the SDK's own way, and not tried again", async () => {
    const { simulator, copilot, count } = await simulated({ scenarios: ["exchange.403.no_copilot_access"] });
    const openai = new OpenAI(copilot.sdk);
    const error: unknown = await openai.chat.completions.create(asked).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 403, code: "not_subscribed" });
    expect((error as Error).message).toMatch(/GitHub refused access to Copilot/);
    expect(count(TOKEN_PATH)).toBe(1);
    simulator.clearScenarios();
  });

  test("a failure of the network rejects as that of fetch does, with a sentence as its cause", async () => {
    const copilot = createCopilot({ githubToken: () => "ghu_fixture", host: "http://127.0.0.1:1" });
    const error: unknown = await copilot.fetch(url, post(asked)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).cause).toMatchObject({
      code: "network",
      message: expect.stringContaining("127.0.0.1:1 refused the connection (ECONNREFUSED)") as string,
    });
    const { copilot: cutOff } = await client((_request, response) => void response.socket?.resetAndDestroy());
    const broken: unknown = await cutOff.fetch(url, post(asked)).catch((thrown: unknown) => thrown);
    expect((broken as TypeError).cause).toMatchObject({ code: "network", retryable: true });
    await copilot.close();
  });

  test("what the token source throws reaches the caller unchanged", async () => {
    const failure = new Error("not logged in");
    const copilot = createCopilot({
      host: "http://127.0.0.1:9",
      githubToken: () => {
        throw failure;
      },
    });
    await expect(copilot.fetch(url, post(asked))).rejects.toBe(failure);
    await copilot.close();
  });

  test("failing answers are left to the SDK, which tries again by itself", async () => {
    const { copilot, service } = await client(text("down", 503));
    expect((await copilot.fetch(url, post(asked))).status).toBe(503);
    expect(service.count(CHAT_PATH)).toBe(1);
  });
});
