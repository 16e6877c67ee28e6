import { textOf } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, defineTool, type AgentEvent } from "../src/index.ts";
import { only, pairingProblems, types } from "./support/run.ts";
import { answerEvents, call, play, say, scripted, untilAborted } from "./support/scripted.ts";

const echo = defineTool({
  name: "echo",
  description: "Echoes.",
  risk: "read",
  input: z.object({ text: z.string() }),
  run: async ({ text }) => text,
});

const textsOf = (messages: readonly { role: string; content: readonly object[] }[]) =>
  messages.map(({ role, content }) => `${role}: ${content.map((part) => JSON.stringify(part)).join()}`);

test("steering is heard behind the results of the running tools, and its request is the user's", async () => {
  const provider = scripted(
    call({ id: "1", name: "echo", arguments: { text: "a" } }),
    call({ id: "2", name: "echo", arguments: { text: "b" } }),
    say("ok"),
  );
  const agent = createAgent({ provider, model: "model-a", tools: [echo] });
  agent.subscribe((event) => {
    if (event.type === "tool_start" && event.call.id === "1") agent.steer("use b");
  });
  expect(await agent.prompt("go")).toEqual({ reason: "done" });
  expect(provider.requests.map(({ initiator }) => initiator)).toEqual(["user", "user", "agent"]);
  expect(provider.requests[1]?.messages.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
    "user",
  ]);
  expect(textsOf(provider.requests[1]?.messages ?? []).at(-1)).toContain("use b");
  expect(agent.queued).toEqual([]);
});

test("steering that an aborted run has not heard is heard before the prompt that was said after it", async () => {
  const provider = scripted(play(answerEvents("").slice(0, 1), untilAborted), say("yes"));
  const agent = createAgent({ provider, model: "model-a" });
  agent.subscribe((event) => {
    if (event.type !== "response_start" || provider.requests.length > 1) return;
    agent.steer("said first");
    agent.abort();
  });
  expect(await agent.prompt("go")).toEqual({ reason: "aborted" });
  await agent.prompt("said second");
  const said = agent.transcript.messages.map((message) => textOf(message));
  expect(said).toEqual(["go", "said first", "said second", "yes"]);
});

test("steering at the last moment makes the model go on", async () => {
  const provider = scripted(say("done"), say("also done"));
  const agent = createAgent({ provider, model: "model-a" });
  agent.subscribe((event) => {
    if (event.type === "turn_end" && event.turn === 1) agent.steer("one more thing");
  });
  expect(await agent.prompt("go")).toEqual({ reason: "done" });
  expect(provider.requests).toHaveLength(2);
});

test("follow-ups are heard one after another when the model would stop", async () => {
  const provider = scripted(say("1"), say("2"), say("3"));
  const agent = createAgent({ provider, model: "model-a", maxSteps: 1 });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  const run = agent.prompt("first");
  agent.followUp("second");
  agent.followUp("third");
  expect(agent.queued.map(({ kind }) => kind)).toEqual(["follow_up", "follow_up"]);
  expect(await run).toEqual({ reason: "done" });
  expect(provider.requests.map(({ initiator }) => initiator)).toEqual(["user", "user", "user"]);
  expect(only(events, "user_message")).toHaveLength(3);
  expect(types(events).filter((type) => type === "run_end")).toHaveLength(1);
});

test("what was not heard before an abort stays, and can be taken back", async () => {
  const agent = createAgent({ provider: scripted(play([], untilAborted), say("x")), model: "model-a" });
  agent.subscribe((event) => {
    if (event.type !== "turn_start") return;
    agent.steer("wait");
    agent.followUp("later");
    agent.abort();
  });
  expect(await agent.prompt("go")).toEqual({ reason: "aborted" });
  expect(agent.takeQueued().map(({ content }) => content[0])).toEqual([
    { type: "text", text: "wait" },
    { type: "text", text: "later" },
  ]);
  expect(agent.queued).toEqual([]);
});

test("what is said while nothing runs is heard with the next prompt", async () => {
  const provider = scripted(say("x"));
  const agent = createAgent({ provider, model: "model-a" });
  agent.steer("mind the gap");
  await agent.prompt("go");
  expect(provider.requests[0]?.messages).toHaveLength(2);
  expect(pairingProblems(agent.transcript.messages)).toEqual([]);
});
