import { setTimeout as sleep } from "node:timers/promises";
import type { ModelEvent, Provider } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { z } from "zod";
import { compose, defineTool, toolRunner, type AgentEvent } from "../src/index.ts";
import { asking } from "./support/asking.ts";
import { collectRun, only, pairingProblems, resultTexts, runOptions, types } from "./support/run.ts";
import {
  answerEvents,
  call,
  failAfter,
  model,
  play,
  providerError,
  say,
  scripted,
  untilAborted,
} from "./support/scripted.ts";

const start: ModelEvent = { type: "response_start" };
const text = (value: string): ModelEvent => ({ type: "text_delta", text: value });

/** Runs, and aborts when an event of this type is heard. */
async function abortAt(
  type: AgentEvent["type"],
  provider: Provider,
  tools: Parameters<typeof runOptions>[1] = [],
  more: Parameters<typeof runOptions>[2] = {},
): Promise<AgentEvent[]> {
  const controller = new AbortController();
  return collectRun(runOptions(provider, tools, { ...more, signal: controller.signal }), (event) => {
    if (event.type === type) setImmediate(() => controller.abort());
  });
}

test("abort before the service answers", async () => {
  const events = await abortAt("turn_start", scripted(play([], untilAborted)));
  expect(types(events)).toEqual(["run_start", "user_message", "turn_start", "turn_end", "run_end"]);
  expect(only(events, "turn_end")[0]?.stopReason).toBe("aborted");
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "aborted" });
});

test("abort while text streams keeps the text", async () => {
  const events = await abortAt("text_delta", scripted(play([start, text("half a")], untilAborted)));
  expect(types(events).slice(3)).toEqual([
    "response_start",
    "text_delta",
    "usage",
    "assistant_message",
    "turn_end",
    "run_end",
  ]);
  expect(only(events, "assistant_message")[0]).toMatchObject({
    message: { content: [{ type: "text", text: "half a" }] },
    stopReason: "aborted",
    usage: null,
  });
  expect(only(events, "turn_end")[0]?.error).toBeUndefined();
});

test("abort while tool arguments stream keeps no half call, and never runs it", async () => {
  const half: ModelEvent[] = [
    start,
    { type: "tool_input_start", callId: "1", name: "echo" },
    { type: "tool_input_delta", callId: "1", json: '{"te' },
  ];
  const events = await abortAt("tool_input_delta", scripted(play(half, untilAborted)));
  expect(types(events)).not.toContain("assistant_message");
  expect(types(events)).not.toContain("tool_start");
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "aborted" });
});

test("abort after a call is complete, but before the answer is: the call does not run either", async () => {
  const [first, ...rest] = answerEvents("", [{ id: "1", name: "echo" }]).slice(0, 4);
  const events = await abortAt("tool_input_end", scripted(play([first ?? start, ...rest], untilAborted)));
  expect(types(events)).not.toContain("tool_start");
  expect(types(events)).not.toContain("assistant_message");
});

test("abort in tools: the running one is stopped, the next is not started, both are answered", async () => {
  const started: string[] = [];
  const wait = defineTool({
    name: "wait",
    description: "Waits.",
    risk: "execute",
    input: z.object({ name: z.string() }),
    async run({ name }, { signal, progress }) {
      started.push(name);
      progress("waiting");
      await untilAborted(signal);
      return "never";
    },
  });
  const events = await abortAt(
    "tool_progress",
    scripted(
      call(
        { id: "a", name: "wait", arguments: { name: "a" } },
        { id: "b", name: "wait", arguments: { name: "b" } },
      ),
    ),
    [wait],
  );
  expect(started).toEqual(["a"]);
  expect(resultTexts(events)).toEqual(["aborted: the call was stopped", "aborted: the call was not started"]);
  expect(only(events, "turn_end")).toHaveLength(1);
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "aborted" });
});

test("what a tool returns after an abort is kept", async () => {
  const partial = defineTool({
    name: "partial",
    description: "Returns what it has.",
    risk: "execute",
    input: z.object({}),
    async run(_input, { signal, progress }) {
      progress("x");
      await untilAborted(signal).catch(() => undefined);
      return "half the output";
    },
  });
  const events = await abortAt("tool_progress", scripted(call({ id: "a", name: "partial" })), [partial]);
  expect(resultTexts(events)).toEqual(["half the output"]);
});

