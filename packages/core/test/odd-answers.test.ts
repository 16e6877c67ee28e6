import { createCopilot } from "@zotpilot/provider";
import type { ModelEvent } from "@zotpilot/provider/model";
import { answer, createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  createAgent,
  createSession,
  defineTool,
  foldTranscript,
  openSession,
  type AgentEvent,
} from "../src/index.ts";
import { only, pairingProblems } from "./support/run.ts";
import { answerEvents, play, say, scripted } from "./support/scripted.ts";
import { folder } from "./support/session-files.ts";

// A provider may be anybody's: whatever it says, the conversation is one that can be read back and sent on.

const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 0, nanoAiu: 1e9 };
const end = { type: "finish", reason: "end" };
const callOf = (callId: unknown, name: unknown, json: unknown = '{"a":1}') => [
  { type: "tool_input_start", callId, name },
  { type: "tool_input_delta", callId, json },
  { type: "tool_input_end", callId },
];

async function hear(...events: unknown[]) {
  let runs = 0;
  const tool = defineTool({
    name: "t",
    description: "Tests.",
    risk: "read",
    input: z.looseObject({}),
    run: async ({ a }) => `ran ${String(a)}, ${(runs += 1)}`,
  });
  const session = createSession({ directory: await folder(), cwd: "/p" });
  const agent = createAgent({
    provider: scripted(play(events as ModelEvent[]), say("fine")),
    model: "model-a",
    tools: [tool],
    session,
  });
  const heard: AgentEvent[] = [];
  agent.subscribe((event) => heard.push(event));
  const result = await agent.prompt("go");
  await agent.close();
  for (const event of heard) expect(JSON.parse(JSON.stringify(event))).toEqual(event);
  const opened = await openSession(session.path);
  await opened.close();
  expect(opened.warnings).toEqual([]);
  expect(foldTranscript(opened.events)).toEqual(agent.transcript);
  expect(pairingProblems(agent.transcript.messages)).toEqual([]);
  return { result, heard, transcript: agent.transcript, runs: () => runs, path: session.path };
}

const start = { type: "response_start" };
const hello = { type: "text_delta", text: "hello" };

test("F-27: usage that is none is unknown, and one with holes counts as far as it goes", async () => {
  const told = async (given: unknown) =>
    (await hear(start, hello, { type: "usage", usage: given }, end)).transcript;
  for (const given of [undefined, null, 5, {}, { inputTokens: 1 }, { ...usage, inputTokens: NaN }]) {
    expect(await told(given)).toMatchObject({ usage: { inputTokens: 0, outputTokens: 0 }, unmeasured: 1 });
  }
  expect((await told({ inputTokens: 10, outputTokens: 5 })).usage).toEqual({
    inputTokens: 10,
    outputTokens: 5,
    cachedInputTokens: 0,
    reasoningTokens: 0,
  });
  for (const cacheWriteTokens of [Infinity, -1, "1"]) {
    expect((await told({ ...usage, cacheWriteTokens })).usage).toEqual(usage);
  }
  for (const nanoAiu of [Infinity, NaN, -1, "1"]) {
    const { usage: sum, unmeasured } = await told({ ...usage, nanoAiu });
    expect(sum).not.toHaveProperty("nanoAiu");
    expect(unmeasured).toBe(1);
  }
  expect((await told(usage)).usage).toEqual(usage);
});

test("F-27: what is no text, no arguments and no reason to stop ends the answer; what nobody knows is passed over", async () => {
  for (const odd of [
    { type: "text_delta", text: 5 },
    { type: "text_delta" },
    { type: "reasoning_delta", text: null },
    { type: "finish", reason: "weird" },
    { type: "finish" },
    { type: "tool_input_start", callId: "1" },
    { type: "tool_input_start", callId: 1, name: "t" },
  ]) {
    const { result, transcript } = await hear(start, hello, odd, end);
    expect(result, JSON.stringify(odd)).toMatchObject({ reason: "error" });
    expect(result.error?.message).toMatch(/^the provider/);
    // What it had said before is kept.
    expect(transcript.messages.at(-1)?.content).toEqual([{ type: "text", text: "hello" }]);
  }
  const arguments5 = await hear(start, hello, ...callOf("1", "t", 5), end);
  expect(arguments5.result.reason).toBe("error");
  expect(arguments5.runs()).toBe(0);
  const kept = await hear(start, null, 5, { type: "zzz", at: 1n }, {}, hello, end);
  expect(kept.result).toEqual({ reason: "done" });
  const late = await hear(start, hello, { type: "finish", reason: "tool_calls" }, hello, end, {
    type: "usage",
    usage,
  });
  expect(late.transcript.messages.at(-1)?.content).toEqual([{ type: "text", text: "hello" }]);
  expect(only(late.heard, "assistant_message")[0]?.stopReason).toBe("tool_calls");
  const extra = await hear(start, { ...hello, more: () => 1 }, { ...end, size: 1n });
  expect(only(extra.heard, "text_delta")).toEqual([hello]);
});

test("F-27: thoughts whose state is none are thoughts without a state, and endless state ends the answer", async () => {
  const { transcript } = await hear(
    start,
    { type: "reasoning_delta", text: "hm", opaque: 5, origin: { model: 1 } },
    hello,
    end,
  );
  expect(transcript.messages.at(-1)?.content).toEqual([{ type: "reasoning", text: "hm" }, hello].map(asPart));
  const piece = { type: "reasoning_delta", text: "", opaque: "x".repeat(1024 * 1024) };
  const endless = await hear(start, ...Array.from({ length: 9 }, () => piece), end);
  expect(endless.result).toMatchObject({ reason: "error", error: { code: "answer_too_long" } });
});

function asPart(part: { type: string; text: string }): { type: string; text: string } {
  return part.type === "text_delta" ? { type: "text", text: part.text } : part;
}

test("F-27: calls that share an id, or have none, are told apart: each runs once, and every service takes what comes of it", async () => {
  const twice = [start, ...callOf("x", "t"), ...callOf("x", "t", '{"a":2}'), ...callOf("", "t", '{"a":3}')];
  const { transcript, runs, path, heard } = await hear(...twice, { type: "finish", reason: "tool_calls" });
  expect(runs()).toBe(3);
  const ids = transcript.messages.flatMap((message) => (message.role === "tool" ? [message.callId] : []));
  expect(ids[0]).toBe("x");
  expect(new Set(ids).size).toBe(3);
  expect(ids.every((id) => /^[\w-]{1,64}$/.test(id))).toBe(true);
  expect(only(heard, "tool_input_end").map(({ callId }) => callId)).toEqual(ids);

  // Two at once under one name: nobody can say whose arguments are whose, so the first never runs.
  const mixed = await hear(
    ...answerEvents(
      "",
      [1, 2].map((a) => ({ id: "x", name: "t", arguments: { a } })),
    ),
  );
  expect(mixed.runs()).toBe(1);

  const simulator = await createSimulator({ answer: answer.text("Going on.") });
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  for (const model of ["gpt-4.1", "gpt-5.2-codex", "claude-haiku-4.5"]) {
    const session = await openSession(path);
    const next = createAgent({ provider, model, session });
    expect(await next.prompt("go on"), model).toEqual({ reason: "done" });
    await next.close();
  }
  await simulator.close();
});
