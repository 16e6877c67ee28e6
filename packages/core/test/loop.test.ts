import { setImmediate as nextTick, setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, defineTool, type ToolRunner } from "../src/index.ts";
import { collectRun, only, resultTexts, runOptions, types } from "./support/run.ts";
import {
  answerEvents,
  call,
  failAfter,
  play,
  providerError,
  say,
  scripted,
  type Answer,
} from "./support/scripted.ts";

const echo = defineTool({
  name: "echo",
  description: "Repeats a text.",
  risk: "read",
  input: z.strictObject({ text: z.string() }),
  run: async ({ text }) => text,
});

test("a text turn", async () => {
  const events = await collectRun(runOptions(scripted(say("hi there"))));
  expect(types(events)).toEqual([
    "run_start",
    "user_message",
    "turn_start",
    "response_start",
    "text_delta",
    "usage",
    "assistant_message",
    "turn_end",
    "run_end",
  ]);
  expect(only(events, "assistant_message")[0]?.message).toEqual({
    role: "assistant",
    content: [{ type: "text", text: "hi there" }],
    at: "2026-01-02T03:04:05.000Z",
  });
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "done" });
});

test("a tool turn: the model call ends before its tools run, and the results go into the next call", async () => {
  const provider = scripted(call({ id: "a", name: "echo", arguments: { text: "one" } }), say("done"));
  const events = await collectRun(runOptions(provider, [echo]));
  expect(types(events)).toEqual([
    "run_start",
    "user_message",
    "turn_start",
    "response_start",
    "tool_input_start",
    "tool_input_delta",
    "tool_input_end",
    "usage",
    "assistant_message",
    "turn_end",
    "tool_start",
    "tool_end",
    "tool_message",
    "turn_start",
    "response_start",
    "text_delta",
    "usage",
    "assistant_message",
    "turn_end",
    "run_end",
  ]);
  expect(provider.requests[1]?.messages.map((message) => message.role)).toEqual([
    "user",
    "assistant",
    "tool",
  ]);
  expect(only(events, "usage")[1]?.total).toMatchObject({ inputTokens: 20, outputTokens: 10 });
});

test("requests: the system text, sorted tools, one interaction, and the initiator is the user once", async () => {
  const zeta = { ...echo, name: "zeta" };
  const alpha = { ...echo, name: "alpha" };
  const provider = scripted(call({ id: "a", name: "zeta" }), call({ id: "b", name: "zeta" }), say("done"));
  await collectRun(runOptions(provider, [zeta, alpha]));
  expect(provider.requests.map((request) => request.initiator)).toEqual(["user", "agent", "agent"]);
  expect(new Set(provider.requests.map((request) => request.interactionId)).size).toBe(1);
  expect(provider.requests[0]?.system).toBe("be brief");
  expect(provider.requests[2]?.tools?.map((tool) => tool.name)).toEqual(["alpha", "zeta"]);
});

test("a prompt stays the person's until a service has taken it, and is the agent's doing from then on", async () => {
  const busy = providerError({ retryable: true, retryAfterMs: 1 });
  const start = answerEvents("").slice(0, 1);
  const provider = scripted(failAfter([], busy), failAfter(start, busy), say("hi"));
  await collectRun(runOptions(provider));
  expect(provider.requests.map((request) => request.initiator)).toEqual(["user", "user", "agent"]);

  // Too long: what is sent behind the summary is the same prompt, which nobody has taken yet.
  const tooLong = failAfter([], providerError({ code: "context_too_long" }));
  const long = scripted(say("w ".repeat(60_000)), tooLong, say("a summary"), say("ok"));
  const agent = createAgent({ provider: long, model: "model-a", modelInfo: async () => undefined });
  await agent.prompt("one");
  expect(await agent.prompt("two")).toEqual({ reason: "done" });
  expect(long.requests.map((request) => request.initiator)).toEqual(["user", "user", "agent", "user"]);
});

test("each request is a snapshot: what comes later does not change it", async () => {
  const held: (readonly unknown[])[] = [];
  const provider = scripted(call({ id: "a", name: "echo", arguments: { text: "x" } }), say("done"));
  const stream = provider.stream.bind(provider);
  provider.stream = (request, options) => {
    held.push(request.messages);
    return stream(request, options);
  };
  await collectRun(runOptions(provider, [echo]));
  expect(held.map((messages) => messages.length)).toEqual([1, 3]);
});

