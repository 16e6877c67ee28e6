import type { Simulator } from "@zotpilot/simulator";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "src", "bin.ts");

/** A temporary home and project for one test. */
export interface Sandbox extends AsyncDisposable {
  /** What `ZOTPILOT_HOME` is. */
  home: string;
  /** The folder that the program works in. */
  project: string;
  /** The environment of the program: nothing of the tester's own settings. */
  env: Record<string, string | undefined>;
}

/** Makes an empty home and an empty project. */
export async function createSandbox(extra: Record<string, string> = {}): Promise<Sandbox> {
  const root = await mkdtemp(join(tmpdir(), "zotpilot-test-"));
  const home = join(root, "home");
  const project = await mkdtemp(join(root, "project "));
  return {
    home,
    project,
    env: { PATH: process.env["PATH"], HOME: home, ZOTPILOT_HOME: home, ...extra },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The environment of somebody who has an account there. */
export function accountOf({
  githubToken,
  origin,
}: Pick<Simulator, "githubToken" | "origin">): Record<string, string> {
  return { COPILOT_GITHUB_TOKEN: githubToken, ZOTPILOT_HOST: origin };
}

/** How a run of the program ended. */
export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** What `node` is started with to run the program from its sources. */
export const cliArguments: readonly string[] = ["--conditions=@zotpilot/source", bin];

/** Starts the program from its sources. */
export function startCli(sandbox: Sandbox, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [...cliArguments, ...args], {
    cwd: sandbox.project,
    env: sandbox.env,
    stdio: "pipe",
  });
}

/** Waits for the end of the program. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs the program to its end, with the given standard input. */
export function runCli(sandbox: Sandbox, args: readonly string[], input = ""): Promise<CliResult> {
  const child = startCli(sandbox, args);
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return finished(child);
}
