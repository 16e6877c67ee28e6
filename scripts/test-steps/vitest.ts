import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { root, runTool } from "./command.ts";

/** How many tests passed and failed, and the names of those that were not run. */
export type Counts = { passed: number; failed: number; skipped: readonly string[] };

type Report = {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[];
};

const NOT_RUN = new Set(["pending", "skipped", "todo", "disabled"]);

/** Runs vitest with its own output on the terminal, and counts what it ran. */
export async function runVitest(env: NodeJS.ProcessEnv): Promise<Counts> {
  const folder = await mkdtemp(path.join(tmpdir(), "zotpilot-vitest-"));
  try {
    const reportFile = path.join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
    const { code } = await runTool("vitest/vitest.mjs", ["run", "--passWithNoTests", ...reporters], {
      env,
      show: true,
    });
    const report = JSON.parse(await readFile(reportFile, "utf8")) as Report;
    // A test file that cannot be loaded and an unhandled rejection are failures without a failed test.
    const failedOutsideTests = (code !== 0 || !report.success) && report.numFailedTests === 0 ? 1 : 0;
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + failedOutsideTests,
      skipped: report.testResults.flatMap(({ name, assertionResults }) =>
        assertionResults
          .filter(({ status }) => NOT_RUN.has(status))
          .map(({ fullName }) => `${path.relative(root, name)}: ${fullName}`),
      ),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
