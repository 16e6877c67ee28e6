import type { Message, ModelEvent, ModelInfo } from "@zotpilot/provider/model";
import { textOf } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  createAgent,
  createSession,
  defineTool,
  emptyTranscript,
  openSession,
  readHistory,
  reduceTranscript,
  type AgentEvent,
  type AgentOptions,
} from "../src/index.ts";
import { patiently } from "../src/run/patiently.ts";
import { only, pairingProblems } from "./support/run.ts";
import {
  answerEvents,
  call,
  failAfter,
  model,
  play,
  providerError,
  say,
  scripted,
  type Answer,
  type ScriptedCall,
} from "./support/scripted.ts";
import { folder } from "./support/session-files.ts";

const limits = (maxPromptTokens: number) => async (): Promise<ModelInfo> => ({
  ...model("model-a"),
  contextWindow: maxPromptTokens + 1_000,
  maxPromptTokens,
  maxOutputTokens: 1_000,
});

/** An answer that says how large its request was. */
function measured(inputTokens: number, text: string, ...calls: ScriptedCall[]): Answer {
  return play(
    answerEvents(text, calls).map((event): ModelEvent =>
      event.type === "usage" ? { type: "usage", usage: { ...event.usage, inputTokens } } : event,
    ),
  );
}

const write = defineTool({
  name: "write",
  description: "Writes.",
  risk: "write",
  input: z.object({ path: z.string(), content: z.string() }),
  touches: ({ path }) => [path],
  run: async () => "x".repeat(2_000),
});

function make(provider: AgentOptions["provider"], more: Partial<AgentOptions> = {}) {
  const agent = createAgent({
    provider,
    model: "model-a",
    tools: [write],
    cwd: "/project",
    modelInfo: limits(10_000),
    ...more,
  });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  return { agent, events };
}

const said = (messages: readonly Message[]) => messages.map((message) => textOf(message)).join("\n");

test("in the middle of a run: summarised near the limit, and what must stay stays word for word", async () => {
  const directory = await folder();
  const prompt = "Mend the roof. Do NOT touch the chimney!\n\u2028 ü";
  const system = "Project rules: tabs only.";
  const provider = scripted(
    say("- [x] look\n- [ ] mend the ridge\n- [ ] sweep up"),
    ...Array.from({ length: 4 }, (_, index) =>
      measured(2_000, "", {
        id: `${index}`,
        name: "write",
        arguments: { path: `roof-${index}`, content: "y" },
      }),
    ),
    measured(9_000, "", {
      id: "9",
      name: "write",
      arguments: { path: "/project/gutter", content: "y".repeat(8_000) },
    }),
    say("## Goal\nA roof."),
    say("all done"),
  );
  const session = createSession({ directory, cwd: "/project" });
  const { agent, events } = make(provider, { system, session });
  await agent.prompt("Plan first, with a checklist.");
  expect(await agent.prompt(prompt)).toEqual({ reason: "done" });

  const summaryRequest = provider.requests[6];
  expect(summaryRequest).toMatchObject({ initiator: "agent", messages: [{ role: "user" }] });
  expect(summaryRequest?.tools).toBeUndefined();
  expect(summaryRequest?.system).not.toBe("");
  expect(only(events, "compaction_start").map(({ reason }) => reason)).toEqual(["limit"]);
  expect(only(events, "compaction_end")).toEqual([{ type: "compaction_end", summary: "## Goal\nA roof." }]);

  const after = provider.requests[7];
  expect(after?.system).toBe(system);
  expect(after?.initiator).toBe("agent");
  expect(pairingProblems(after?.messages ?? [])).toEqual([]);
  expect(after?.messages.map((message) => textOf(message))).toContain(prompt);
  expect(after?.messages[0]).toMatchObject({ content: [{ text: "Plan first, with a checklist." }] });
  const text = said(after?.messages ?? []);
  expect(text).toContain("## Context summary (compacted)\n\n## Goal\nA roof.");
  expect(text).toContain("## Open tasks\n\n- [ ] mend the ridge\n- [ ] sweep up");
  expect(text).toContain(
    "## Files changed so far\n\n- /project/roof-0\n- /project/roof-1\n- /project/roof-2\n- /project/roof-3\n- /project/gutter",
  );
  // The summary is paid for, and says so.
  const answers = events.filter((event) => event.type === "usage");
  expect(answers).toHaveLength(8);
  expect(answers.flatMap(({ auxiliary }, index) => (auxiliary ? [index] : []))).toEqual([6]);
  expect(agent.transcript.usage).toEqual(answers.at(-1)?.total);
  expect(agent.transcript.usage.inputTokens).toBe(10 + 4 * 2_000 + 9_000 + 10 + 10);
  await agent.close();

  // Resumed, it stays as short, and all of it can still be read.
  const reopened = await openSession(session.path);
  expect(reopened.events.reduce(reduceTranscript, emptyTranscript)).toEqual(agent.transcript);
  const kinds: string[] = [];
  for await (const { event } of readHistory(session.path)) kinds.push(event.type);
  expect(kinds.filter((kind) => kind === "tool_message")).toHaveLength(5);
  await reopened.close();
});

