import { setImmediate as nextTick } from "node:timers/promises";
import type { Message } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  createAgent,
  createSession,
  defineTool,
  openSession,
  runAgent,
  systemPrompt,
  type Session,
  type ToolRunner,
} from "../src/index.ts";
import { collectRun, only, pairingProblems, resultTexts, runOptions, types } from "./support/run.ts";
import { answerEvents, call, play, say, scripted } from "./support/scripted.ts";
import { folder } from "./support/session-files.ts";

const echo = defineTool({
  name: "echo",
  description: "Repeats.",
  risk: "read",
  input: z.object({}),
  run: async () => "ok",
});

test("results that could not be read back become errors; what fits is kept without the rest", async () => {
  const content: unknown[] = [
    [{ type: "text" }],
    [{ type: "text", text: 7 }],
    [{ type: "resource", uri: "x" }],
    [null],
    [{ type: "image", data: "QUJD" }],
    [{ type: "text", text: "good", extra: 1n }],
  ];
  const provider = scripted(
    call(...content.map((_, index) => ({ id: `${index}`, name: "echo" }))),
    say("ok"),
  );
  const runTool: ToolRunner = async (toolCall) =>
    ({ content: content[Number(toolCall.id)], isError: false }) as Awaited<ReturnType<ToolRunner>>;
  const events = await collectRun(runOptions(provider, [echo], { runTool }));
  const messages = only(events, "tool_message").map(({ message }) => message);
  expect(messages.map((message) => message.isError)).toEqual([true, true, true, true, true, false]);
  expect(messages.at(-1)?.content).toEqual([{ type: "text", text: "good" }]);
});

test("a clock that fails in the middle of tools ends the run with that error, and nothing hangs", async () => {
  let calls = 0;
  const now = (): Date => {
    calls += 1;
    if (calls > 1) throw new Error("no time");
    return new Date(0);
  };
  const provider = scripted(call({ id: "a", name: "echo" }, { id: "b", name: "echo" }));
  const events = await collectRun(runOptions(provider, [echo], { now }));
  expect(only(events, "run_end")).toMatchObject([{ reason: "error", error: { message: "no time" } }]);
});

test("calls that an earlier run left without a result are answered before the prompt", async () => {
  const messages: Message[] = [
    { role: "user", content: [{ type: "text", text: "go" }] },
    {
      role: "assistant",
      content: [
        { type: "tool_call", id: "a", name: "echo", arguments: "{}" },
        { type: "tool_call", id: "b", name: "echo", arguments: "{}" },
      ],
    },
    { role: "tool", callId: "b", name: "echo", content: [], isError: false },
  ];
  const provider = scripted(say("ok"));
  const events = await collectRun(runOptions(provider, [echo], { messages }));
  expect(types(events).slice(0, 3)).toEqual(["run_start", "tool_message", "user_message"]);
  expect(resultTexts(events)[0]).toMatch(/^interrupted: /);
  expect(pairingProblems(provider.requests[0]?.messages ?? [])).toEqual([]);
});

test("a session that failed in the middle of tools can be gone on with, now and after a restart", async () => {
  const directory = await folder();
  const file = createSession({ directory, cwd: "/project" });
  let full = true;
  const session: Session = {
    ...file,
    async append(event) {
      if (full && event.type === "tool_message") throw new Error("the disk is full");
      await file.append(event);
    },
  };
  const provider = scripted(call({ id: "a", name: "echo" }), say("two"));
  const agent = createAgent({ provider, model: "model-a", tools: [echo], session });
  expect(await agent.prompt("one")).toMatchObject({ reason: "error" });
  full = false;
  expect(await agent.prompt("two")).toEqual({ reason: "done" });
  expect(pairingProblems(provider.requests[1]?.messages ?? [])).toEqual([]);
  await agent.close();

  const reopened = await openSession(file.path);
  const messages = reopened.events.flatMap((event) => ("message" in event ? [event.message] : []));
  expect(pairingProblems(messages)).toEqual([]);
  expect(reopened.warnings).toEqual([]);
  await reopened.close();
});

