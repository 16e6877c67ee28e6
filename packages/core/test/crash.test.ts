import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { decodeLines } from "@zotpilot/ndjson";
import { createCopilot } from "@zotpilot/provider";
import type { Message } from "@zotpilot/provider/model";
import { answer, createSimulator, type Simulator } from "@zotpilot/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foldTranscript, openSession } from "../src/index.ts";
import { collectRun, pairingProblems, runOptions } from "./support/run.ts";
import { folder } from "./support/session-files.ts";

const child = fileURLToPath(new URL("children/write-session.ts", import.meta.url));

// The strict service: it refuses a conversation whose calls and results do not pair up.
let simulator: Simulator;
beforeAll(async () => {
  simulator = await createSimulator({ answer: answer.text("Going on.") });
});
afterAll(() => simulator.close());

/** Goes on with the conversation on each wire, and leaves its file alone. */
async function expectAccepted(messages: readonly Message[]): Promise<void> {
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  for (const model of ["gpt-4.1", "gpt-5.2-codex", "claude-haiku-4.5"]) {
    const events = await collectRun(runOptions(provider, [], { model: () => model, messages }));
    expect(events.at(-1), model).toEqual({ type: "run_end", reason: "done" });
  }
  await provider.close();
}

/** Starts the writer, kills it some time after its first event, and returns what it had said was kept. */
async function writeUntilKilled(target: string, afterEvents: number, delayMs: number): Promise<unknown[]> {
  const writer = spawn(process.execPath, ["--conditions=@zotpilot/source", child, target], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(writer, "exit");
  const kept: unknown[] = [];
  for await (const line of decodeLines(writer.stdout)) {
    if (line.type !== "line") continue;
    kept.push(JSON.parse(line.text));
    if (kept.length === afterEvents) void sleep(delayMs).then(() => writer.kill("SIGKILL"));
  }
  const [code, signal] = await exited;
  expect([code, signal]).toEqual([null, "SIGKILL"]);
  return kept;
}

/** Kills a writer of one session so many times, and looks after each. */
async function killRepeatedly(rounds: number): Promise<void> {
  const directory = await folder();
  let path = "";
  const kept: unknown[] = [];
  for (let round = 0; round < rounds; round += 1) {
    kept.push(...(await writeUntilKilled(path || directory, 1 + (round % 7), Math.random() * 8)));
    if (!path) {
      const names = await readdir(directory);
      path = join(directory, names.find((name) => name.endsWith(".jsonl")) ?? "");
    }
    const session = await openSession(path, { held: "throw" });
    await session.close();
    const { messages } = foldTranscript(session.events);
    expect(pairingProblems(messages)).toEqual([]);
    await expectAccepted(messages);
    // Each message that was told is there, in order; between them may stand what was kept and not told any more.
    const lines = messages.map((message) => JSON.stringify(message));
    let position = 0;
    for (const message of kept) {
      const line = JSON.stringify(message);
      const found = lines.indexOf(line, position);
      expect(found, `round ${round}: ${line.slice(0, 200)}`).toBeGreaterThanOrEqual(0);
      position = found + 1;
    }
  }
  // A cut tail is gone for good: every line that is left can be read.
  const lines = (await readFile(path, "utf8")).split("\n");
  expect(lines.pop()).toBe("");
  for (const line of lines) expect(JSON.parse(line)).toBeTypeOf("object");
}

// ZOTPILOT_TEST_LONG=1 kills a thousand times.
const sessions = process.env["ZOTPILOT_TEST_LONG"] ? 50 : 1;
const roundsEach = process.env["ZOTPILOT_TEST_LONG"] ? 20 : 12;

test(
  "F-2, S-K2, S-K4: killed at random moments, again and again: nothing that was kept is lost, every call is answered once, and each wire takes what comes next",
  { timeout: sessions > 1 ? 3_600_000 : 240_000 },
  async () => {
    let next = 0;
    async function worker(): Promise<void> {
      while (next++ < sessions) await killRepeatedly(roundsEach);
    }
    await Promise.all([worker(), worker(), worker()]);
    expect(next).toBeGreaterThanOrEqual(sessions);
  },
);
