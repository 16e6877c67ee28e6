// How fast edit, grep and glob are, beside ripgrep and fd where they are installed.
// Run: node --conditions=@zotpilot/source bench/tools-files.ts [number of files, 50000]
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codingTools } from "@zotpilot/tools";

const FILES = Number(process.argv[2] ?? 50_000);
const ROUNDS = 5;
const cwd = mkdtempSync(join(tmpdir(), "zotpilot-bench-"));
const tools = new Map(codingTools().map((tool) => [tool.name, tool]));
const context = { cwd, signal: new AbortController().signal, progress: () => {} };

async function median(name: string, run: (round: number) => unknown): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await run(round);
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  process.stdout.write(
    `${name.padEnd(48)} ${(times[Math.floor(ROUNDS / 2)] ?? 0).toFixed(1).padStart(9)} ms\n`,
  );
}

function program(...names: string[]): string | undefined {
  return names.find((name) => {
    try {
      execFileSync(name, ["--version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

function output(name: string, args: string[]): void {
  try {
    execFileSync(name, args, { cwd, stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1e9 });
  } catch {
    // No match is an error for grep.
  }
}

try {
  const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index} of a file that is edited`);
  writeFileSync(join(cwd, "large.txt"), `${lines.join("\n")}\n`);
  await median("edit: one line of 10,000, with its diff", (round) =>
    tools.get("edit")?.run(
      {
        path: "large.txt",
        edits: [{ oldText: `line ${5000 + round} of`, newText: `LINE ${5000 + round} of` }],
      },
      context,
    ),
  );
  await median("edit: 50 lines of 10,000 at once", (round) =>
    tools.get("edit")?.run(
      {
        path: "large.txt",
        edits: Array.from({ length: 50 }, (_, index) => ({
          oldText: `line ${index * 100 + round} of`,
          newText: `LINE ${index * 100 + round} of`,
        })),
      },
      context,
    ),
  );

  for (let index = 0; index < FILES; index += 1) {
    const folder = join(cwd, `folder${index % 100}`, `part${index % 7}`);
    if (index < 700) mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, `file${index}.ts`),
      `export const value${index} = "some text ${index % 1000}";\n`.repeat(20),
    );
  }
  process.stdout.write(`${FILES} files\n`);
  const rg = program("rg");
  const fd = program("fd", "fdfind");
  for (const pattern of ["text 77\\b", "no such line anywhere"]) {
    await median(`grep ${pattern}`, () => tools.get("grep")?.run({ pattern }, context));
    if (rg)
      await median(`  rg --json --sort=path ${pattern}`, () =>
        output(rg, ["--json", "--sort=path", "--hidden", "-e", pattern, "."]),
      );
    if (rg) await median(`  rg ${pattern}`, () => output(rg, ["-n", "-e", pattern, "."]));
  }
  await median("glob **/*77.ts", () => tools.get("glob")?.run({ pattern: "**/*77.ts" }, context));
  if (fd) await median("  fd -g *77.ts", () => output(fd, ["-g", "*77.ts", "."]));
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
