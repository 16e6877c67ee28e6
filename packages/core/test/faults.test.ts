import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator, type SimulatorOptions } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAgent, createSession, defineTool, openSession, type AgentEvent } from "../src/index.ts";
import { only, pairingProblems } from "./support/run.ts";
import { folder, historyOf } from "./support/session-files.ts";

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
  for (const model of models) {
    const run = await play({ scenarios: ["capi.401_once"] }, model);
    expect(run.result, model).toEqual({ reason: "done" });
    expect(run.calls.map(({ status }) => status)).toEqual([401, 200]);
    expect(only(run.events, "retry")).toEqual([]);
    expect(only(run.events, "notice")).toEqual([]);
    expect(run.calls.map(({ headers }) => headers["x-initiator"])).toEqual(["user", "user"]);
    await run.goOn();
  }
});

test("F-19: an error in the middle of an answer: its text is kept and marked, nothing is asked again by itself", async () => {
  for (const [model, scenario] of [
    ["gpt-4.1", "chat.error_midstream"],
    ["gpt-4.1", "chat.finish_error"],
    ["gpt-5.2-codex", "responses.error_flat"],
    ["gpt-5.2-codex", "responses.error_nested"],
    ["gpt-5.2-codex", "responses.failed"],
  ] as const) {
    const run = await play({ scenarios: [scenario] }, model);
    expect(run.result, scenario).toMatchObject({
      reason: "error",
      error: { code: expect.stringMatching(/^(server_error|rate_limited)$/), requestId: expect.any(String) },
    });
    const [kept] = only(run.events, "assistant_message");
    expect(kept, scenario).toMatchObject({ stopReason: "error", message: { content: [{ type: "text" }] } });
    expect(run.calls).toHaveLength(1);
    await run.goOn();
  }
});

test("F-19, F-22: a stream that breaks keeps its text, is no finished answer, and runs no half call", async () => {
  for (const model of models) {
    for (const how of ["reset", "end"] as const) {
      for (const after of [1, 3, 5]) {
        const run = await play(
          { answer: answer.cut(answer.text("one two three four five six seven"), after, how) },
          model,
        );
        expect(run.result, `${model} after ${after}, ${how}`).toMatchObject({ reason: "error" });
        const kept = only(run.events, "assistant_message").at(-1);
        expect(kept?.stopReason).toBe("error");
        expect(kept?.message.content[0]).toMatchObject({ type: "text" });
        await run.goOn();
      }
      ran.length = 0;
      const half = answer.toolCalls([{ name: "note", arguments: { text: "never ".repeat(50) } }]);
      const run = await play({ answer: answer.cut(half, 1, how) }, model);
      expect(run.result).toMatchObject({ reason: "error" });
      expect(ran).toEqual([]);
      await run.goOn();
    }
  }
});

test("F-20: a limit that lasts is not asked again and again", async () => {
  for (const scenario of ["limit.429_long", "limit.429_user_weekly_rate_limited"]) {
    const run = await play({ scenarios: [scenario] });
    expect(run.result).toMatchObject({
      reason: "error",
      error: { code: expect.stringMatching(/limited|quota/) },
    });
    expect(run.calls).toHaveLength(1);
    await run.goOn();
  }
});

test("F-20: a limit that may pass is waited for as long as the service asks, three times in all", async () => {
  await Promise.all(
    models.map(async (model) => {
      const run = await play({ scenarios: ["limit.429_short"] }, model);
      expect(run.result, model).toEqual({ reason: "done" });
      expect(run.calls.map(({ status }) => status)).toEqual([429, 200]);
      expect(only(run.events, "retry").map(({ delayMs }) => delayMs >= 1000)).toEqual([true]);
      await run.goOn();

      const storm = await play({ scenarios: ["limit.429_no_header"] }, model);
      expect(storm.result, model).toMatchObject({
        reason: "error",
        error: { code: "rate_limited", retryable: true },
      });
      expect(storm.calls).toHaveLength(3);
      expect(only(storm.events, "retry")).toHaveLength(2);
      await storm.goOn();
    }),
  );
});

