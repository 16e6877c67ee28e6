import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTick } from "node:timers/promises";
import type { Usage } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, defineTool, type AgentEvent } from "../src/index.ts";
import { collectRun, only, resultTexts, runOptions } from "./support/run.ts";
import { answerEvents, call, play, providerError, say, scripted, type Answer } from "./support/scripted.ts";
import { folder as temporaryFolder } from "./support/session-files.ts";

const fail = defineTool({
  name: "fail",
  description: "Fails.",
  risk: "read",
  input: z.object({ text: z.string() }),
  run: async () => {
    throw new Error("no such file");
  },
});
const echo = defineTool({
  name: "echo",
  description: "Echoes.",
  risk: "read",
  input: z.object({ text: z.string() }),
  run: async ({ text }) => text,
});

const costing = (nanoAiu: number | undefined, ...calls: { id: string; name: string }[]): Answer =>
  play(
    answerEvents("x", calls).map((event) => {
      if (event.type !== "usage") return event;
      const usage: Usage = { ...event.usage, ...(nanoAiu !== undefined && { nanoAiu }) };
      return { type: "usage", usage };
    }),
  );

test("F-27: the same failing call is stopped after three times, and the person is told", async () => {
  const answers = Array.from({ length: 20 }, (_, index) =>
    call({ id: `${index}`, name: "fail", arguments: { text: "x" } }),
  );
  const provider = scripted(...answers);
  const events = await collectRun(runOptions(provider, [fail]));
  expect(provider.requests).toHaveLength(3);
  expect(events.at(-1)).toEqual({
    type: "run_end",
    reason: "error",
    error: {
      code: "repeated_failure",
      message: "stopped: the model made the same failing call of fail 3 times",
      retryable: false,
    },
  });
  expect(only(events, "tool_message")).toHaveLength(3);
});

test("F-27: failing calls between new ones are work, two in turn are a loop", async () => {
  const working = Array.from({ length: 8 }, (_, index) =>
    call(
      index % 2 === 0
        ? { id: `${index}`, name: "fail", arguments: { text: "test" } }
        : { id: `${index}`, name: "echo", arguments: { text: `edit ${index}` } },
    ),
  );
  const good = await collectRun(runOptions(scripted(...working, say("done")), [fail, echo]));
  expect(good.at(-1)).toEqual({ type: "run_end", reason: "done" });

  const turning = Array.from({ length: 20 }, (_, index) =>
    call(
      index % 2 === 0
        ? { id: `${index}`, name: "fail", arguments: { text: "test" } }
        : { id: `${index}`, name: "echo", arguments: { text: "same" } },
    ),
  );
  const loop = await collectRun(runOptions(scripted(...turning), [fail, echo]));
  expect(loop.at(-1)).toMatchObject({ error: { code: "repeated_failure" } });
});

test("maxRequests counts tries again, over all prompts, and stops before the call", async () => {
  const busy: Answer = play([], async () => {
    throw providerError({ code: "server_error", retryable: true, retryAfterMs: 1 });
  });
  const provider = scripted(busy, say("one"), say("two"), say("three"));
  const agent = createAgent({ provider, model: "model-a", maxRequests: 3 });
  expect(await agent.prompt("1")).toEqual({ reason: "done" });
  expect(await agent.prompt("2")).toEqual({ reason: "done" });
  const third = await agent.prompt("3");
  expect(third).toMatchObject({ reason: "error", error: { code: "request_limit" } });
  expect(provider.requests).toHaveLength(3);
});

test("maxCredits stops before the call that would exceed it", async () => {
  const provider = scripted(costing(4e9), costing(4e9), costing(4e9));
  const agent = createAgent({ provider, model: "model-a", maxCredits: 10 });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  await agent.prompt("1");
  await agent.prompt("2");
  expect(await agent.prompt("3")).toMatchObject({ reason: "error", error: { code: "credit_limit" } });
  expect(provider.requests).toHaveLength(2);
  expect(only(events, "usage").map(({ cost }) => cost)).toEqual([
    { turn: { credits: 4 }, total: { credits: 4 } },
    { turn: { credits: 4 }, total: { credits: 8 } },
  ]);
});

test("a cost that nobody knows is null with a reason, and a limit that cannot be kept is told once", async () => {
  const provider = scripted(costing(undefined), costing(2e9), costing(undefined));
  const agent = createAgent({ provider, model: "model-a", maxCredits: 10 });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  for (const text of ["1", "2", "3"]) await agent.prompt(text);
  const costs = only(events, "usage").map(({ cost }) => cost);
  expect(costs[0]?.turn).toEqual({ credits: null, reason: "the service did not say what it costs" });
  expect(costs[0]?.total.credits).toBeNull();
  expect(costs[1]).toEqual({
    turn: { credits: 2 },
    total: { credits: 2, reason: "one call is missing: the service did not say what they cost" },
  });
  expect(costs[2]?.total.reason).toMatch(/^2 calls are missing/);
  expect(only(events, "notice").map(({ text }) => text)).toEqual([
    "the service does not say what this call cost, so the limit of AI credits cannot be kept",
  ]);
  expect(agent.transcript.unmeasured).toBe(2);
});

