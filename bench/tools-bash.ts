// What bash costs beside a bare spawn, how soon it is back when a command leaves something behind, and how memory grows
// while a command prints very much (each in a process of its own).
// Run: node --conditions=@zotpilot/source bench/tools-bash.ts
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createBashTool } from "@zotpilot/tools";

const ROUNDS = 30;
const FLOODS = [
  ["1 GB of lines", "yes 0123456789012345678901234567890 | head -c 1000000000"],
  ["100 MB in one line", "head -c 100000000 /dev/zero | tr '\\0' x"],
  ["1 GB that is no text", "head -c 1000000000 /dev/urandom"],
  ["a line, and then 300 MB that are no text", "seq 10000; head -c 300000000 /dev/urandom"],
] as const;

const bash = createBashTool();
const context = { cwd: process.cwd(), signal: new AbortController().signal, progress: () => {} };

async function measure(run: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  const least = (times[0] ?? 0).toFixed(1);
  return `least ${least} ms, median ${(times[Math.floor(ROUNDS / 2)] ?? 0).toFixed(1)} ms`;
}

async function flood(name: string, command: string): Promise<void> {
  await bash.run({ command: "true" }, context);
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
  const start = performance.now();
  const { content, details } = await bash.run({ command, timeout: 600 }, context);
  clearInterval(timer);
  rmSync(String(details?.["full_output_path"]), { force: true });
  const grew = ((most - before) / 1e6).toFixed(1);
  const took = ((performance.now() - start) / 1000).toFixed(1);
  const [part] = content;
  const shown = part?.type === "text" ? part.text.length : 0;
  process.stdout.write(
    `${name.padEnd(40)} memory grew by ${grew} MB, ${took} s, ${shown} characters shown\n`,
  );
}

const [name, command] = process.argv.slice(2);
if (name !== undefined && command !== undefined) {
  await flood(name, command);
} else {
  const bare = () => once(spawn("bash", ["-c", "true"], { stdio: "ignore" }), "close");
  process.stdout.write(`${"spawn bash -c true".padEnd(40)} ${await measure(bare)}\n`);
  for (const line of ["true", "sleep 60 & echo done"]) {
    const time = await measure(() => bash.run({ command: line }, context));
    process.stdout.write(`${`the tool: ${line}`.padEnd(40)} ${time}\n`);
  }
  for (const arguments_ of FLOODS) {
    execFileSync(process.execPath, [...process.execArgv, import.meta.filename, ...arguments_], {
      stdio: "inherit",
    });
  }
}
