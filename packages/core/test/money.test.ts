import type { ModelEvent } from "@zotpilot/provider/model";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  createAgent,
  createSession,
  defineTool,
  foldTranscript,
  openSession,
  textResult,
  type AgentEvent,
  type AgentOptions,
} from "../src/index.ts";
import { only } from "./support/run.ts";
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

const echo = defineTool({
  name: "echo",
  description: "Echoes.",
  risk: "read",
  input: z.object({ text: z.string() }),
  run: async ({ text }) => text,
});

const calls = (from: number, count: number): ScriptedCall[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `call-${from + index}`,
    name: "echo",
    arguments: { text: `${from + index} ${"x".repeat(3_000)}` },
  }));

const busy: Answer = play([], async () => {
  throw providerError({ code: "server_error", retryable: true, retryAfterMs: 1 });
});

test("3 prompts, 12 tool calls, a compaction, two retries and two side runs are 3 requests of the user that are answered", async () => {
  const large = play(
    answerEvents("", calls(8, 4)).map((event): ModelEvent =>
      event.type === "usage" ? { type: "usage", usage: { ...event.usage, inputTokens: 49_000 } } : event,
    ),
  );
  const script: Answer[] = [
    busy,
    call(...calls(0, 4)),
    say("one"),
    call(...calls(4, 4)),
    busy,
    say("two"),
    large,
    say("the summary"),
    say("three"),
    // The side runs.
    say("aside"),
    say("aside"),
  ];
  const provider = scripted(...script);
  const agent = createAgent({
    provider,
    model: "model-a",
    tools: [echo],
    modelInfo: async () => ({ ...model("model-a"), contextWindow: 60_000, maxPromptTokens: 50_000 }),
  });
  for (const text of ["first", "second", "third"])
    expect(await agent.prompt(text)).toEqual({ reason: "done" });
  // Who works for the agent, and not for a person, says so.
  for (const initiator of ["agent", "agent"] as const) {
    const side = createAgent({ provider, model: "model-a", initiator });
    expect(await side.prompt("a task")).toEqual({ reason: "done" });
  }
  const initiators = provider.requests.map((request) => request.initiator);
  expect(initiators).toHaveLength(11);
  const isAnswered = (_: unknown, index: number): boolean => script[index] !== busy;
  expect(initiators.filter(isAnswered).filter((initiator) => initiator === "user")).toHaveLength(3);
  // A try again says what the first one said: the prompt is still the person's, and the rest is still not.
  expect(initiators.filter((_, index) => script[index] === busy)).toEqual(["user", "agent"]);
  expect([initiators[1], initiators[5]]).toEqual(["user", "agent"]);
});

test("the same on the wire: a request that the service refused is sent again as what it was", async () => {
  const simulator = await createSimulator({ answer: answer.text("Fine."), scenarios: ["limit.429_short"] });
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  const agent = createAgent({ provider, model: "gpt-4.1" });
  expect(await agent.prompt("hello")).toEqual({ reason: "done" });
  const chats = simulator.requests.filter(({ path }) => path.endsWith("/chat/completions"));
  expect(chats.map(({ headers, status }) => [status, headers["x-initiator"]])).toEqual([
    [429, "user"],
    [200, "user"],
  ]);
  await simulator.close();
});

