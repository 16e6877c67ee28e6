import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  createAgent,
  createSession,
  defineTool,
  emptyTranscript,
  reduceTranscript,
  type AgentEvent,
  type AgentOptions,
  type Session,
  type ToolMiddleware,
} from "../src/index.ts";
import { only, resultTexts, types } from "./support/run.ts";
import { call, failAfter, play, providerError, say, scripted, untilAborted } from "./support/scripted.ts";

const note = defineTool({
  name: "note",
  description: "Notes.",
  risk: "write",
  input: z.object({}),
  run: async () => "noted",
});

function listen(agent: ReturnType<typeof createAgent>): AgentEvent[] {
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  return events;
}

const make = (options: Partial<AgentOptions> & Pick<AgentOptions, "provider">) =>
  createAgent({ model: "model-a", ...options });

/** A session that keeps its events in memory and fails on those of a type. */
function failingSession(failOn: AgentEvent["type"] | undefined): Session & { kept: string[] } {
  const kept: string[] = [];
  return {
    id: "id",
    createdAt: "2026-01-02T03:04:05.678Z",
    path: "/nowhere",
    events: [],
    warnings: [],
    kept,
    async append(event) {
      if (event.type === failOn)
        throw Object.assign(new Error("the disk is full"), { code: "session_unavailable" });
      kept.push(event.type);
    },
    close: async () => undefined,
  };
}

test("a prompt resolves with how it ended, and the conversation grows", async () => {
  const provider = scripted(say("one"), say("two"));
  const agent = make({ provider });
  expect(await agent.prompt("first")).toEqual({ reason: "done" });
  expect(agent.status).toBe("idle");
  expect(await agent.prompt([{ type: "text", text: "second" }])).toEqual({ reason: "done" });
  expect(agent.transcript.messages.map((message) => message.role)).toEqual([
    "user",
    "assistant",
    "user",
    "assistant",
  ]);
  expect(agent.transcript.usage.inputTokens).toBe(20);
  expect(agent.transcript.contextTokens).toBe(15);
  expect(provider.requests[1]?.messages).toHaveLength(3);
});

test("a failing model resolves with its error", async () => {
  const agent = make({
    provider: scripted(failAfter([], providerError({ code: "quota", message: "used up" }))),
  });
  expect(await agent.prompt("x")).toEqual({
    reason: "error",
    error: { code: "quota", message: "used up", retryable: false },
  });
});

test("one prompt at a time", async () => {
  const agent = make({ provider: scripted(play([], untilAborted)) });
  const first = agent.prompt("x");
  expect(agent.status).toBe("running");
  await expect(agent.prompt("y")).rejects.toMatchObject({ code: "busy" });
  await expect(agent.clear()).rejects.toMatchObject({ code: "busy" });
  agent.abort();
  expect(await first).toEqual({ reason: "aborted" });
});

test("the caller's signal aborts as well", async () => {
  const controller = new AbortController();
  const agent = make({ provider: scripted(play([], untilAborted)) });
  const run = agent.prompt("x", { signal: controller.signal });
  controller.abort();
  expect(await run).toEqual({ reason: "aborted" });
});

test("who hears the end of a run may prompt again at once; idle waits for that one too", async () => {
  const agent = make({ provider: scripted(say("one"), say("two")) });
  const events = listen(agent);
  let again: Promise<unknown> | undefined;
  agent.subscribe((event) => {
    if (event.type === "run_end") again ??= agent.prompt("second");
  });
  void agent.prompt("first");
  await agent.idle();
  expect(types(events).filter((type) => type.startsWith("run_"))).toEqual([
    "run_start",
    "run_end",
    "run_start",
    "run_end",
  ]);
  await again;
});

test("a listener that throws spoils neither the run nor what others hear; its error reaches the prompt", async () => {
  const agent = make({ provider: scripted(call({ id: "1", name: "note" }), say("done")), tools: [note] });
  let heard = 0;
  agent.subscribe((event) => {
    heard += 1;
    if (event.type === "tool_start") throw new Error("a bug in the screen");
  });
  const events = listen(agent);
  await expect(agent.prompt("x")).rejects.toThrow("a bug in the screen");
  expect(events.at(-1)).toEqual({ type: "run_end", reason: "done" });
  expect(only(events, "run_end")).toHaveLength(1);
  expect(heard).toBe(events.length);
  expect(agent.status).toBe("idle");
});