test("the model may change between two calls of one run", async () => {
  const provider = scripted(call({ id: "a", name: "echo", arguments: { text: "x" } }), say("done"));
  const models = ["model-a", "model-b"];
  await collectRun(runOptions(provider, [echo], { model: () => models.shift() ?? "none" }));
  expect(provider.requests.map((request) => request.model)).toEqual(["model-a", "model-b"]);
});

test("calls that read run side by side; results come in asked order, each as soon as it can", async () => {
  const order: string[] = [];
  let openGate: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    openGate = resolve;
  });
  const read = defineTool({
    name: "read",
    description: "Reads.",
    risk: "read",
    input: z.object({ path: z.string() }),
    async run({ path }) {
      order.push(`start ${path}`);
      // The first cannot end before the second has run: side by side, or the test hangs.
      if (path === "first") await gate;
      if (path === "second") openGate();
      order.push(`end ${path}`);
      return path;
    },
  });
  const provider = scripted(
    call(
      { id: "1", name: "read", arguments: { path: "first" } },
      { id: "2", name: "read", arguments: { path: "second" } },
    ),
    say("done"),
  );
  const events = await collectRun(runOptions(provider, [read]));
  expect(order).toEqual(["start first", "start second", "end second", "end first"]);
  expect(resultTexts(events)).toEqual(["first", "second"]);
});

test("a result is told as soon as those asked for before it are there, while later calls still run", async () => {
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const read = defineTool({
    name: "read",
    description: "Reads.",
    risk: "read",
    input: z.object({ wait: z.boolean() }),
    async run({ wait }) {
      if (wait) await slow;
      return String(wait);
    },
  });
  const provider = scripted(
    call(
      { id: "fast", name: "read", arguments: { wait: false } },
      { id: "slow", name: "read", arguments: { wait: true } },
    ),
    say("done"),
  );
  const events = await collectRun(runOptions(provider, [read]), (event) => {
    // Without this result the second call never ends.
    if (event.type === "tool_message" && event.message.callId === "fast") release();
  });
  expect(only(events, "tool_message").map(({ message }) => message.callId)).toEqual(["fast", "slow"]);
});

test("calls that change something run one after another, and never beside a read", async () => {
  let running = 0;
  let most = 0;
  const order: string[] = [];
  const make = (name: string, risk: "read" | "write" | "execute") =>
    defineTool({
      name,
      description: name,
      risk,
      input: z.object({}),
      async run() {
        running += 1;
        most = Math.max(most, running);
        order.push(name);
        await sleep(2);
        running -= 1;
        return name;
      },
    });
  const provider = scripted(
    call(
      { id: "1", name: "write" },
      { id: "2", name: "bash" },
      { id: "3", name: "write" },
      { id: "4", name: "look" },
      { id: "5", name: "bash" },
    ),
    say("done"),
  );
  const tools = [make("write", "write"), make("bash", "execute"), make("look", "read")];
  const events = await collectRun(runOptions(provider, tools));
  expect(most).toBe(1);
  expect(order).toEqual(["write", "bash", "write", "look", "bash"]);
  expect(resultTexts(events)).toEqual(["write", "bash", "write", "look", "bash"]);
});

test("nonsense from the model becomes results that it can learn from", async () => {
  const broken = defineTool({
    name: "broken",
    description: "Throws.",
    risk: "write",
    input: z.object({}),
    async run() {
      throw new Error("the disk is on fire");
    },
  });
  const provider = scripted(
    call(
      { id: "1", name: "no_such_tool" },
      { id: "2", name: "echo", arguments: '{"text": "unfinished' },
      { id: "3", name: "echo", arguments: { text: 7 } },
      { id: "4", name: "echo", arguments: "null" },
      { id: "5", name: "broken" },
      { id: "6", name: "constructor" },
      { id: "7", name: "echo", arguments: '{"text":"x","__proto__":{"polluted":true}}' },
    ),
    say("sorry"),
  );
  const events = await collectRun(runOptions(provider, [echo, broken]));
  const texts = resultTexts(events);
  expect(texts[0]).toBe('unknown tool "no_such_tool"; the tools are: echo, broken');
  expect(texts[1]).toMatch(/^invalid args: .*JSON/);
  expect(texts[2]).toMatch(/^invalid args for echo: .*expected string, received number[^]*text/);
  expect(texts[3]).toMatch(/^invalid args for echo: .*expected object/);
  expect(texts[4]).toBe("the disk is on fire");
  expect(texts[5]).toMatch(/^unknown tool "constructor"/);
  expect(texts[6]).toMatch(/Unrecognized key: "__proto__"/);
  expect(only(events, "tool_message").every(({ message }) => message.isError)).toBe(true);
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "done" });
});

