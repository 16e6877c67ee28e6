// Runs commands with bash and tells what each of them changed. Arguments: the folder that is watched, the folder that
// commands run in, the file with the commands as a JSON list, and a port. Prints a JSON line for each command that
// changed or sent something. Meant to run where it can do no harm: see permission-differential.test.ts.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";

const [watched = "", cwd = "", port = "0"] = process.argv.slice(2);
const TIME_LIMIT_MS = 3_000;

let connections = 0;
const server = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
await new Promise<void>((resolve) => void server.listen(Number(port), "127.0.0.1", resolve));

// Git writes what it learned about the work tree to its index, which changes nothing for anybody.
const UNWATCHED = /\/\.git\/index$/;

function look(): Map<string, string> {
  const seen = new Map<string, string>();
  const queue = [watched];
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const stats = lstatSync(path);
      if (stats.isDirectory()) queue.push(path);
      const content = stats.isFile()
        ? createHash("sha256").update(readFileSync(path)).digest("base64")
        : stats.isSymbolicLink()
          ? readlinkSync(path)
          : "";
      if (!UNWATCHED.test(path)) seen.set(path, `${stats.mode.toString(8)} ${stats.nlink} ${content}`);
    }
  }
  return seen;
}

function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}

async function run(command: string): Promise<void> {
  const child = spawn("bash", ["-c", command], {
    cwd,
    stdio: ["ignore", "ignore", "ignore"],
    detached: true,
  });
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, "SIGKILL"), TIME_LIMIT_MS);
  await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(timer);
}

let before = look();
for await (const line of createInterface({ input: process.stdin })) {
  const command: unknown = JSON.parse(line);
  if (typeof command !== "string") continue;
  connections = 0;
  await run(command);
  const after = look();
  const changed = differences(before, after);
  if (changed.length > 0 || connections > 0) {
    process.stdout.write(`${JSON.stringify({ command, changed, connections })}\n`);
  }
  before = after;
}
process.stdout.write(`${JSON.stringify("done")}\n`);
process.exit(0);