test("a listener that has left hears nothing more", async () => {
  const agent = make({ provider: scripted(say("x")) });
  const events: AgentEvent[] = [];
  const leave = agent.subscribe((event) => {
    events.push(event);
    leave();
  });
  await agent.prompt("x");
  expect(types(events)).toEqual(["run_start"]);
});

for (const type of ["user_message", "assistant_message", "tool_message"] as const) {
  test(`a session that cannot keep a ${type} ends the run, once, with that error`, async () => {
    let aborted = false;
    const slow = defineTool({
      name: "slow",
      description: "Waits.",
      risk: "read",
      input: z.object({}),
      run: (_input, { signal }) =>
        new Promise<string>((resolve) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            resolve("stopped");
          });
        }),
    });
    const look = { ...note, name: "look", risk: "read" as const };
    const session = failingSession(type);
    const provider = scripted(call({ id: "1", name: "look" }, { id: "2", name: "slow" }), say("never asked"));
    const agent = make({ provider, session, tools: [look, slow] });
    const events = listen(agent);
    const result = await agent.prompt("x");
    expect(result).toMatchObject({ reason: "error", error: { code: "session_unavailable" } });
    expect(only(events, "run_end")).toHaveLength(1);
    expect(events.at(-1)?.type).toBe("run_end");
    // What nobody keeps is not told, and no tool goes on behind the end of its run.
    expect(types(events)).not.toContain(type);
    if (type === "tool_message") expect(aborted).toBe(true);
    expect(agent.status).toBe("idle");
  });
}

test("a durable event is in the file before it is heard", async () => {
  const directory = await mkdtemp(join(tmpdir(), "zotpilot-agent-"));
  const session = createSession({ directory, cwd: "/project" });
  const agent = make({ provider: scripted(say("hello")), session });
  const seen: [string, Promise<boolean>][] = [];
  agent.subscribe((event) => {
    if (event.type.endsWith("_message")) {
      seen.push([
        event.type,
        readFile(session.path, "utf8").then((file) => file.includes(`"${event.type}"`)),
      ]);
    }
  });
  await agent.prompt("hi");
  expect(await Promise.all(seen.map(([, found]) => found))).toEqual([true, true]);
  await agent.close();
});

test("setModel takes effect on the next call and is told; one that cannot be kept changes nothing", async () => {
  const session = failingSession(undefined);
  const provider = scripted(say("x"));
  const agent = make({ provider, session });
  const heard: string[] = [];
  agent.subscribe((event) => {
    if (event.type === "model_changed") heard.push(`${event.model} ${agent.model}`);
  });
  await agent.setModel("model-b");
  await agent.prompt("x");
  expect(heard).toEqual(["model-b model-b"]);
  expect(provider.requests[0]?.model).toBe("model-b");
  expect(agent.transcript.model).toBe("model-b");

  const broken = make({ provider, session: failingSession("model_changed") });
  await expect(broken.setModel("model-b")).rejects.toThrow("the disk is full");
  expect(broken.model).toBe("model-a");
});

test("clear starts anew and keeps the costs; nothing can be prompted in the middle of it", async () => {
  const provider = scripted(say("one"), say("two"));
  const agent = make({ provider });
  await agent.prompt("first");
  const clearing = agent.clear();
  await expect(agent.prompt("too early")).rejects.toMatchObject({ code: "busy" });
  await clearing;
  expect(agent.transcript.messages).toEqual([]);
  expect(agent.transcript.usage.inputTokens).toBe(10);
  await agent.prompt("second");
  expect(provider.requests[1]?.messages).toHaveLength(1);
});