test("whatever a runner throws or returns, the call is answered and the run goes on", async () => {
  const outcomes: (() => unknown)[] = [
    () => {
      throw new Error("at once");
    },
    () => Promise.reject("a string"),
    () => Promise.reject(Object.create(null)),
    () => Promise.reject(undefined),
    () => undefined,
    () => Promise.resolve(undefined),
    () => Promise.resolve("a string"),
    () => Promise.resolve({ isError: false }),
    () => Promise.resolve({ content: "text", isError: false }),
  ];
  const provider = scripted(
    call(...outcomes.map((_, index) => ({ id: `${index}`, name: "echo" }))),
    say("ok"),
  );
  const runTool: ToolRunner = (toolCall) => outcomes[Number(toolCall.id)]?.() as ReturnType<ToolRunner>;
  const events = await collectRun(runOptions(provider, [echo], { runTool }));
  const messages = only(events, "tool_message").map(({ message }) => message);
  expect(messages.map((message) => message.callId)).toEqual(outcomes.map((_, index) => `${index}`));
  expect(messages.every((message) => message.isError && message.content.length === 1)).toBe(true);
  expect(resultTexts(events).slice(0, 2)).toEqual(["at once", "a string"]);
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "done" });
});

test("progress is shown while a tool works, and not after it has ended", async () => {
  let late: (text: string) => void = () => undefined;
  const chatty = defineTool({
    name: "chatty",
    description: "Talks.",
    risk: "execute",
    input: z.object({}),
    async run(_input, { progress }) {
      progress("half");
      late = progress;
      return "whole";
    },
  });
  const provider = scripted(
    call({ id: "1", name: "chatty" }),
    play(answerEvents("done"), async () => late("too late")),
  );
  const events = await collectRun(runOptions(provider, [chatty]));
  expect(only(events, "tool_progress")).toEqual([{ type: "tool_progress", callId: "1", text: "half" }]);
});

test("an answer that was cut at its length never runs the calls in it, and leaves none unanswered", async () => {
  const calls = [{ id: "1", name: "echo", arguments: { text: "x" } }];
  for (const reason of ["length", "content_filter"] as const) {
    const events = await collectRun(
      runOptions(scripted(play(answerEvents("so far", calls, reason))), [echo]),
    );
    expect(types(events)).not.toContain("tool_start");
    expect(only(events, "assistant_message")[0]).toMatchObject({
      message: { content: [{ type: "text", text: "so far" }] },
      stopReason: reason,
    });
    expect(events.at(-1)).toEqual({ type: "run_end", reason: "done" });
  }
});

test("a call whose arguments never ended does not run", async () => {
  const whole = answerEvents("", [{ id: "1", name: "echo", arguments: { text: "x" } }]);
  const cut = whole.filter((event) => event.type !== "tool_input_end");
  const events = await collectRun(runOptions(scripted(play(cut)), [echo]));
  expect(types(events)).not.toContain("tool_start");
  expect(only(events, "run_end")).toHaveLength(1);
});

test("an answer without content adds nothing to the conversation, but its tokens count", async () => {
  const events = await collectRun(runOptions(scripted(say(""))));
  expect(only(events, "assistant_message")).toMatchObject([
    { message: { content: [] }, usage: { inputTokens: 10 }, stopReason: "end" },
  ]);
  const silent = await collectRun(
    runOptions(scripted(play([{ type: "response_start" }, { type: "finish", reason: "end" }]))),
  );
  expect(types(silent)).not.toContain("assistant_message");
  expect(only(silent, "usage")).toMatchObject([{ turn: null, total: { inputTokens: 0 } }]);
});

