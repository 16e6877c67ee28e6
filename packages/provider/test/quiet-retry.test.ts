import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { Agent, type Dispatcher } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createDispatcher,
  createTokenCache,
  placeholderOrigin,
  type QuietRetryOptions,
} from "../src/transport/index.ts";
import { startService, text, type Answer } from "./fake-service.ts";

const cut: Answer = (_request, response) => void response.socket?.resetAndDestroy();
const ok = text("fine");

/** Answers with each of `answers` in turn; the last one stays. */
function inTurn(...answers: Answer[]): Answer {
  let at = 0;
  return (request, response) => {
    const answer = answers[Math.min(at, answers.length - 1)];
    at += 1;
    return answer?.(request, response);
  };
}

function setup(retry: QuietRetryOptions | false = {}): Dispatcher {
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  return createDispatcher({ dispatcher: agent, retry });
}

async function ask(answer: Answer, method: "GET" | "POST", retry?: QuietRetryOptions | false) {
  const service = await startService({ "*": answer });
  const options = {
    origin: service.origin,
    path: "/",
    method,
    headers: { "x-initiator": "user", "x-id": "1" },
  };
  const outcome = await setup(retry)
    .request({ ...options, ...(method === "POST" && { body: "prompt" }) })
    .then(async ({ statusCode, body }) => `${statusCode} ${await body.text()}`)
    .catch((error: unknown) => (error as { code?: string }).code ?? String(error));
  return { outcome, seen: service.seen };
}

describe("what is sent again", () => {
  test.each<["GET" | "POST", string, Answer, string, number]>([
    ["GET", "a connection that broke once", inTurn(cut, ok), "200 fine", 2],
    ["GET", "one that always breaks", cut, "ECONNRESET", 3],
    ["GET", "500 once", inTurn(text("x", 500), ok), "200 fine", 2],
    ["GET", "503 always", text("down", 503), "503 down", 3],
    ["GET", "503 with a wait of its own", text("down", 503, { "retry-after": "1" }), "503 down", 1],
    ["GET", "429", text("slow", 429), "429 slow", 1],
    ["GET", "404", text("no", 404), "404 no", 1],
    ["POST", "502, 504 and then good", inTurn(text("a", 502), text("b", 504), ok), "200 fine", 3],
    ["POST", "503 always", text("down", 503), "503 down", 3],
    // These may have been counted and charged.
    ["POST", "500", text("x", 500), "500 x", 1],
    ["POST", "a connection that broke after the prompt was sent", inTurn(cut, ok), "ECONNRESET", 1],
  ])("%s: %s", async (method, _name, answer, outcome, count) => {
    const asked = await ask(answer, method);
    expect(asked.outcome).toBe(outcome);
    expect(asked.seen).toHaveLength(count);
    // Every attempt is the same request: the initiator decides what it costs.
    const sent = asked.seen.map(({ body, headers }) => [body, headers["x-initiator"], headers["x-id"]]);
    expect(new Set(sent.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test("nothing, when it is switched off or the answers are left to the caller", async () => {
    expect((await ask(text("down", 503), "GET", false)).seen).toHaveLength(1);
    expect((await ask(cut, "GET", false)).seen).toHaveLength(1);
    expect((await ask(text("down", 503), "GET", { statuses: false })).seen).toHaveLength(1);
    expect((await ask(inTurn(cut, ok), "GET", { statuses: false })).outcome).toBe("200 fine");
    expect((await ask(text("down", 503), "GET", { retries: 1 })).seen).toHaveLength(2);
  });

  test("an answer that has begun is not asked for again", async () => {
    const begun: Answer = (_request, response) => {
      response.writeHead(200).write("half");
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    };
    const { outcome, seen } = await ask(begun, "GET");
    expect([outcome, seen.length]).toEqual(["ECONNRESET", 1]);
  });

  test("a body that can be read only once is not sent twice", async () => {
    const service = await startService({ "*": text("down", 503) });
    const body = Readable.from(["prompt"]);
    const options = { origin: service.origin, path: "/", method: "POST" as const, body };
    const answered = await setup().request(options);
    await answered.body.dump();
    expect(service.seen).toHaveLength(1);
  });

  test("a POST to a server that is only just starting gets through", async () => {
    const port = await freePort();
    let server: Server | undefined;
    onTestFinished(() => void server?.close());
    const waiting = setup().request({
      origin: `http://127.0.0.1:${port}`,
      path: "/",
      method: "POST",
      body: "prompt",
    });
    // The first attempt is refused at once; the second or third, some tenths of a second later, finds it.
    await new Promise((resolve) => setTimeout(resolve, 30));
    server = createServer((_request, response) => response.end("fine")).listen(port, "127.0.0.1");
    expect(await (await waiting).body.text()).toBe("fine");
  });
});

test("each attempt is signed anew", async () => {
  const service = await startService({ "*": inTurn(text("down", 503), ok) });
  let count = 0;
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  let clock = 0;
  const tokens = createTokenCache(
    () =>
      Promise.resolve({ token: { value: `t${(count += 1)}`, origin: service.origin }, refreshInMs: 30_000 }),
    { monotonicNow: () => (clock += 40_000) },
  );
  const dispatcher = createDispatcher({ dispatcher: agent, tokens });
  const answered = await dispatcher.request({
    origin: placeholderOrigin,
    path: "/",
    method: "POST",
    body: "x",
  });
  await answered.body.dump();
  const used = service.seen.map(({ headers }) => headers.authorization);
  expect(used).toHaveLength(2);
  expect(used[0]).not.toBe(used[1]);
});

test("an abort during the wait between two attempts rejects with its reason, and nothing more is sent", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const service = await startService({
    "*": (request, response) => {
      setTimeout(() => controller.abort(reason), 20);
      return text("down", 503)(request, response);
    },
  });
  const waiting = setup().request({
    origin: service.origin,
    path: "/",
    method: "GET",
    signal: controller.signal,
  });
  await expect(waiting).rejects.toBe(reason);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(service.seen).toHaveLength(1);
});

test("silence is cut short by the phase that it falls in", async () => {
  const hang: Answer = () => undefined;
  const half: Answer = (_request, response) => void response.writeHead(200).write("half");
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const dispatcher = createDispatcher({
    dispatcher: agent,
    timeouts: { firstByteMs: 300, idleMs: 300 },
  });
  const service = await startService({ "/hang": hang, "/half": half });
  const get = (path: string) => dispatcher.request({ origin: service.origin, path, method: "GET" });
  await expect(get("/hang")).rejects.toMatchObject({ code: "UND_ERR_HEADERS_TIMEOUT" });
  const begun = await get("/half");
  await expect(begun.body.text()).rejects.toMatchObject({ code: "UND_ERR_BODY_TIMEOUT" });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