test("F-21: a service that is down is tried three times, then the error says so and the conversation goes on later", async () => {
  const cases = [
    ...models.map((model) => [model, "limit.5xx_always", "server_error"] as const),
    ["gpt-4.1", "limit.503", "server_error"] as const,
    ["gpt-4.1", "limit.502_html", "server_error"] as const,
    ["gpt-4.1", "chat.empty_completion", "invalid_response"] as const,
    ["claude-haiku-4.5", "messages.error_event", "rate_limited"] as const,
  ];
  await Promise.all(
    cases.map(async ([model, scenario, code]) => {
      const run = await play({ scenarios: [scenario] }, model);
      expect(run.result, scenario).toMatchObject({ reason: "error", error: { code, retryable: true } });
      // A page of a proxy has no id of GitHub's.
      if (scenario !== "limit.502_html") expect(run.result.error?.requestId).toEqual(expect.any(String));
      expect(run.calls, scenario).toHaveLength(3);
      expect(only(run.events, "retry")).toHaveLength(2);
      await run.goOn();
    }),
  );
  const run = await play({ scenarios: ["limit.500_then_ok"] });
  expect(run.result).toEqual({ reason: "done" });
  await run.goOn();
});

test("F-21: a limit of requests holds on the wire, tries again included", async () => {
  for (const maxRequests of [1, 2]) {
    const run = await play({ scenarios: ["limit.503"] }, "gpt-4.1", { maxRequests });
    expect(run.result.reason).toBe("error");
    expect(run.calls).toHaveLength(maxRequests);
    await run.goOn();
  }
});

test("F-27: what the model refuses or a filter stops ends the turn, and the conversation goes on", async () => {
  for (const [model, scenario] of [
    ["gpt-4.1", "chat.content_filter"],
    ["gpt-5.2-codex", "responses.incomplete_filter"],
    ["claude-haiku-4.5", "messages.refusal"],
  ] as const) {
    const run = await play({ scenarios: [scenario] }, model);
    expect(run.result, scenario).toEqual({ reason: "done" });
    expect(only(run.events, "turn_end")).toMatchObject([{ stopReason: "content_filter" }]);
    expect(run.calls).toHaveLength(1);
    await run.goOn();
  }
});

test("F-28: a prompt that is too long for the service is made shorter once, or ends with choices", async () => {
  const run = await play({ scenarios: ["limit.overflow"] });
  expect(run.result).toMatchObject({ reason: "error", error: { code: "context_too_long" } });
  expect(only(run.events, "compaction_end")).toMatchObject([{ error: { code: "nothing_to_compact" } }]);
  await run.goOn();
});

test("F-28: a conversation that is too long for the service is made shorter once and goes on; the file has all of it", async () => {
  for (const [model, scenario] of [
    ["gpt-4.1", "limit.overflow"],
    ["gpt-5.2-codex", "limit.overflow"],
    ["claude-haiku-4.5", "messages.too_long"],
  ] as const) {
    const simulator = await createSimulator({
      answer: answer.text("An answer of some length. ".repeat(200)),
    });
    const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
    const session = createSession({ directory: await folder(), cwd: "/p" });
    const agent = createAgent({ provider, model, session });
    for (const prompt of ["one", "two", "three"]) await agent.prompt(`${prompt} ${"x ".repeat(20_000)}`);
    const ended: AgentEvent["type"][] = [];
    agent.subscribe((event) => ended.push(event.type));
    simulator.use(scenario);
    const before = simulator.requests.length;
    expect(await agent.prompt("four"), model).toEqual({ reason: "done" });
    expect(ended.filter((type) => type === "compacted")).toHaveLength(1);
    // Refused, summarised, asked again.
    const statuses = simulator.requests.slice(before).map(({ status }) => status);
    expect(statuses).toEqual([expect.toBeOneOf([400, 413]), 200, 200]);
    await agent.close();
    const prompts = (await historyOf(session.path)).filter(({ type }) => type === "user_message");
    expect(prompts).toHaveLength(4);
    const again = createAgent({ provider, model, session: await openSession(session.path) });
    expect(await again.prompt("five")).toEqual({ reason: "done" });
    await again.close();
    await simulator.close();
  }
});