test("calls that touch different files run side by side, those that share one in asked order", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a"), "");
  await symlink(join(folder, "a"), join(folder, "link-to-a"));
  const running = new Set<string>();
  const together: string[] = [];
  const started: string[] = [];
  const tool = (name: string, risk: "read" | "write") =>
    defineTool({
      name,
      description: "Touches a file.",
      risk,
      input: z.object({ path: z.string(), id: z.string() }),
      touches: ({ path }) => [path],
      async run({ id }) {
        started.push(id);
        for (const other of running) together.push(`${other}+${id}`);
        running.add(id);
        for (let tick = 0; tick < 5; tick += 1) await nextTick();
        running.delete(id);
        return id;
      },
    });
  const provider = scripted(
    call(
      { id: "1", name: "write", arguments: { path: "a", id: "a1" } },
      { id: "2", name: "write", arguments: { path: "b", id: "b1" } },
      { id: "3", name: "write", arguments: { path: "./link-to-a", id: "a2" } },
      { id: "4", name: "read", arguments: { path: join(folder, "a"), id: "a3" } },
      { id: "5", name: "read", arguments: { path: "a", id: "a4" } },
      { id: "6", name: "write", arguments: { path: "new/c", id: "c1" } },
    ),
    say("done"),
  );
  const tools = [tool("write", "write"), tool("read", "read")];
  const events = await collectRun(runOptions(provider, tools, { cwd: folder }));
  expect(resultTexts(events)).toEqual(["a1", "b1", "a2", "a3", "a4", "c1"]);
  expect(started.filter((id) => id.startsWith("a"))).toEqual(["a1", "a2", "a3", "a4"]);
  const sameFile = together.filter((pair) => /a\d\+a\d/.test(pair));
  expect(sameFile).toEqual(["a3+a4"]);
  expect(together).toContain("a1+b1");
  expect(together).toContain("b1+c1");
  expect(only(events, "tool_message").map(({ files }) => files?.length ?? 0)).toEqual([1, 1, 1, 0, 0, 1]);
});

test("arguments deeper, wider or longer than any honest call are refused, and nothing breaks", async () => {
  const deep = `{"text":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  const wide = JSON.stringify({ text: "x", keys: Array.from({ length: 10_001 }, () => 0) });
  const long = JSON.stringify({ text: "x".repeat(4 * 1024 * 1024 - 100) });
  const provider = scripted(
    call(
      { id: "1", name: "echo", arguments: deep },
      { id: "2", name: "echo", arguments: wide },
      { id: "3", name: "echo", arguments: long },
    ),
    say("sorry"),
  );
  const texts = resultTexts(await collectRun(runOptions(provider, [echo])));
  expect(texts[0]).toBe("invalid args: more than 200 levels deep");
  expect(texts[1]).toBe("invalid args: more than 10000 keys");
  expect(texts[2]).toHaveLength(4 * 1024 * 1024 - 100);
});

test("an answer beyond all bounds is cut, and none of its calls runs", async () => {
  const endless: Answer = async function* () {
    yield { type: "response_start" };
    yield { type: "tool_input_start", callId: "1", name: "echo" };
    for (;;) yield { type: "tool_input_delta", callId: "1", json: "x".repeat(64 * 1024) };
  };
  const events = await collectRun(runOptions(scripted(endless), [echo]));
  expect(events.at(-1)).toMatchObject({ reason: "error", error: { code: "answer_too_long" } });
  expect(only(events, "tool_start")).toEqual([]);
});

test("500 calls are enough for one prompt; the next one goes on", async () => {
  const answers = Array.from({ length: 10 }, (_, turn) =>
    call(
      ...Array.from({ length: 60 }, (__, index) => ({
        id: `${turn}-${index}`,
        name: "echo",
        arguments: { text: `${turn}-${index}` },
      })),
    ),
  );
  const provider = scripted(...answers.slice(0, 9), say("done"));
  const agent = createAgent({ provider, model: "model-a", tools: [echo] });
  expect(await agent.prompt("go")).toMatchObject({ error: { code: "tool_limit" } });
  expect(provider.requests).toHaveLength(9);
  expect(await agent.prompt("go on")).toEqual({ reason: "done" });
});
