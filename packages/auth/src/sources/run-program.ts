import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { systemReason } from "../store/problem.ts";
import type { Environment } from "./sources.ts";

/** What to run and for how long. */
export interface ProgramRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How it ended. What it wrote to its standard error is never read: it may hold anything. */
export type ProgramEnd =
  | { readonly type: "done"; readonly output: string }
  | { readonly type: "failed"; readonly reason: string };

const maximumBytes = 64 * 1024;
/** After its end, somebody that it started may hold the pipe for ever. */
const graceMs = 200;

/** Runs a program without a shell and with nothing on its input; kills it, and what it started, when its time is over. */
export function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const { file, args, env, timeoutMs, signal } = run;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const windows = process.platform === "win32";
    const child = spawn(file, args, {
      env: { ...env },
      stdio: ["ignore", "pipe", "ignore"],
      shell: false,
      windowsHide: true,
      detached: !windows,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let over = false;
    const end = (result: ProgramEnd | Error) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      child.stdout.destroy();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const fail = (reason: string) => {
      kill(child, windows);
      end({ type: "failed", reason });
    };
    const onAbort = () => {
      kill(child, windows);
      end(signal?.reason as Error);
    };
    const timer = setTimeout(
      () => fail(`it did not end within ${timeoutMs / 1000} seconds`),
      Math.ceil(timeoutMs),
    );
    signal?.addEventListener("abort", onAbort, { once: true });

    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maximumBytes) fail("it printed more than 64 KB");
      else chunks.push(chunk);
    });
    child.once("error", (error) => end({ type: "failed", reason: systemReason(error) }));
    const finish = (code: number | null, killedBy: string | null) => {
      if (killedBy !== null) end({ type: "failed", reason: `it was ended by ${killedBy}` });
      else if (code !== 0) end({ type: "failed", reason: `it ended with exit code ${code}` });
      else end({ type: "done", output: Buffer.concat(chunks).toString("utf8") });
    };
    child.once("close", finish);
    // What is in the pipe by then is still read first: that happens between the timers and the immediates.
    child.once("exit", (code, killedBy) =>
      setTimeout(() => setImmediate(() => finish(code, killedBy)), graceMs),
    );
  });
}

function kill(child: ChildProcess, windows: boolean): void {
  try {
    if (windows || child.pid === undefined) child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
