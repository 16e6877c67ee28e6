import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

interface ChildSettings {
  /** An octal mask for the child's files. */
  readonly umask?: string;
  /** The user to run as; only root can choose. */
  readonly user?: number;
}

/** Starts a script of the `children` folder on the sources. */
export function startChild(
  script: string,
  args: readonly string[],
  settings: ChildSettings = {},
): ChildProcess {
  const path = fileURLToPath(new URL(`./children/${script}`, import.meta.url));
  return spawn(process.execPath, ["--conditions=@zotpilot/source", path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ...(settings.umask !== undefined && { TEST_UMASK: settings.umask }),
      ...(settings.user !== undefined && { TEST_USER: String(settings.user) }),
    },
  });
}

/** Runs it to its end. */
export function runChild(
  script: string,
  args: readonly string[],
  settings: ChildSettings = {},
): Promise<{ stdout: string; code: number | null; signal: string | null }> {
  const child = startChild(script, args, settings);
  let stdout = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ stdout, code, signal }));
  });
}