test("a listener that returns a promise sets the pace; one whose promise fails harms nobody else", async () => {
  let produced = 0;
  let heard = 0;
  let furthest = 0;
  const provider = scripted(async function* () {
    yield { type: "response_start" };
    for (; produced < 50; produced += 1) yield { type: "text_delta", text: "x" };
    yield { type: "finish", reason: "end" };
  });
  const agent = createAgent({ provider, model: "model-a" });
  agent.subscribe(async (event) => {
    if (event.type !== "text_delta") return;
    await nextTick();
    heard += 1;
    furthest = Math.max(furthest, produced - heard);
  });
  agent.subscribe(async (event) => {
    if (event.type === "text_delta") throw new Error("a bug in the screen");
  });
  await expect(agent.prompt("x")).rejects.toThrow("a bug in the screen");
  expect(heard).toBe(50);
  expect(furthest).toBeLessThanOrEqual(1);
  expect(agent.status).toBe("idle");
});

test("progress that nobody reads is dropped instead of piling up; start, end and result are not", async () => {
  const chatty = defineTool({
    name: "chatty",
    description: "Talks.",
    risk: "execute",
    input: z.object({}),
    async run(_input, { progress }) {
      for (let index = 0; index < 100_000; index += 1) progress(`${index}`);
      return "done";
    },
  });
  const events = await collectRun(
    runOptions(scripted(call({ id: "1", name: "chatty" }), say("ok")), [chatty]),
  );
  const progress = only(events, "tool_progress");
  expect(progress.length).toBeGreaterThan(0);
  expect(progress.length).toBeLessThan(1000);
  expect(resultTexts(events)).toEqual(["done"]);
  expect(only(events, "tool_end")).toHaveLength(1);
});

test("who leaves the loop at any event closes the model's stream and stops the tools", async () => {
  const total = (await collectRun(runOptions(scripted(call({ id: "a", name: "echo" }), say("ok")), [echo])))
    .length;
  for (let index = 0; index < total; index += 1) {
    let opened = 0;
    const provider = scripted(call({ id: "a", name: "echo" }), play(answerEvents("ok")));
    const stream = provider.stream.bind(provider);
    provider.stream = async function* (request, options) {
      opened += 1;
      try {
        yield* stream(request, options);
      } finally {
        opened -= 1;
      }
    };
    let heard = 0;
    for await (const event of runAgent(runOptions(provider, [echo]))) {
      expect(event.type).toBeTypeOf("string");
      if (heard === index) break;
      heard += 1;
    }
    expect(opened, `left at event ${index}`).toBe(0);
  }
});

test("a stream whose closing fails does not keep the run open for a reader that leaves", async () => {
  const provider = scripted();
  provider.stream = () => ({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false, value: { type: "text_delta", text: "half" } as const }),
      return: () => {
        throw new Error("cannot close");
      },
    }),
  });
  const events = runAgent(runOptions(provider));
  while ((await events.next()).value?.type !== "text_delta");
  expect(await events.return()).toEqual({ done: true, value: undefined });
});

test("the system prompt is the same for the same parts, to the byte, and names folder and date last", () => {
  const parts = { cwd: "/a b/ü", date: "2026-01-02", append: ["One.", "Two."] };
  const prompt = systemPrompt(parts);
  expect(systemPrompt(structuredClone(parts))).toBe(prompt);
  expect(
    prompt.endsWith("One.\n\nTwo.\n\nCurrent date: 2026-01-02\nCurrent working directory: /a b/ü\n"),
  ).toBe(true);
  expect(Buffer.byteLength(systemPrompt({ cwd: "/", date: "2026-01-02" }))).toBeLessThan(2048);
  // What differs stands at the end, so that the part before it stays in the service's cache.
  const other = systemPrompt({ ...parts, cwd: "/other" });
  expect(other.slice(0, other.indexOf("Current date"))).toBe(prompt.slice(0, prompt.indexOf("Current date")));
});

test("every request of a conversation begins with the one before it, to the byte", async () => {
  const provider = scripted(
    call({ id: "a", name: "echo" }, { id: "b", name: "echo" }),
    say("one"),
    call({ id: "c", name: "echo" }),
    say("two"),
  );
  const agent = createAgent({ provider, model: "model-a", tools: [echo], system: "be brief" });
  await agent.prompt("first");
  await agent.prompt("second");
  const sent = provider.requests.map(({ system, tools, messages }) => ({
    head: JSON.stringify([system, tools]),
    messages: messages.map((message) => JSON.stringify(message)),
  }));
  for (const [index, request] of sent.entries()) {
    const before = sent[index - 1];
    if (!before) continue;
    expect(request.head).toBe(before.head);
    expect(request.messages.slice(0, before.messages.length)).toEqual(before.messages);
  }
});