test("a tool that ignores the abort is not waited for, and the model is told that it may go on", async () => {
  const deaf = defineTool({
    name: "deaf",
    description: "Never ends.",
    risk: "execute",
    input: z.object({}),
    run(_input, { progress }) {
      progress("x");
      return new Promise(() => undefined);
    },
  });
  const events = await abortAt("tool_progress", scripted(call({ id: "a", name: "deaf" })), [deaf], {
    abortGraceMs: 5,
  });
  expect(resultTexts(events)[0]).toMatch(/^aborted: .*may still be running/);
  expect(only(events, "tool_end")).toHaveLength(1);
});

test("also when the abort comes from within the tool, before it first waits", async () => {
  const controller = new AbortController();
  const deaf = defineTool({
    name: "deaf",
    description: "Aborts the run.",
    risk: "execute",
    input: z.object({}),
    run() {
      controller.abort();
      return new Promise(() => undefined);
    },
  });
  const options = runOptions(scripted(call({ id: "a", name: "deaf" })), [deaf], {
    signal: controller.signal,
    abortGraceMs: 5,
  });
  // The front end of `defineTool` is asynchronous; a plain tool is not.
  options.runTool = (_call, context) => deaf.run({}, context);
  expect(resultTexts(await collectRun(options))[0]).toMatch(/^aborted: /);
});

test("a provider that ignores the abort cannot keep the person waiting", async () => {
  let left = false;
  const provider: Provider = {
    id: "deaf",
    listModels: async () => [model("model-a")],
    stream: () => ({
      [Symbol.asyncIterator]() {
        let sent = false;
        return {
          next: () => {
            if (sent) return new Promise(() => undefined);
            sent = true;
            return Promise.resolve({ done: false, value: text("half") });
          },
          return: () => {
            left = true;
            return new Promise(() => undefined);
          },
        };
      },
    }),
  };
  const events = await abortAt("text_delta", provider);
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "aborted" });
  expect(only(events, "assistant_message")[0]?.message.content).toEqual([{ type: "text", text: "half" }]);
  expect(left).toBe(true);
});

test("an error before any text ends the run with that error, said twice as zot's clients expect", async () => {
  const error = providerError({ code: "bad_request", message: "copilot: http 400: no" });
  const events = await collectRun(runOptions(scripted(failAfter([], error))));
  expect(types(events)).toEqual(["run_start", "user_message", "turn_start", "turn_end", "run_end"]);
  const serialized = { code: "bad_request", message: "copilot: http 400: no", retryable: false };
  expect(events.at(-2)).toEqual({ type: "turn_end", turn: 1, stopReason: "error", error: serialized });
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "error", error: serialized });
});

test("an error after some text keeps the text and does not try again by itself", async () => {
  const error = providerError({ retryable: true, retryAfterMs: 1 });
  const provider = scripted(failAfter([start, text("half")], error), say("never asked"));
  const events = await collectRun(runOptions(provider));
  expect(only(events, "assistant_message")[0]).toMatchObject({
    message: { content: [{ type: "text", text: "half" }] },
    stopReason: "error",
  });
  expect(provider.requests).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ type: "run_end", reason: "error" });
});

test("an answer cut after any of its events is never taken for a whole one", async () => {
  const whole = answerEvents("some text", [{ id: "1", name: "echo", arguments: { text: "x" } }]);
  for (let cut = 0; cut < whole.length; cut += 1) {
    for (const thrown of [undefined, new Error("reset"), "none"]) {
      const answer = thrown === "none" ? play(whole.slice(0, cut)) : failAfter(whole.slice(0, cut), thrown);
      const events = await collectRun(runOptions(scripted(answer)));
      expect(events.at(-1), `cut at ${cut}`).toMatchObject({ type: "run_end", reason: "error" });
      expect(types(events)).not.toContain("tool_start");
      const kept = only(events, "assistant_message").flatMap(({ message }) => message.content);
      expect(kept).toEqual(cut >= 2 ? [{ type: "text", text: "some text" }] : []);
    }
  }
});

