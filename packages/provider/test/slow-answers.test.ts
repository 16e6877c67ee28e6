import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { collectCompletion, collectMessage, textOf, type Copilot } from "../src/index.ts";
import { CHAT_PATH, json, mint, startClient, stream, TOKEN_PATH, type Answer } from "./fake-service.ts";
import { fixture } from "./fixtures.ts";
import { hello } from "./simulated.ts";

const QUICK = { firstByteMs: 400, idleMs: 400 };

/** Says `start`, and then a bit of nothing every few milliseconds, for ever. */
function drip(start: string, bit: string, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).write(start);
    const timer = setInterval(() => response.write(bit), 40);
    response.on("close", () => clearInterval(timer));
  };
}

describe("F-23: an answer that keeps coming and never ends", () => {
  test("a refusal is told with what has come of it", async () => {
    const { copilot } = await startClient({ [CHAT_PATH]: drip("no such", "e", 400) }, { timeouts: QUICK });
    await expect(collectMessage(copilot.stream(hello))).rejects.toMatchObject({
      code: "bad_request",
      status: 400,
      message: expect.stringContaining("no such"),
    });
  });

  test.each<[string, (copilot: Copilot) => Promise<unknown>]>([
    ["/models", (copilot) => copilot.listModels()],
    ["/copilot_internal/user", (copilot) => copilot.user()],
    [TOKEN_PATH, (copilot) => copilot.listModels()],
    ["/embeddings", (copilot) => copilot.embeddings("a")],
  ])("%s has as long for the whole as for its beginning", async (path, ask) => {
    const { copilot } = await startClient({ [path]: drip("{", " ") }, { timeouts: QUICK });
    await expect(ask(copilot)).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
      message: expect.stringMatching(/not complete within/),
    });
  });

  test.each<[string, Answer, (copilot: Copilot) => Promise<unknown>]>([
    ["an answer as JSON", drip("{", " "), (copilot) => collectMessage(copilot.stream(hello))],
    [
      "a code completion that is kept alive",
      drip('data: {"choices":[{"index":0,"text":"a"}]}\n\n', ": ping\n\n"),
      (copilot) => collectCompletion(copilot.complete({ prompt: "a" })),
    ],
    [
      "a code completion that has not begun",
      drip("", ": ping\n\n"),
      (copilot) => collectCompletion(copilot.complete({ prompt: "a" })),
    ],
  ])("%s is given up after ten minutes without content", async (_name, answer, ask) => {
    let passed = 0;
    const { copilot, service } = await startClient(
      { "*": answer },
      { monotonicNow: () => performance.now() + passed },
    );
    const asked = ask(copilot);
    await expect.poll(() => service.seen.length).toBe(2);
    passed = 11 * 60_000;
    await expect(asked).rejects.toMatchObject({ code: "timeout", retryable: true });
  });

  test.each<[string, string, (copilot: Copilot) => Promise<unknown>]>([
    [
      "an answer",
      'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
      (copilot) => collectMessage(copilot.stream(hello)),
    ],
    [
      "a code completion",
      'data: {"choices":[{"index":0,"text":"a"}]}\n\n',
      (copilot) => collectCompletion(copilot.complete({ prompt: "a" })),
    ],
  ])("%s that goes on for more than an hour is ended", async (_name, piece, ask) => {
    let passed = 0;
    let sent = 0;
    const answer: Answer = (_request, response) => {
      const timer = setInterval(() => {
        response.write(piece);
        sent += 1;
        // Never ten minutes without content.
        passed += 9 * 60_000;
      }, 20);
      response.on("close", () => clearInterval(timer));
    };
    const { copilot } = await startClient(
      { "*": answer },
      { monotonicNow: () => performance.now() + passed },
    );
    await expect(ask(copilot)).rejects.toMatchObject({ code: "timeout", retryable: true });
    expect(sent).toBeGreaterThan(5);
  });
});

describe("a renewal that hangs", () => {
  test.each(["drips", "is silent"])("and %s holds nobody up while the old token is valid", async (how) => {
    let exchanges = 0;
    let hanging: ServerResponse | undefined;
    const good = mint();
    const token: Answer = (request, response) => {
      exchanges += 1;
      if (exchanges === 1) return good(request, response);
      hanging = response;
      if (how === "drips") return drip("{", " ")(request, response);
      return undefined;
    };
    let passed = 0;
    const { copilot, service } = await startClient(
      { [TOKEN_PATH]: token, [CHAT_PATH]: stream(fixture("chat-stream-text.sse")) },
      { monotonicNow: () => performance.now() + passed },
    );
    const ask = async () => textOf((await collectMessage(copilot.stream(hello))).message);
    await ask();
    passed = 26 * 60_000;
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.every((answer) => answer !== "")).toBe(true);
    // Those that come later do not wait at all, and start no second one.
    expect(await ask()).not.toBe("");
    expect(exchanges).toBe(2);
    expect(new Set(service.seen.map(({ headers }) => headers.authorization)).size).toBe(2);
    // What came of it in the end is used.
    hanging?.destroy();
  });

  test("holds up those whose token has ended, who get its failure", async () => {
    let exchanges = 0;
    const token: Answer = (request, response) => {
      exchanges += 1;
      if (exchanges === 1)
        return json({ token: "tid=one", refresh_in: 60, expires_at: 0 })(request, response);
      return drip("{", " ")(request, response);
    };
    let passed = 0;
    const { copilot } = await startClient(
      { [TOKEN_PATH]: token, [CHAT_PATH]: stream(fixture("chat-stream-text.sse")) },
      { monotonicNow: () => performance.now() + passed, timeouts: QUICK },
    );
    await collectMessage(copilot.stream(hello));
    passed = 60 * 60_000;
    await expect(collectMessage(copilot.stream(hello))).rejects.toMatchObject({ code: "timeout" });
  });
});