test("the whole session on the wire: exactly 3 answered requests are a user's, and a renewed token repeats its request", async () => {
  const tools = (from: number) =>
    answer.toolCalls(
      calls(from, 4).map(({ id }) => ({ name: "echo", arguments: { text: `${id} ${"x".repeat(3_000)}` } })),
    );
  const session = answer.sequence([
    tools(0),
    answer.text("one"),
    tools(4),
    answer.error(503, { error: { message: "busy" } }),
    answer.text("two"),
    tools(8),
    answer.text("three"),
  ]);
  const simulator = await createSimulator({
    scenarios: ["capi.401_once"],
    // Only the session's own requests offer tools: not its summary, and not what runs on the side.
    answer: (request) => (request.tools.length > 0 ? session(request) : answer.text("In short.")),
  });
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  const agent = createAgent({
    provider,
    model: "gpt-4.1",
    tools: [echo],
    modelInfo: async () => ({ ...model("gpt-4.1"), contextWindow: 20_000, maxPromptTokens: 18_000 }),
  });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  for (const text of ["first", "second", "third"])
    expect(await agent.prompt(text)).toEqual({ reason: "done" });
  for (const task of ["a task", "another"]) {
    const side = createAgent({ provider, model: "gpt-4.1", initiator: "agent" });
    expect(await side.prompt(task)).toEqual({ reason: "done" });
  }
  expect(only(events, "tool_message")).toHaveLength(12);
  expect(only(events, "compacted")).toHaveLength(1);
  const sent = simulator.requests
    .filter(({ path }) => path.endsWith("/chat/completions"))
    .map(({ status, headers }) => [status, headers["x-initiator"]]);
  // A token had died: the same request was sent again, and only one of the two was answered.
  expect(sent.filter(([, initiator]) => initiator === "user")).toEqual([
    [401, "user"],
    [200, "user"],
    [200, "user"],
    [200, "user"],
  ]);
  const failed = sent.findIndex(([status]) => status === 503);
  expect(sent.slice(failed, failed + 2)).toEqual([
    [503, "agent"],
    [200, "agent"],
  ]);
  // Three behind tools, a summary in one piece or more, and two on the side.
  expect(
    sent.filter(([status, initiator]) => status === 200 && initiator === "agent").length,
  ).toBeGreaterThan(5);
  await simulator.close();
});

const wires = [
  { model: "gpt-4.1", path: "/chat/completions", list: "messages" },
  { model: "gpt-5.2-codex", path: "/responses", list: "input" },
  { model: "claude-haiku-4.5", path: "/v1/messages", list: "messages" },
] as const;

test.each(wires)(
  "$path: every request begins with the one before it, to the byte: over prompts, steering, details, a resume and a new token",
  async (wire) => {
    const simulator = await createSimulator({
      answer: ({ messages }) =>
        messages.at(-1)?.role === "tool"
          ? answer.text("Noted.")
          : answer.toolCalls([{ name: "echo", arguments: { text: "x" } }]),
    });
    const directory = await folder();
    const detailed = defineTool({
      ...echo,
      input: z.object({ text: z.string() }),
      run: async ({ text }) => ({ ...textResult(text), details: { diff: "for the screen" } }),
    });
    const make = (session: NonNullable<AgentOptions["session"]>) =>
      createAgent({
        provider: createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin }),
        model: wire.model,
        tools: [detailed],
        system: "be brief",
        session,
      });
    const session = createSession({ directory, cwd: "/p" });
    let agent = make(session);
    agent.steer("in German, please");
    await agent.prompt("one");
    simulator.clock.advance(40 * 60_000);
    await agent.prompt("two");
    await agent.close();
    agent = make(await openSession(session.path));
    await agent.prompt("three");
    await agent.close();

    // What the cache keeps ends at a mark; marks move on, and are no part of what is kept.
    const text = (value: unknown): string =>
      JSON.stringify(value, (key, field: unknown) => (key === "cache_control" ? undefined : field));
    const bodies = simulator.requests
      .filter(({ path, status }) => path.endsWith(wire.path) && status === 200)
      .map(({ body }) => body as Record<string, object[]>);
    expect(bodies).toHaveLength(6);
    for (const [index, body] of bodies.entries()) {
      const before = bodies[index - 1];
      if (!before) continue;
      const { [wire.list]: messages, ...rest } = body;
      const { [wire.list]: earlier, ...restBefore } = before;
      expect(text(rest)).toBe(text(restBefore));
      expect(text(messages).startsWith(text(earlier).slice(0, -1))).toBe(true);
      expect(JSON.stringify(messages)).not.toContain("for the screen");
    }
    await simulator.close();
  },
);

