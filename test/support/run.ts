import { spawn } from "node:child_process";

/** How a child process ended. `all` is stdout and stderr in the order they came. */
export type RunResult = { code: number | null; stdout: string; stderr: string; all: string };

export type RunOptions = { cwd: string; env: NodeJS.ProcessEnv; input?: string; timeoutMs?: number };

/** Runs a program to its end with nothing, or with `input`, on stdin. Kills it when it takes too long. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { cwd, env, input, timeoutMs = 25_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: "pipe",
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    const result: RunResult = { code: null, stdout: "", stderr: "", all: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      result.stdout += text;
      result.all += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      result.stderr += text;
      result.all += text;
    });
    // A program may end before it has read its stdin.
    child.stdin.on("error", () => undefined).end(input);
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...result, code }));
  });
}
