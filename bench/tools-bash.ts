// What bash costs beside a bare spawn, and how memory grows while a command prints 1 GB.
// Run: node --conditions=@zotpilot/source bench/tools-bash.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createBashTool } from "@zotpilot/tools";

const ROUNDS = 30;
const bash = createBashTool();
const context = { cwd: process.cwd(), signal: new AbortController().signal, progress: () => {} };

async function median(name: string, run: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  process.stdout.write(
    `${name.padEnd(40)} ${(times[Math.floor(ROUNDS / 2)] ?? 0).toFixed(1).padStart(8)} ms\n`,
  );
}

await median("spawn bash -c true", () => once(spawn("bash", ["-c", "true"], { stdio: "ignore" }), "close"));
await median("the tool: true", () => bash.run({ command: "true" }, context));

const before = process.memoryUsage().rss;
let most = before;
const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
const start = performance.now();
const result = await bash.run(
  { command: "yes 0123456789012345678901234567890 | head -c 1000000000", timeout: 600 },
  context,
);
clearInterval(timer);
const [part] = result.content;
const shown = part?.type === "text" ? part.text.length : 0;
const mib = ((most - before) / 1024 / 1024).toFixed(1);
process.stdout.write(
  `1 GB of output: memory grew by ${mib} MiB, ${((performance.now() - start) / 1000).toFixed(1)} s, ${shown} characters shown\n`,
);