test("what a try has cost that came to nothing counts: in the sum, in the limit, and after a restart", async () => {
  const usage = {
    inputTokens: 1_000,
    outputTokens: 50,
    cachedInputTokens: 0,
    reasoningTokens: 0,
    nanoAiu: 5e9,
  };
  const broken = failAfter(
    [{ type: "response_start" }, { type: "usage", usage }],
    providerError({ retryable: true, retryAfterMs: 1 }),
  );
  const session = createSession({ directory: await folder(), cwd: "/p" });
  const provider = scripted(broken, say("fine"));
  const agent = createAgent({ provider, model: "model-a", session });
  const told: AgentEvent[] = [];
  agent.subscribe((event) => told.push(event));
  expect(await agent.prompt("go")).toEqual({ reason: "done" });
  await agent.close();
  expect(agent.transcript).toMatchObject({ usage: { inputTokens: 1_010, nanoAiu: 5e9 }, unmeasured: 1 });
  expect(only(told, "usage").map(({ cost }) => cost.turn.credits)).toEqual([5, null]);
  expect(only(told, "usage").at(-1)?.total).toEqual(agent.transcript.usage);
  const opened = await openSession(session.path);
  expect(foldTranscript(opened.events)).toEqual(agent.transcript);
  await opened.close();

  const limited = createAgent({ provider: scripted(broken, say("never")), model: "model-a", maxCredits: 4 });
  expect(await limited.prompt("go")).toMatchObject({ error: { code: "credit_limit" } });

  // A provider that says what a call cost and not that it began.
  const quiet = scripted(
    play([
      { type: "usage", usage },
      { type: "finish", reason: "end" },
    ]),
  );
  const next = createAgent({ provider: quiet, model: "model-a" });
  await next.prompt("go");
  expect(next.transcript.usage.nanoAiu).toBe(5e9);
});

test("a prompt counts as the premium requests that the list of models says, once, also after a restart and a summary", async () => {
  const modelInfo = async () => ({
    ...model("model-a"),
    contextWindow: 100_000,
    maxPromptTokens: 90_000,
    billing: { premium: true, multiplier: 3 },
  });
  const brokenAtFirst = failAfter(
    [{ type: "response_start" }],
    providerError({ retryable: true, retryAfterMs: 1 }),
  );
  const long = say("w ".repeat(9_000));
  const provider = scripted(busy, brokenAtFirst, call(...calls(0, 1)), say("one"), long, say("in short"));
  const session = createSession({ directory: await folder(), cwd: "/p" });
  const options = { provider, model: "model-a", tools: [echo], compactAt: 0, modelInfo };
  const agent = createAgent({ ...options, session });
  const told: AgentEvent[] = [];
  agent.subscribe((event) => told.push(event));
  await agent.prompt("first");
  const premium = (which: "turn" | "total") =>
    only(told, "usage").map(({ cost }) => cost[which].premiumRequests);
  // Taken, broken off, asked again as the agent's doing, and once more behind the tool.
  expect(premium("turn")).toEqual([3, undefined, undefined]);
  expect(premium("total")).toEqual([3, 3, 3]);
  await agent.prompt("second");
  await agent.compact();
  expect(agent.transcript.premiumRequests).toBe(6);
  await agent.close();
  const opened = await openSession(session.path);
  expect(foldTranscript(opened.events)).toEqual(agent.transcript);
  const next = createAgent({ ...options, provider: scripted(say("on")), session: opened });
  await next.clear();
  await next.prompt("third");
  expect(next.transcript.premiumRequests).toBe(9);
  await next.close();

  // Who works for an agent counts nothing, and who has no list says nothing.
  const side = createAgent({ ...options, provider: scripted(say("aside")), initiator: "agent" });
  await side.prompt("a task");
  const plain = createAgent({ provider: scripted(say("hi")), model: "model-a" });
  await plain.prompt("hello");
  for (const each of [side, plain]) expect(each.transcript).not.toHaveProperty("premiumRequests");
});
