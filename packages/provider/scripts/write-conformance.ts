// Writes docs/copilot-conformance.md from a run of the scenarios. Exits with 1 if one of them fails.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
const file = "packages/provider/test/conformance.test.ts";
const { status } = spawnSync(process.execPath, [vitest, "run", file, "--update"], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