test("a failure behind the end of an answer changes nothing", async () => {
  const events = await collectRun(runOptions(scripted(failAfter(answerEvents("whole"), new Error("reset")))));
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "done" });
});

test("retries are visible and bounded", async () => {
  const busy = providerError({ code: "rate_limited", retryable: true, retryAfterMs: 1 });
  const provider = scripted(
    failAfter([], busy),
    failAfter([start], busy),
    failAfter([], busy),
    say("never asked"),
  );
  const events = await collectRun(runOptions(provider));
  expect(only(events, "retry").map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(provider.requests).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ reason: "error", error: { code: "rate_limited" } });
});

test("a retry that succeeds ends well", async () => {
  const busy = providerError({ retryable: true, retryAfterMs: 1 });
  const events = await collectRun(runOptions(scripted(failAfter([], busy), say("hi"))));
  expect(types(events).slice(2)).toEqual([
    "turn_start",
    "retry",
    "response_start",
    "text_delta",
    "usage",
    "assistant_message",
    "turn_end",
    "run_end",
  ]);
});

test("a wait longer than a person would sit out is not waited", async () => {
  const quota = providerError({ retryable: true, retryAfterMs: 3_600_000 });
  const provider = scripted(failAfter([], quota), say("never asked"));
  const events = await collectRun(runOptions(provider));
  expect(types(events)).not.toContain("retry");
  expect(events.at(-1)).toMatchObject({ reason: "error", error: { retryAfterMs: 3_600_000 } });
});

test("an abort ends the wait before a retry", async () => {
  const busy = providerError({ retryable: true, retryAfterMs: 50_000 });
  const events = await abortAt("retry", scripted(failAfter([], busy), say("never asked")));
  expect(types(events).slice(3)).toEqual(["retry", "turn_end", "run_end"]);
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "aborted" });
});

test("an abort at any event ends in one run_end and a conversation that a strict service accepts", async () => {
  const echo = defineTool({
    name: "echo",
    description: "Repeats.",
    risk: "read",
    input: z.object({}),
    async run(_input, { progress }) {
      progress("x");
      await sleep(1);
      return "ok";
    },
  });
  // Every state that a run can be in: waiting to try again, thinking, answering, asking a person, at work.
  const busy = providerError({ retryable: true, retryAfterMs: 1 });
  const [first, ...rest] = answerEvents("Both.", [
    { id: "a", name: "echo" },
    { id: "b", name: "echo" },
  ]);
  const thinking: ModelEvent[] = [first ?? start, { type: "reasoning_delta", text: "hm" }, ...rest];
  const options = (signal: AbortSignal) => {
    const provider = scripted(failAfter([], busy), play(thinking), call({ id: "c", name: "echo" }), say("x"));
    return runOptions(provider, [echo], {
      signal,
      runTool: compose(toolRunner([echo]), asking()),
      approver:
        () =>
        async ({ digest }, stopped) => {
          await sleep(1);
          stopped.throwIfAborted();
          return { digest, decision: "allow" };
        },
    });
  };
  const whole = types(await collectRun(options(new AbortController().signal)));
  for (const state of ["retry", "reasoning_delta", "text_delta", "tool_input_delta", "approval_request"])
    expect(whole).toContain(state);
  for (let index = 0; index < whole.length; index += 1) {
    const controller = new AbortController();
    let heard = 0;
    const events = await collectRun(options(controller.signal), () => {
      if (heard === index) controller.abort();
      heard += 1;
    });
    const where = `aborted at event ${index}, ${whole[index]}`;
    expect(only(events, "run_end"), where).toHaveLength(1);
    expect(events.at(-1)?.type, where).toBe("run_end");
    expect(only(events, "tool_end").length, where).toBe(only(events, "tool_start").length);
    expect(only(events, "approval_response").length, where).toBe(only(events, "approval_request").length);
    const messages = events.flatMap((event) =>
      event.type === "user_message" || event.type === "assistant_message" || event.type === "tool_message"
        ? [event.message]
        : [],
    );
    expect(pairingProblems(messages), where).toEqual([]);
  }
});
