import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator, type SimulatorOptions } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, createSession, defineTool, openSession, type AgentEvent } from "../src/index.ts";
import { only, pairingProblems } from "./support/run.ts";
import { folder } from "./support/session-files.ts";

const models = ["gpt-4.1", "gpt-5.2-codex", "claude-haiku-4.5"];
const ran: string[] = [];
const note = defineTool({
  name: "note",
  description: "Notes.",
  risk: "write",
  input: z.object({ text: z.string() }),
  async run({ text }) {
    ran.push(text);
    return text;
  },
});

async function play(options: SimulatorOptions, model = "gpt-4.1", more: { maxRequests?: number } = {}) {
  const simulator = await createSimulator({
    answer: answer.text("Hello there, this is a whole answer."),
    ...options,
  });
  const session = createSession({ directory: await folder(), cwd: "/p" });
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  const agent = createAgent({ provider, model, tools: [note], session, ...more });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  const result = await agent.prompt("go");
  const calls = simulator.requests.filter(
    ({ method, path }) => method === "POST" && /completions|responses|messages$/.test(path),
  );
  return {
    result,
    events,
    calls,
    /** Closes it, opens the session again, and asks on without the fault. */
    async goOn(): Promise<void> {
      await agent.close();
      simulator.clearScenarios();
      simulator.answerWith(answer.text("Going on."));
      const again = createAgent({ provider, model, tools: [note], session: await openSession(session.path) });
      expect(await again.prompt("continue")).toEqual({ reason: "done" });
      expect(pairingProblems(again.transcript.messages)).toEqual([]);
      await again.close();
      await simulator.close();
    },
  };
}

test("F-18: a token that dies before the first byte is renewed, and nobody notices", async () => {
  const run = await play({ scenarios: ["capi.401_once"] });
  expect(run.result).toEqual({ reason: "done" });
  expect(only(run.events, "retry")).toEqual([]);
  expect(run.calls.map(({ headers }) => headers["x-initiator"])).toEqual(["user", "user"]);
  await run.goOn();
});

test("F-19, F-22: a stream that breaks keeps its text, is no finished answer, and runs no half call", async () => {
  for (const model of models) {
    for (const after of [1, 3, 5]) {
      const run = await play(
        { answer: answer.cut(answer.text("one two three four five six seven"), after) },
        model,
      );
      expect(run.result, `${model} after ${after}`).toMatchObject({ reason: "error" });
      const kept = only(run.events, "assistant_message").at(-1);
      expect(kept?.stopReason).toBe("error");
      expect(kept?.message.content[0]).toMatchObject({ type: "text" });
      await run.goOn();
    }
    ran.length = 0;
    const half = answer.cut(
      answer.toolCalls([{ name: "note", arguments: { text: "never ".repeat(50) } }]),
      1,
    );
    const run = await play({ answer: half }, model);
    expect(run.result).toMatchObject({ reason: "error" });
    expect(ran).toEqual([]);
    await run.goOn();
  }
});

test("F-20: a limit that lasts is not asked again and again", async () => {
  for (const scenario of ["limit.429_long", "limit.429_user_weekly_rate_limited"]) {
    const run = await play({ scenarios: [scenario] });
    expect(run.result).toMatchObject({
      reason: "error",
      error: { code: expect.stringMatching(/limited|quota/) },
    });
    expect(run.calls.length).toBeLessThanOrEqual(4);
    await run.goOn();
  }
});

test("F-21: a service that is down is asked three times at most, each told, then the error says so and it goes on later", async () => {
  const scenarios = [
    "limit.500_then_ok",
    "limit.502_html",
    "limit.503",
    "limit.5xx_always",
    "chat.empty_completion",
    "error.html",
  ];
  for (const scenario of scenarios) {
    const run = await play({ scenarios: [scenario] });
    const retries = only(run.events, "retry");
    expect(["done", "error"]).toContain(run.result.reason);
    if (scenario === "limit.500_then_ok") expect(run.result).toEqual({ reason: "done" });
    expect(run.calls.length, scenario).toBeLessThanOrEqual(3);
    // Nothing is sent that nobody is told of.
    expect(run.calls.length, scenario).toBe(retries.length + 1);
    await run.goOn();
  }
});

test("F-21: a limit of requests holds on the wire, tries again included", async () => {
  for (const maxRequests of [1, 2]) {
    const run = await play({ scenarios: ["limit.503"] }, "gpt-4.1", { maxRequests });
    expect(run.result.reason).toBe("error");
    expect(run.calls).toHaveLength(maxRequests);
    await run.goOn();
  }
});

test("F-28: a prompt that is too long for the service is made shorter once, or ends with choices", async () => {
  const run = await play({ scenarios: ["limit.overflow"] });
  expect(run.result).toMatchObject({ reason: "error", error: { code: "context_too_long" } });
  expect(only(run.events, "compaction_end")).toMatchObject([{ error: { code: "nothing_to_compact" } }]);
  await run.goOn();
});
