import { setTimeout as sleep } from "node:timers/promises";
import type { ModelEvent } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  createAgent,
  createSession,
  defineTool,
  type AgentEvent,
  type DurableEvent,
  type Session,
} from "../src/index.ts";
import { types } from "./support/run.ts";
import { answerEvents, call, model, play, say, scripted } from "./support/scripted.ts";
import { folder } from "./support/session-files.ts";

/** A session whose disk is full once an event of this type comes. */
async function failingAt(type: DurableEvent["type"]): Promise<Session> {
  const session = createSession({ directory: await folder(), cwd: "/p" });
  return {
    ...session,
    events: session.events,
    async append(event) {
      if (event.type === type) throw new Error("the disk is full");
      return session.append(event);
    },
  };
}

const count = (events: readonly AgentEvent[], type: AgentEvent["type"]): number =>
  types(events).filter((each) => each === type).length;

const modelInfo = async () => ({ ...model("model-a"), contextWindow: 1e9, maxPromptTokens: 1e9 });

test("F-7: a session that fails while tools run ends the run, and whatever has begun has its end", async () => {
  const quick = defineTool({
    name: "quick",
    description: "Is quick.",
    risk: "read",
    input: z.looseObject({}),
    run: async () => "done",
  });
  let stopped = false;
  const slow = defineTool({
    name: "slow",
    description: "Is slow.",
    risk: "read",
    input: z.looseObject({}),
    async run(_, { signal }) {
      await sleep(60_000, undefined, { signal }).catch(() => (stopped = true));
      return "done";
    },
  });
  const agent = createAgent({
    provider: scripted(call({ id: "1", name: "quick" }, { id: "2", name: "slow" }), say("never")),
    model: "model-a",
    tools: [quick, slow],
    session: await failingAt("tool_message"),
    modelInfo,
  });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  expect(await agent.prompt("go")).toMatchObject({
    reason: "error",
    error: { message: expect.stringMatching(/disk is full/) },
  });
  expect(count(events, "tool_start")).toBe(2);
  expect(count(events, "tool_end")).toBe(2);
  expect(types(events).slice(-2)).toEqual(["tool_end", "run_end"]);
  expect(stopped).toBe(true);
});

test("F-7: a turn that cannot be kept ends", async () => {
  const agent = createAgent({
    provider: scripted(say("hello")),
    model: "model-a",
    session: await failingAt("assistant_message"),
  });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  await agent.prompt("go");
  expect(types(events).slice(-2)).toEqual(["turn_end", "run_end"]);
  expect(count(events, "turn_end")).toBe(1);
});

test("F-7, F-3: a summary that cannot be kept has its end, and changes nothing", async () => {
  const long = "w ".repeat(9_000);
  const provider = scripted(say(long), say(long), say("a summary"), say("another"), say("on"));
  const agent = createAgent({
    provider,
    model: "model-a",
    session: await failingAt("compacted"),
    modelInfo,
  });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  await agent.prompt("one");
  await agent.prompt("two");
  const before = agent.transcript;
  await expect(agent.compact()).rejects.toThrow(/disk is full/);
  expect(events.at(-1)).toMatchObject({ type: "compaction_end", error: { message: "the disk is full" } });
  expect(agent.transcript).toEqual(before);
  expect(agent.status).toBe("idle");
  // Inside a run it is the same.
  const nearTheLimit = play(
    answerEvents(long).map((event): ModelEvent =>
      event.type === "usage" ? { ...event, usage: { ...event.usage, inputTokens: 39_000 } } : event,
    ),
  );
  events.length = 0;
  const limited = createAgent({
    provider: scripted(nearTheLimit, say("a summary"), say("never")),
    model: "model-a",
    session: await failingAt("compacted"),
    modelInfo: async () => ({ ...model("model-a"), contextWindow: 50_000, maxPromptTokens: 40_000 }),
  });
  limited.subscribe((event) => events.push(event));
  await limited.prompt("x".repeat(40_000));
  expect(await limited.prompt("two")).toMatchObject({ reason: "error" });
  expect(types(events).slice(-2)).toEqual(["compaction_end", "run_end"]);
  expect(count(events, "compaction_end")).toBe(count(events, "compaction_start"));
});
