import { setImmediate as nextTick } from "node:timers/promises";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  createAgent,
  createSession,
  defineTool,
  emptyTranscript,
  isDurable,
  openSession,
  reduceTranscript,
  type AgentEvent,
} from "../src/index.ts";
import { only, pairingProblems } from "./support/run.ts";
import { folder } from "./support/session-files.ts";

const echo = defineTool({
  name: "echo",
  description: "Echoes.",
  risk: "write",
  input: z.object({ text: z.string() }),
  touches: ({ text }) => [text],
  async run({ text }, { signal }) {
    await nextTick();
    signal.throwIfAborted();
    return text;
  },
});

const action = fc.constantFrom("prompt", "steer", "follow_up", "abort", "model", "rename", "take", "compact");
const models = ["gpt-4.1", "gpt-5.2-codex", "claude-haiku-4.5"];

test("any interleaving of what a person does ends every run once, in a conversation that a strict service accepts", async () => {
  const simulator = await createSimulator({
    answer: ({ messages }) =>
      messages.at(-1)?.role === "user"
        ? answer.toolCalls([
            { name: "echo", arguments: { text: "a" } },
            { name: "echo", arguments: { text: "b" } },
          ])
        : answer.text("Done."),
  });
  const directory = await folder();
  const steps = fc.array(fc.tuple(action, fc.nat({ max: 12 })), { minLength: 3, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(steps, async (actions) => {
      const session = createSession({ directory, cwd: "/p" });
      const agent = createAgent({
        provider: createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin }),
        model: models[0] ?? "",
        tools: [echo],
        session,
      });
      const events: AgentEvent[] = [];
      agent.subscribe((event) => events.push(event));
      const asked: Promise<unknown>[] = [];
      // Who is too early is told so; that is no failure here.
      const ask = (work: () => Promise<unknown>): unknown => asked.push(work().catch(() => undefined));
      for (const [index, [what, pause]] of actions.entries()) {
        if (what === "prompt") ask(() => agent.prompt(`prompt ${index}`));
        else if (what === "steer") agent.steer(`steer ${index}`);
        else if (what === "follow_up") agent.followUp(`then ${index}`);
        else if (what === "abort") agent.abort();
        else if (what === "model") ask(() => agent.setModel(models[index % models.length] ?? ""));
        else if (what === "rename") ask(() => agent.rename(`name ${index}`));
        else if (what === "take") agent.takeQueued();
        else ask(() => agent.compact());
        for (let tick = 0; tick < pause; tick += 1) await nextTick();
      }
      await Promise.all(asked);
      await agent.idle();
      expect(only(events, "run_end")).toHaveLength(only(events, "run_start").length);
      expect(only(events, "tool_end")).toHaveLength(only(events, "tool_start").length);
      expect(pairingProblems(agent.transcript.messages)).toEqual([]);
      expect(events.filter(isDurable).reduce(reduceTranscript, emptyTranscript)).toEqual(agent.transcript);
      expect(events.reduce(reduceTranscript, emptyTranscript)).toEqual(agent.transcript);
      expect(JSON.parse(JSON.stringify(events))).toEqual(events);
      agent.takeQueued();
      expect(await agent.prompt("and now?")).toEqual({ reason: "done" });
      await agent.close();
      const reopened = await openSession(session.path);
      await reopened.close();
      expect(reopened.events.reduce(reduceTranscript, emptyTranscript)).toEqual(agent.transcript);
    }),
    { numRuns: process.env["ZOTPILOT_TEST_LONG"] ? 500 : 25, endOnFailure: true },
  );
  const refused = simulator.requests.filter(({ status }) => status !== undefined && status >= 400);
  expect(refused.map(({ status, path }) => [status, path])).toEqual([]);
  await simulator.close();
}, 120_000);
