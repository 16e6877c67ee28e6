import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeLines } from "@zotpilot/ndjson";
import { createCopilot } from "@zotpilot/provider";
import { answer, createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import {
  createAgent,
  createSessionStore,
  emptyTranscript,
  isDurable,
  reduceTranscript,
  type AgentEvent,
} from "../src/index.ts";
import { crashTools } from "./support/crash-conversation.ts";
import { pairingProblems } from "./support/run.ts";
import { folder, historyOf } from "./support/session-files.ts";

const child = fileURLToPath(new URL("children/kill-at-step.ts", import.meta.url));

/** One model of each wire. */
const models = ["gpt-4.1", "gpt-5.2-codex", "claude-haiku-4.5"];

/** Runs the conversation and kills it in a step. Returns what it had told, and whether it was killed. */
async function play(directory: string, step: number): Promise<{ told: AgentEvent[]; killed: boolean }> {
  const program = spawn(process.execPath, ["--conditions=@zotpilot/source", child, directory, `${step}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(program, "exit");
  const told: AgentEvent[] = [];
  for await (const line of decodeLines(program.stdout)) {
    if (line.type === "line") told.push(JSON.parse(line.text) as AgentEvent);
  }
  const [code, signal] = await exited;
  expect([0, null]).toContain(code);
  return { told, killed: signal === "SIGKILL" };
}

test(
  "F-2, F-3, F-4, F-6, S-K1, S-K3: killed in every step that changes a file, nothing that was told is lost, and each of the three wires accepts what comes next",
  { timeout: 300_000 },
  async () => {
    const simulator = await createSimulator({ answer: answer.text("Going on.") });
    const offered = simulator.requests.length;
    let next = 1;
    let steps = 0;
    const summaries = new Set<boolean>();

    async function check(step: number): Promise<boolean> {
      const directory = await folder();
      const { told, killed } = await play(directory, step);
      if (!killed) return false;
      const store = createSessionStore({ root: directory, cwd: "/project" });
      const session = await store.openLatest();
      if (!session) {
        expect(told).toEqual([]);
        return true;
      }
      expect(session.warnings.length).toBeLessThanOrEqual(1);
      const kept = (await historyOf(session.path)).map((event) => JSON.stringify(event));
      let position = 0;
      for (const event of told.filter(isDurable)) {
        const found = kept.indexOf(JSON.stringify(event), position);
        expect(found, `step ${step}: ${JSON.stringify(event).slice(0, 200)}`).toBeGreaterThanOrEqual(0);
        position = found + 1;
      }
      const { messages } = session.events.reduce(reduceTranscript, emptyTranscript);
      expect(pairingProblems(messages)).toEqual([]);
      summaries.add(kept.some((line) => line.includes('"type":"compacted"')));
      const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
      const agent = createAgent({ provider, model: models[0] ?? "", tools: crashTools, session });
      for (const model of models) {
        await agent.setModel(model);
        expect(await agent.prompt("continue"), `step ${step}, ${model}`).toEqual({ reason: "done" });
      }
      await agent.close();
      // What is left over is cleared away or in nobody's way.
      expect(await store.list()).toHaveLength(1);
      const [project = ""] = (await readdir(directory)).filter((name) => name !== "probe");
      const names = await readdir(join(directory, project));
      expect(names.filter((name) => name.endsWith(".lock"))).toEqual([]);
      return true;
    }

    async function worker(): Promise<void> {
      for (let step = next++; await check(step); step = next++) steps = Math.max(steps, step);
    }
    await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
    // Enough steps for what happens in the conversation: it was killed before and behind its summary.
    expect(steps).toBeGreaterThanOrEqual(25);
    expect(summaries).toEqual(new Set([true, false]));
    const answered = simulator.requests
      .slice(offered)
      .filter(({ method, path }) => method === "POST" && path !== "");
    expect(answered.filter(({ status }) => status !== 200)).toEqual([]);
    expect(new Set(answered.map(({ path }) => path))).toEqual(
      new Set(["/chat/completions", "/responses", "/v1/messages"]),
    );
    await simulator.close();
  },
);
