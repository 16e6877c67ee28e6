// Everything that has to hold before a change is merged: `npm test`, or `npm run check` for the quick part.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { checkBoundaries } from "./check-boundaries.ts";
import { checkDocs } from "./check-docs.ts";
import { describeProblem, type Problem } from "./checks/problem.ts";
import { mustRun, root } from "./test-steps/command.ts";
import { checkInstalled } from "./test-steps/installed.ts";
import { checkTarballs, packAll, type Tarball } from "./test-steps/tarballs.ts";
import { runVitest, type Counts } from "./test-steps/vitest.ts";

type Step = { name: string; quick?: boolean; needs?: string; run: () => Promise<Counts | void> };

const { values: flags } = parseArgs({
  options: {
    check: { type: "boolean" },
    long: { type: "boolean" },
    only: { type: "string", multiple: true },
  },
});
/** Long matrices, fuzzing and soak tests look at it; without it they run small and seeded. */
const length = flags.long ? { ZOTPILOT_TEST_LONG: "1" } : {};
let tarballs: Tarball[] = [];

const tool =
  (script: string, ...args: string[]) =>
  async () => {
    await mustRun(process.execPath, [path.join(root, script), ...args]);
  };

const noProblems = (check: (root: string) => Promise<Problem[]>) => async () => {
  const problems = await check(root);
  if (problems.length > 0) throw new Error(problems.map((each) => describeProblem(root, each)).join("\n"));
};

const steps: Step[] = [
  { name: "format", quick: true, run: tool("node_modules/oxfmt/bin/oxfmt", "--check") },
  { name: "lint", quick: true, run: tool("node_modules/oxlint/bin/oxlint") },
  { name: "types", quick: true, run: tool("node_modules/typescript/bin/tsc", "-p", "tsconfig.json") },
  { name: "boundaries", quick: true, run: noProblems(checkBoundaries) },
  { name: "docs", quick: true, run: noProblems(checkDocs) },
  { name: "unit tests", run: () => runVitest(length) },
  { name: "build", run: tool("scripts/bootstrap.cjs", "build") },
  {
    name: "pack",
    needs: "build",
    async run() {
      tarballs = await packAll(path.join(scratch, "tarballs"));
    },
  },
  { name: "package checks", needs: "pack", run: () => checkTarballs(tarballs) },
  { name: "installed packages", needs: "pack", run: () => checkInstalled(tarballs) },
  {
    name: "tests of the built program",
    needs: "build",
    run: () => runVitest({ ...length, ZOTPILOT_TEST_BUILT: "1" }),
  },
];

const only = new Set(flags.only);
// A step needs what stands above it.
for (const step of steps.toReversed()) if (only.has(step.name) && step.needs) only.add(step.needs);
const strange = [...only].find((name) => !steps.some((step) => step.name === name));
if (strange !== undefined) {
  console.error(`no step "${strange}"; there are: ${steps.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const scratch = await mkdtemp(path.join(tmpdir(), "zotpilot-test-"));
let passed = 0;
let failed = 0;
const skipped: string[] = [];
const broken = new Set<string>();

for (const step of steps) {
  if (flags.check && !step.quick) continue;
  if (only.size > 0 && !only.has(step.name)) continue;
  if (step.needs && broken.has(step.needs)) {
    broken.add(step.name);
    skipped.push(`${step.name}, because "${step.needs}" failed`);
    continue;
  }
  const startedAt = performance.now();
  const counts = await runStep(step);
  passed += counts.passed;
  failed += counts.failed;
  skipped.push(...counts.skipped);
  if (counts.failed > 0) broken.add(step.name);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${counts.failed > 0 ? "✗" : "✓"} ${step.name} (${seconds} s)`);
}

await rm(scratch, { recursive: true, force: true });
for (const name of skipped) console.log(`not run: ${name}`);
if (failed > 0) console.log(`failed: ${[...broken].join(", ")}`);
// The last line is read by programs: these two numbers and nothing else.
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function runStep(step: Step): Promise<Counts> {
  try {
    return (await step.run()) ?? { passed: 1, failed: 0, skipped: [] };
  } catch (error) {
    console.log(`\n${step.name} failed:\n${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: [] };
  }
}