test("the step limit ends the run after its last result", async () => {
  const provider = scripted(call({ id: "1", name: "echo", arguments: { text: "x" } }));
  const events = await collectRun(runOptions(provider, [echo], { maxSteps: 1 }));
  expect(types(events).slice(-2)).toEqual(["tool_message", "run_end"]);
  expect(events.at(-1)).toMatchObject({
    reason: "error",
    error: { code: "turn_limit", message: "max steps (1) exceeded" },
  });
  expect(provider.requests).toHaveLength(1);
});

test("a thousand calls in one answer: a few at a time, answered in order, without a warning", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): unknown => warnings.push(warning);
  process.on("warning", onWarning);
  let running = 0;
  let most = 0;
  const read = defineTool({
    name: "read",
    description: "Reads.",
    risk: "read",
    input: z.object({ path: z.string() }),
    async run({ path }) {
      running += 1;
      most = Math.max(most, running);
      await nextTick();
      running -= 1;
      return path;
    },
  });
  const calls = Array.from({ length: 1000 }, (_, index) => ({
    id: `${index}`,
    name: "read",
    arguments: { path: `${index}` },
  }));
  const events = await collectRun(runOptions(scripted(call(...calls), say("done")), [read]));
  await nextTick();
  process.off("warning", onWarning);
  const results = resultTexts(events);
  expect(results).toHaveLength(1000);
  expect(results.slice(0, 64)).toEqual(calls.slice(0, 64).map(({ id }) => id));
  for (const result of results.slice(64)) expect(result).toMatch(/^not run: an answer may call at most 64/);
  expect(most).toBe(16);
  expect(warnings).toEqual([]);
});

test("a run whose reader leaves stops the tools that still work", async () => {
  let stopped = false;
  const endless = defineTool({
    name: "endless",
    description: "Waits.",
    risk: "execute",
    input: z.object({}),
    async run(_input, { signal, progress }) {
      signal.addEventListener("abort", () => {
        stopped = true;
      });
      progress("started");
      return new Promise<string>(() => undefined);
    },
  });
  const provider = scripted(call({ id: "1", name: "endless" }));
  const { runAgent } = await import("../src/index.ts");
  for await (const event of runAgent(runOptions(provider, [endless]))) {
    if (event.type === "tool_progress") break;
  }
  expect(stopped).toBe(true);
});

test("the signal that tools hear is not aborted by a run that ends well", async () => {
  let heard: AbortSignal | undefined;
  const tool = defineTool({
    name: "tool",
    description: "Notes its signal.",
    risk: "execute",
    input: z.object({}),
    async run(_input, { signal }) {
      heard = signal;
      return "ok";
    },
  });
  await collectRun(runOptions(scripted(call({ id: "1", name: "tool" }), say("done")), [tool]));
  expect(heard?.aborted).toBe(false);
});

test("what goes wrong outside the model and the tools still ends the run once", async () => {
  const events = await collectRun(
    runOptions(scripted(say("hi")), [], {
      model: () => {
        throw new Error("no model chosen");
      },
    }),
  );
  expect(only(events, "run_end")).toMatchObject([{ reason: "error", error: { message: "no model chosen" } }]);
});

const slowAnswer: Answer = say("x");
test("an abort that came before the run asks no model", async () => {
  const provider = scripted(slowAnswer);
  const events = await collectRun(runOptions(provider, [], { signal: AbortSignal.abort() }));
  expect(types(events)).toEqual(["run_start", "user_message", "turn_start", "turn_end", "run_end"]);
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "aborted" });
  expect(provider.requests).toHaveLength(0);
});

test("a tool that says nothing of its risk counts as the riskiest, and may return at once", async () => {
  const shout = defineTool({
    name: "shout",
    description: "Shouts.",
    input: z.object({ text: z.string() }),
    run: ({ text }) => text.toUpperCase(),
  });
  expect(shout.risk).toBe("execute");
  const provider = scripted(call({ id: "1", name: "shout", arguments: { text: "hi" } }), say("done"));
  expect(resultTexts(await collectRun(runOptions(provider, [shout])))).toEqual(["HI"]);
});
