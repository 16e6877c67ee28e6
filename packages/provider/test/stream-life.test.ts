import { answer } from "@zotpilot/simulator";
import { describe, expect, test } from "vitest";
import { collectMessage, createCopilot, textOf, type ModelEvent } from "../src/index.ts";
import { CHAT_PATH, mint, startService, TOKEN_PATH, type Answer } from "./fake-service.ts";
import { fixture } from "./fixtures.ts";
import { hello, simulated } from "./simulated.ts";

const whole = fixture("chat-stream-text.sse");

async function clientOf(chat: Answer, timeouts = {}) {
  const service = await startService({ [TOKEN_PATH]: mint(), [CHAT_PATH]: chat });
  return createCopilot({ githubToken: () => "ghu_fixture", host: service.origin, timeouts });
}

describe("after a complete answer", () => {
  test("a connection that stays open does not hold up the end", async () => {
    const copilot = await clientOf((_request, response) => void response.writeHead(200).write(whole));
    const { finishReason } = await collectMessage(copilot.stream(hello));
    expect(finishReason).toBe("end");
  });

  test("a connection that breaks does not turn it into a failure", async () => {
    const copilot = await clientOf((_request, response) => {
      response.writeHead(200).write(whole, () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
    });
    const { finishReason } = await collectMessage(copilot.stream(hello));
    expect(finishReason).toBe("end");
  });

  test("endless data is not read", async () => {
    let closed = () => {};
    const sawClose = new Promise<void>((resolve) => (closed = resolve));
    const copilot = await clientOf((_request, response) => {
      response.on("close", closed).writeHead(200).write(whole);
      const more = () => {
        while (!response.destroyed && response.write(": x\n".repeat(4096)));
      };
      response.on("drain", more);
      more();
    });
    expect((await collectMessage(copilot.stream(hello))).finishReason).toBe("end");
    await sawClose;
  });

  test("connections are used again", async () => {
    const { simulator, copilot } = await simulated({ answer: answer.text("Hi.") });
    for (let turn = 0; turn < 10; turn += 1) {
      await collectMessage(copilot.stream(hello));
      // undici frees a connection one turn of the event loop after its answer.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(simulator.requests).toHaveLength(11);
    // The first question may follow the token so closely that it opens a second connection.
    expect(new Set(simulator.requests.map((request) => request.connection)).size).toBeLessThanOrEqual(2);
  });
});

describe("leaving early", () => {
  const long = answer.text("word ".repeat(500), { delayMs: 5 });

  test("breaking out of the loop closes the connection", async () => {
    const { simulator, copilot } = await simulated({ answer: long });
    for await (const event of copilot.stream(hello)) if (event.type === "text_delta") break;
    await expect.poll(() => simulator.requests.at(-1)?.aborted).toBe(true);
  });

  test("an abort rejects with its reason and closes the connection", async () => {
    const { simulator, copilot } = await simulated({ answer: long });
    const controller = new AbortController();
    const reason = new Error("the person pressed Esc");
    const seen: ModelEvent[] = [];
    const reading = (async () => {
      for await (const event of copilot.stream(hello, { signal: controller.signal })) {
        seen.push(event);
        if (event.type === "text_delta") controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(seen.some((event) => event.type === "finish")).toBe(false);
    await expect.poll(() => simulator.requests.at(-1)?.aborted).toBe(true);
  });

  test("an abort while the service is silent rejects with its reason", async () => {
    const { simulator, copilot } = await simulated({ scenarios: ["stall.headers"] });
    const controller = new AbortController();
    const reading = collectMessage(copilot.stream(hello, { signal: controller.signal }));
    await expect.poll(() => simulator.requests.length).toBe(2);
    controller.abort(new Error("stop"));
    await expect(reading).rejects.toThrow("stop");
  });

  test("a signal that has fired already costs nothing", async () => {
    const { simulator, copilot } = await simulated();
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(collectMessage(copilot.stream(hello, { signal }))).rejects.toThrow("stop");
    expect(simulator.requests).toHaveLength(0);
  });

  test("no listener stays behind on a signal that is used for many calls", async () => {
    const { copilot } = await simulated({ answer: answer.text("Hi.") });
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, given);
    };
    signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, given);
    };
    for (let turn = 0; turn < 5; turn += 1) await collectMessage(copilot.stream(hello, { signal }));
    await expect.poll(() => listeners).toBeLessThanOrEqual(0);
  });
});

describe("F-23: silence", () => {
  test("stall.first_chunk: nothing after the headers", async () => {
    const { copilot } = await simulated(
      { scenarios: ["stall.first_chunk"] },
      { timeouts: { firstByteMs: 100 } },
    );
    await expect(collectMessage(copilot.stream(hello))).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
    });
  });

  test("stall.mid: what came before is given out, then the timeout", async () => {
    const { simulator, copilot } = await simulated(
      { scenarios: ["stall.mid"] },
      { timeouts: { idleMs: 100 } },
    );
    let text = "";
    const reading = (async () => {
      for await (const event of copilot.stream(hello)) if (event.type === "text_delta") text += event.text;
    })();
    await expect(reading).rejects.toMatchObject({ code: "timeout", retryable: true });
    expect(text).not.toBe("");
    await expect.poll(() => simulator.requests.at(-1)?.aborted).toBe(true);
  });

  test("stall.keepalive_only: comments alone are not an answer", async () => {
    const { copilot, advance } = await simulated({ scenarios: ["stall.keepalive_only"] });
    const events = copilot.stream(hello)[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: "response_start" });
    const waiting = events.next();
    advance(9 * 60_000);
    await new Promise((resolve) => setTimeout(resolve, 250));
    advance(2 * 60_000);
    await expect(waiting).rejects.toMatchObject({ code: "timeout", retryable: true });
  });

  test("a slow reader is not taken for a silent service", async () => {
    const { copilot } = await simulated(
      { answer: answer.text("one two three") },
      { timeouts: { firstByteMs: 2000, idleMs: 50 } },
    );
    let text = "";
    for await (const event of copilot.stream(hello)) {
      if (event.type === "text_delta") text += event.text;
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    expect(text).toBe("one two three");
  });
});

test("a service that sends its answer as one JSON text gives the same events", async () => {
  const copilot = await clientOf((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(fixture("chat-nonstream-text.json"));
  });
  const { message } = await collectMessage(copilot.stream(hello));
  expect(textOf(message)).toBe("Hello from the simulator.");
});
