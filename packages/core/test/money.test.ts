import type { ModelEvent } from "@zotpilot/provider/model";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, createSession, defineTool, openSession, type AgentOptions } from "../src/index.ts";
import {
  answerEvents,
  call,
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

test("3 prompts, 12 tool calls, a compaction, two retries and two side runs are 3 requests of the user", async () => {
  const large = play(
    answerEvents("", calls(8, 4)).map((event): ModelEvent =>
      event.type === "usage" ? { type: "usage", usage: { ...event.usage, inputTokens: 49_000 } } : event,
    ),
  );
  const provider = scripted(
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
  );
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
  expect(initiators.filter((initiator) => initiator === "user")).toHaveLength(3);
  expect(initiators).toHaveLength(11);
});

test("the same on the wire: a retry of the service's fault is no second prompt", async () => {
  const simulator = await createSimulator({ answer: answer.text("Fine."), scenarios: ["limit.429_short"] });
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  const agent = createAgent({ provider, model: "gpt-4.1" });
  expect(await agent.prompt("hello")).toEqual({ reason: "done" });
  const chats = simulator.requests.filter(({ path }) => path.endsWith("/chat/completions"));
  expect(chats.map(({ headers, status }) => [status, headers["x-initiator"]])).toEqual([
    [429, "user"],
    [200, "agent"],
  ]);
  await simulator.close();
});

test("every request begins with the one before it, to the byte: over prompts, a resume and a new token", async () => {
  const simulator = await createSimulator({
    answer: ({ messages }) =>
      messages.at(-1)?.role === "tool"
        ? answer.text("Noted.")
        : answer.toolCalls([{ name: "echo", arguments: { text: "x" } }]),
  });
  const directory = await folder();
  const make = (session: NonNullable<AgentOptions["session"]>) =>
    createAgent({
      provider: createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin }),
      model: "gpt-4.1",
      tools: [echo],
      system: "be brief",
      session,
    });
  const session = createSession({ directory, cwd: "/p" });
  let agent = make(session);
  await agent.prompt("one");
  simulator.clock.advance(40 * 60_000);
  await agent.prompt("two");
  await agent.close();
  agent = make(await openSession(session.path));
  await agent.prompt("three");
  await agent.close();

  const bodies = simulator.requests
    .filter(({ path, status }) => path.endsWith("/chat/completions") && status === 200)
    .map(({ body }) => body as { messages: object[]; tools: object[] });
  expect(bodies).toHaveLength(6);
  for (const [index, body] of bodies.entries()) {
    const before = bodies[index - 1];
    if (!before) continue;
    expect(JSON.stringify(body.tools)).toBe(JSON.stringify(before.tools));
    const prefix = JSON.stringify(before.messages).slice(0, -1);
    expect(JSON.stringify(body.messages).startsWith(prefix)).toBe(true);
  }
  await simulator.close();
});