test("F-28: when the service says that it is too much, it is made shorter and asked once more", async () => {
  const overflow = failAfter([], providerError({ code: "context_too_long", message: "too long" }));
  const provider = scripted(
    measured(3_000, "an answer"),
    overflow,
    say("a summary"),
    say("now it fits"),
    overflow,
    say("another summary"),
    overflow,
  );
  // Nobody knows the limits of the model.
  const { agent, events } = make(provider, { modelInfo: async () => undefined });
  await agent.prompt("x".repeat(150_000));
  expect(await agent.prompt("and on")).toEqual({ reason: "done" });
  expect(only(events, "compaction_start").map(({ reason }) => reason)).toEqual(["overflow"]);
  expect(provider.requests.map(({ initiator }) => initiator)).toEqual(["user", "user", "agent", "user"]);
  expect(textOf(provider.requests[3]?.messages.at(-1) ?? { content: [] })).toBe("and on");
  expect(pairingProblems(agent.transcript.messages)).toEqual([]);
});

test("F-28, F-3: near the limit a summary that fails drops nothing, is told, and the run goes on", async () => {
  const half = answerEvents("half").filter(({ type }) => type !== "finish");
  const failures: [Answer, number][] = [
    [failAfter([], providerError({ code: "server_error", retryable: false })), 0],
    [failAfter(half, new Error("cut")), 10],
    [play(half), 10],
    [say(""), 10],
    [play(answerEvents("filtered", [], "content_filter")), 10],
  ];
  for (const [failure, cost] of failures) {
    const provider = scripted(measured(9_000, "x".repeat(30_000)), failure, measured(9_500, "later"));
    const session = createSession({ directory: await folder(), cwd: "/project" });
    const { agent, events } = make(provider, { session });
    await agent.prompt("go");
    expect(await agent.prompt("on")).toEqual({ reason: "done" });
    expect(only(events, "compaction_end")).toMatchObject([{ error: { code: "compaction_failed" } }]);
    expect(provider.requests[2]?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(agent.transcript.messages).toHaveLength(4);
    expect(agent.transcript.usage.inputTokens).toBe(9_000 + cost + 9_500);
    await agent.close();
    const reopened = await openSession(session.path);
    expect(reopened.events.reduce(reduceTranscript, emptyTranscript)).toEqual(agent.transcript);
    await reopened.close();
  }
});

test("F-28: asked for by hand: the conversation as it was when it fails, shorter when it does not", async () => {
  const long = Array.from({ length: 6 }, (_, index) => measured(500, `${index}`.repeat(3_000)));
  const cut = failAfter(
    answerEvents("half").filter(({ type }) => type !== "finish"),
    new Error("cut"),
  );
  const provider = scripted(...long, cut, say("a summary"), say("going on"));
  const { agent, events } = make(provider, { modelInfo: limits(50_000) });
  for (let index = 0; index < 6; index += 1) await agent.prompt(`question ${index}`);
  const before = agent.transcript;
  await expect(agent.compact()).rejects.toMatchObject({ code: "compaction_failed" });
  expect(agent.transcript.messages).toEqual(before.messages);
  expect(agent.transcript.contextTokens).toBe(before.contextTokens);
  // What it has cost is not forgotten.
  expect(agent.transcript.usage.inputTokens).toBe(before.usage.inputTokens + 10);
  expect(agent.status).toBe("idle");

  expect(await agent.compact()).toBe("a summary");
  expect(agent.transcript.messages.length).toBeLessThan(before.messages.length);
  expect(agent.transcript.contextTokens).toBeLessThan(before.contextTokens + 4_000);
  const durable = events.filter((event) => event.type !== "usage");
  expect(durable.reduce(reduceTranscript, emptyTranscript)).toEqual(agent.transcript);
  expect(await agent.prompt("go on")).toEqual({ reason: "done" });
  expect(pairingProblems(provider.requests.at(-1)?.messages ?? [])).toEqual([]);
});

test("a summary that is itself too long is asked for in pieces", async () => {
  let refused = 0;
  const asked: string[] = [];
  const provider = {
    ...scripted(),
    async *stream(request: { messages: readonly Message[]; maxOutputTokens?: number }) {
      const text = textOf(request.messages.at(-1) ?? { content: [] });
      if (request.maxOutputTokens === undefined) return yield* answerEvents("x".repeat(30_000));
      if (text.length > 20_000) {
        refused += 1;
        throw providerError({ code: "context_too_long" });
      }
      asked.push(text);
      yield* answerEvents(`summary ${asked.length}`);
    },
  };
  const { agent } = make(provider, { modelInfo: limits(50_000) });
  for (const text of ["a", "b", "c"]) await agent.prompt(text);
  await agent.compact();
  expect(refused).toBeGreaterThan(0);
  expect(asked.length).toBeGreaterThan(2);
  expect(asked[1]).toContain("<summary_so_far>\nsummary 1\n</summary_so_far>");
  expect(said(agent.transcript.messages)).toContain(`summary ${asked.length}`);
});

test("one giant result does not keep a conversation from going on", async () => {
  const giant = {
    ...write,
    run: async () => ({ content: [{ type: "text" as const, text: "z".repeat(400_000) }], isError: false }),
  };
  const overflow = failAfter([], providerError({ code: "context_too_long" }));
  const provider = scripted(
    call({ id: "1", name: "write", arguments: { path: "a", content: "b" } }),
    overflow,
    say("fine"),
  );
  const { agent } = make(provider, { tools: [giant], compactAt: 0 });
  expect(await agent.prompt("go")).toEqual({ reason: "done" });
  const sent = provider.requests[2]?.messages ?? [];
  expect(pairingProblems(sent)).toEqual([]);
  expect(said(sent).length).toBeLessThan(20_000);
  expect(said(sent)).toContain("characters left out to save room");
});

test("a summary of a summary: what was kept word for word is kept again", async () => {
  const long = (text: string) => measured(500, `${text}\n${"x".repeat(9_000)}`);
  const provider = scripted(
    long("- [ ] the one open task"),
    ...Array.from({ length: 3 }, (_, index) => [long("a"), long("b"), say(`summary ${index}`)]).flat(),
  );
  const { agent } = make(provider, { modelInfo: limits(50_000) });
  await agent.prompt("the first prompt, a short one");
  for (let round = 0; round < 3; round += 1) {
    await agent.prompt(`question ${round}`);
    await agent.prompt(`last question ${round}`);
    await agent.compact();
    const texts = agent.transcript.messages.map((message) => textOf(message));
    expect(texts).toContain("the first prompt, a short one");
    expect(texts).toContain(`last question ${round}`);
    expect(texts.join("\n")).toContain("## Open tasks\n\n- [ ] the one open task");
    expect(texts.join("\n").match(/## Context summary/g)).toHaveLength(1);
  }
});

test("a limit that is lowered changes when a conversation is summarised; without one it never is", async () => {
  for (const [limit, compactions] of [
    [100_000, 0],
    [5_000, 1],
  ] as const) {
    const provider = scripted(measured(4_500, "x".repeat(9_000)), measured(100, "y"), say("z"));
    const { agent, events } = make(provider, { modelInfo: limits(limit) });
    await agent.prompt("one");
    await agent.prompt("two");
    expect(only(events, "compaction_start")).toHaveLength(compactions);
  }
  const provider = scripted(measured(4_500, "x".repeat(9_000)), say("y"));
  const { agent, events } = make(provider, { modelInfo: limits(5_000), compactAt: 0 });
  await agent.prompt("one");
  await agent.prompt("two");
  expect(only(events, "compaction_start")).toEqual([]);
});

test("a compaction that is stopped, or over budget, leaves everything as it was", async () => {
  const slow: Answer = async function* (_request, signal) {
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    yield { type: "response_start" };
  };
  const long = Array.from({ length: 4 }, (_, index) => measured(500, `${index}`.repeat(3_000)));
  const { agent, events } = make(scripted(...long, slow));
  for (let index = 0; index < 4; index += 1) await agent.prompt(`question ${index}`);
  const before = agent.transcript;
  const compacting = agent.compact();
  expect(agent.status).toBe("running");
  await expect(agent.prompt("now")).rejects.toMatchObject({ code: "busy" });
  agent.abort();
  await expect(compacting).rejects.toMatchObject({ code: "aborted" });
  expect(agent.transcript).toEqual(before);
  expect(only(events, "compaction_end")).toHaveLength(1);

  const poor = make(scripted(...long), { maxRequests: 4 });
  for (let index = 0; index < 4; index += 1) await poor.agent.prompt(`question ${index}`);
  await expect(poor.agent.compact()).rejects.toMatchObject({ code: "request_limit" });
});

test("a model list that never comes keeps nobody: neither an abort nor the end waits for it", async () => {
  const provider = { ...scripted(say("hi")), listModels: () => new Promise<never>(() => undefined) };
  const agent = createAgent({ provider, model: "model-a" });
  const asked = new Promise<void>((resolve) => {
    agent.subscribe((event) => void (event.type === "user_message" && resolve()));
  });
  const running = agent.prompt("x".repeat(20_000));
  await asked;
  agent.abort();
  expect(await running).toEqual({ reason: "aborted" });
  const compacted = expect(agent.compact()).rejects.toMatchObject({ code: "aborted" });
  agent.abort();
  await compacted;
  await agent.close();
});

test("what comes late or not at all is unknown, and is not asked for twice meanwhile", async () => {
  const { signal } = new AbortController();
  let tell: ((limit: number) => void) | undefined;
  let asked = 0;
  const late = patiently((): Promise<number> => {
    asked += 1;
    return new Promise((resolve) => (tell = resolve));
  }, 10);
  expect(await late("m", signal)).toBeUndefined();
  expect(await late("m", signal)).toBeUndefined();
  expect(asked).toBe(1);
  tell?.(900);
  await new Promise((resolve) => setImmediate(resolve));
  const again = late("m", signal);
  tell?.(800);
  expect(await again).toBe(800);
  const broken = patiently(() => {
    throw new Error("no such thing");
  });
  expect(await broken("m", signal)).toBeUndefined();
});

test("a summary that came to nothing and is paid in credits alone is kept as what it cost", async () => {
  const paid: ModelEvent[] = answerEvents("z".repeat(90_000)).map((event) =>
    event.type === "usage"
      ? {
          type: "usage",
          usage: {
            inputTokens: 0,
            outputTokens: 0,
            cachedInputTokens: 0,
            reasoningTokens: 0,
            nanoAiu: 2e9,
          },
        }
      : event,
  );
  const long = say("x ".repeat(9_000));
  const { agent, events } = make(scripted(long, long, play(paid)), { modelInfo: async () => undefined });
  await agent.prompt("one");
  await agent.prompt("two");
  const { unmeasured } = agent.transcript;
  await expect(agent.compact()).rejects.toMatchObject({ code: "compaction_failed" });
  expect(only(events, "usage").at(-1)?.total.nanoAiu).toBe(2e9);
  expect(agent.transcript.usage.nanoAiu).toBe(2e9);
  expect(agent.transcript.unmeasured).toBe(unmeasured);
});

test("what a person pastes stays theirs, also when it looks like a summary", async () => {
  const long = say("y ".repeat(9_000));
  const provider = scripted(say("x ".repeat(9_000)), long, say("what was said"), long, say("all of it"));
  const session = createSession({ directory: await folder(), cwd: "/p" });
  const { agent } = make(provider, { modelInfo: async () => undefined, session });
  await agent.prompt("first");
  const pasted = "## Context summary (compacted)\n\nI paste this; please explain line 3";
  await agent.prompt(pasted);
  await agent.compact();
  const texts = () => agent.transcript.messages.map((message) => textOf(message));
  expect(texts()).toContain(pasted);
  // The summary itself is known as one, also after a restart, and is summarised and not kept the next time.
  await agent.close();
  const opened = await openSession(session.path);
  const { agent: next } = make(provider, { modelInfo: async () => undefined, session: opened });
  await next.prompt("more");
  expect(textOf(provider.requests[3]?.messages[1] ?? { content: [] })).toMatch(/^## Context summary/);
  expect(provider.requests[3]?.messages[1]).not.toHaveProperty("summary");
  await next.compact();
  const after = next.transcript.messages.map((message) => textOf(message));
  expect(after.filter((text) => text.startsWith("## Context summary"))).toHaveLength(1);
  expect(after.join("\n")).toContain("all of it");
  expect(after.join("\n")).not.toContain("what was said");
  await next.close();
});