test("a conversation goes on from its session", async () => {
  const session: Session = {
    ...failingSession(undefined),
    events: [
      { type: "user_message", message: { role: "user", content: [{ type: "text", text: "earlier" }] } },
      { type: "model_changed", provider: "scripted", model: "model-b" },
    ],
  };
  const provider = scripted(say("x"));
  const agent = make({ provider, session });
  expect(agent.transcript).toMatchObject({ model: "model-b", messages: [{ role: "user" }] });
  await agent.prompt("now");
  expect(provider.requests[0]?.messages).toHaveLength(2);
});

test("middlewares wrap every call, the first outermost, and may answer instead", async () => {
  const order: string[] = [];
  const trace =
    (name: string): ToolMiddleware =>
    (next) =>
    async (toolCall, context) => {
      order.push(`${name} in`);
      const result = await next(toolCall, context);
      order.push(`${name} out`);
      return result;
    };
  const refuse: ToolMiddleware = (next) => async (toolCall, context) =>
    toolCall.id === "2"
      ? { content: [{ type: "text", text: "denied" }], isError: true }
      : next(toolCall, context);
  const agent = make({
    provider: scripted(call({ id: "1", name: "note" }, { id: "2", name: "note" }), say("done")),
    tools: [note],
    middleware: [trace("outer"), trace("inner"), refuse],
  });
  const events = listen(agent);
  await agent.prompt("x");
  expect(order.slice(0, 4)).toEqual(["outer in", "inner in", "inner out", "outer out"]);
  expect(resultTexts(events)).toEqual(["noted", "denied"]);
});

test("an answer without content costs, but is no message", async () => {
  const agent = make({ provider: scripted(say("")) });
  const events = listen(agent);
  await agent.prompt("x");
  expect(agent.transcript.messages).toHaveLength(1);
  expect(agent.transcript.usage.inputTokens).toBe(10);
  const durable = events.filter(
    (event) => event.type === "assistant_message" || event.type === "user_message",
  );
  expect(durable.reduce(reduceTranscript, emptyTranscript)).toEqual(agent.transcript);
});

test("close aborts what runs, refuses what comes later, and can be called twice", async () => {
  const directory = await mkdtemp(join(tmpdir(), "zotpilot-agent-"));
  const agent = make({
    provider: scripted(play([], untilAborted), say("never asked")),
    session: createSession({ directory, cwd: "/project" }),
  });
  const run = agent.prompt("x");
  await agent.close();
  await agent.close();
  expect(await run).toEqual({ reason: "aborted" });
  expect(await agent.prompt("y")).toMatchObject({ reason: "error", error: { code: "session_unavailable" } });
});

test("nobody changes the conversation behind its file: neither a listener nor who made the prompt", async () => {
  const content = [{ type: "text" as const, text: "hello" }];
  const agent = createAgent({ provider: scripted(say("good"), say("fine")), model: "model-a" });
  agent.subscribe((event) => {
    if (event.type !== "assistant_message") return;
    const [part] = event.message.content;
    if (part?.type === "text") part.text = "CHANGED";
  });
  const running = agent.prompt(content);
  content.push({ type: "text", text: "added later" });
  await expect(running).rejects.toThrow(TypeError);
  const [prompt, answered] = agent.transcript.messages;
  expect(prompt?.content).toEqual([{ type: "text", text: "hello" }]);
  expect(answered?.content).toEqual([{ type: "text", text: "good" }]);
  // What was handed in stays the caller's own.
  expect(Object.isFrozen(content)).toBe(false);
});

test("a tool's progress that is no text is no progress", async () => {
  const tool = defineTool({
    name: "odd",
    description: "Is odd.",
    risk: "read",
    input: z.looseObject({}),
    async run(_, { progress }) {
      for (const said of [1n, undefined, {}, "fine"]) progress(said as string);
      return "done";
    },
  });
  const provider = scripted(call({ id: "1", name: "odd" }), say("good"));
  const agent = createAgent({ provider, model: "model-a", tools: [tool] });
  const heard: unknown[] = [];
  agent.subscribe((event) => void (event.type === "tool_progress" && heard.push(event.text)));
  await agent.prompt("go");
  expect(heard).toEqual(["fine"]);
});
