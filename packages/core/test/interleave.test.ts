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
import { asking } from "./support/asking.ts";
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

const action = fc.constantFrom(
  "prompt",
  "steer",
  "follow_up",
  "abort",
  "model",
  "rename",
  "take",
  "compact",
  "attend",
  "leave",
  "allow",
  "deny",
  "respond_wrongly",
);
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
  const steps = fc.array(fc.tuple(action, fc.nat({ max: 20 })), { minLength: 3, maxLength: 16 });
  /** How often something waited for a person, and how often one said something: the test must not be empty. */
  let waited = 0;
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (actions) => {
      const session = createSession({ directory, cwd: "/p" });
      const agent = createAgent({
        provider: createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin }),
        model: models[0] ?? "",
        tools: [echo],
        middleware: [asking()],
        session,
      });
      const events: AgentEvent[] = [];
      agent.subscribe((event) => events.push(event));
      // Mostly somebody is there, so that calls wait in the middle of a run.
      const leaving = [agent.attend()];
      const decide = (decision: "allow" | "deny"): void => {
        const [request] = agent.approvals;
        if (!request) return;
        const answer = { digest: request.digest, decision } as const;
        expect(agent.respond(request.id, answer)).toBe(true);
        expect(agent.respond(request.id, answer)).toBe(false);
        answered.set(request.id, decision);
      };
      const answered = new Map<string, string>();
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
        else if (what === "attend") leaving.push(agent.attend());
        else if (what === "leave") leaving.pop()?.();
        else if (what === "allow" || what === "deny") decide(what);
        else if (what === "respond_wrongly") {
          const [request] = agent.approvals;
          expect(agent.respond("other", { digest: request?.digest ?? "", decision: "allow" })).toBe(false);
          expect(agent.respond(request?.id ?? "", { digest: "other", decision: "allow" })).toBe(false);
        } else ask(() => agent.compact());
        // Until so many more events, unless nothing comes by itself: a place in the run, whatever the machine is at.
        const until = events.length + pause;
        while (events.length < until && agent.status === "running" && agent.approvals.length === 0) {
          await nextTick();
        }
      }
      for (const leave of leaving) leave();
      await Promise.all(asked);
      await agent.idle();
      waited += only(events, "approval_request").length;
      decided += answered.size;
      expect(agent.approvals).toEqual([]);
      const edges = events.filter(({ type }) => type === "run_start" || type === "run_end");
      expect(edges.map(({ type }) => type)).toEqual(
        edges.map((_, index) => (index % 2 === 0 ? "run_start" : "run_end")),
      );
      expect(only(events, "run_end")).toHaveLength(only(events, "run_start").length);
      const requests = only(events, "approval_request").map(({ request }) => request.id);
      const responses = only(events, "approval_response");
      expect(responses.map(({ requestId }) => requestId).toSorted()).toEqual(requests.toSorted());
      for (const { requestId, decision } of responses) {
        expect(decision).toBe(answered.get(requestId) ?? "deny");
      }
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
    process.env["ZOTPILOT_TEST_LONG"]
      ? { numRuns: 500, endOnFailure: true }
      : { numRuns: 40, endOnFailure: true },
  );
  expect(waited).toBeGreaterThan(0);
  expect(decided).toBeGreaterThan(0);
  const refused = simulator.requests.filter(({ status }) => status !== undefined && status >= 400);
  expect(refused.map(({ status, path }) => [status, path])).toEqual([]);
  await simulator.close();
}, 120_000);
