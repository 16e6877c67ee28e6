// What edit, grep and glob cost, beside ripgrep and fd where they are installed. Processes are started for each round of
// either side, and sides take turns, so that what else the machine does meets all of them. Least and median of the rounds:
// the least is what it costs, the median what it costs here and now.
// Run: node --conditions=@zotpilot/source bench/tools-files.ts [number of files, 50000] [rounds, 15]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEditTool, createFileLedger, createGrepTool, globTool } from "@zotpilot/tools";

const FILES = Number(process.argv[2] ?? 50_000);
const ROUNDS = Number(process.argv[3] ?? 15);
const cwd = mkdtempSync(join(tmpdir(), "zotpilot-bench-"));
const context = { cwd, signal: new AbortController().signal, progress: () => {} };
const edit = createEditTool(createFileLedger());
const grep = createGrepTool();
const grepAlone = createGrepTool({ ripgrep: false });

type Side = [name: string, run: (round: number) => unknown];

/** Runs all sides in turn, and prints each beside the last one. */
async function compare(title: string, sides: readonly Side[]): Promise<void> {
  const times = sides.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, [, run]] of sides.entries()) {
      const start = performance.now();
      if ((await run(round)) !== undefined) times[index]?.push(performance.now() - start);
    }
  }
  const sorted = times.map((each) => each.toSorted((left, right) => left - right));
  const base = sorted.at(-1)?.[0] ?? Number.NaN;
  process.stdout.write(`\n${title}\n`);
  for (const [index, [name]] of sides.entries()) {
    const [least = Number.NaN] = sorted[index] ?? [];
    const median = sorted[index]?.[Math.floor((sorted[index].length - 1) / 2)] ?? Number.NaN;
    process.stdout.write(
      `  ${name.padEnd(52)} ${least.toFixed(1).padStart(8)} ms ${median.toFixed(1).padStart(8)} ms ${(least / base).toFixed(2).padStart(6)}\n`,
    );
  }
}

function program(name: string, args: readonly string[]): Side {
  return [
    [name, ...args].join(" "),
    () => spawnSync(name, args, { cwd, stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1e9 }),
  ];
}

function installed(...names: readonly string[]): string | undefined {
  return names.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
}

try {
  const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index} of a file that is edited`);
  writeFileSync(join(cwd, "large.txt"), `${lines.join("\n")}\n`);
  const change = (index: number) => ({ oldText: `line ${index} of`, newText: `LINE ${index} of` });
  await compare("edit, with its diff, in 10,000 lines", [
    ["one line", (round) => edit.run({ path: "large.txt", edits: [change(5_000 + round)] }, context)],
  ]);
  await compare("edit, with its diff, in 10,000 lines", [
    [
      "50 lines at once",
      (round) => {
        const edits = Array.from({ length: 50 }, (_, index) => change(index * 90 + round));
        return edit.run({ path: "large.txt", edits }, context);
      },
    ],
  ]);

  for (let index = 0; index < FILES; index += 1) {
    const folder = join(cwd, `folder${index % 100}`, `part${index % 7}`);
    if (index < 700) mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, `file${index}.ts`),
      `export const value${index} = "some text ${index % 1000}";\n`.repeat(20),
    );
  }
  const rg = installed("rg");
  const fd = installed("fd", "fdfind");
  for (const [what, pattern] of [
    ["nothing", "no such line anywhere"],
    ["20 lines", "value777\\b"],
    ["1,000 lines, of which it shows 500", "text 77\\b"],
    ["a million lines, of which it shows 500", "text"],
  ] as const) {
    // The second is for the same files: those that are hidden too. It is not sorted, and the tool's result is.
    await compare(`grep for ${pattern} in ${FILES} files: ${what}`, [
      ["grep", () => grep.run({ pattern }, context)],
      // It takes so long that a few rounds tell enough.
      ["grep without ripgrep", (round) => (round < 3 ? grepAlone.run({ pattern }, context) : undefined)],
      ...(rg ? [program(rg, ["-n", "--hidden", "-g", "!.git", "-g", "!node_modules", pattern, "."])] : []),
      ...(rg ? [program(rg, ["-n", pattern, "."])] : []),
    ]);
  }
  for (const [pattern, name] of [
    ["**/*77.ts", "*77.ts"],
    ["**", "*"],
  ] as const) {
    await compare(`glob ${pattern} in ${FILES} files`, [
      ["glob", () => globTool.run({ pattern }, context)],
      ...(fd ? [program(fd, ["-g", name, "."])] : []),
    ]);
  }
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
