import { spawn, type ChildProcess } from "node:child_process";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxedProgram } from "../sandbox/sandbox.ts";
import { systemCode, ToolError } from "../shared/tool-error.ts";
import type { CommandHost } from "./command-host.ts";
import type { Hold } from "./exit-guard.ts";
import { readOutput } from "./read-output.ts";
import { watchForStop, type StopReason } from "./watch-for-stop.ts";

/** A command to run. */
export interface CommandRequest {
  command: string;
  cwd: string;
  env: Record<string, string>;
  timeoutMs: number;
  signal: AbortSignal;
  /** Takes what was printed. Reading goes on when it is done. */
  onOutput: (bytes: Buffer) => Promise<void>;
}

/** How a command ended. */
export interface CommandEnd {
  /** The exit code; undefined when it died by a signal or could not be stopped. */
  code: number | undefined;
  signal: NodeJS.Signals | undefined;
  /** Why it was stopped; undefined when it ended by itself. */
  stoppedBy: StopReason | undefined;
  /** Whether a process that it started is still there and could print more. */
  leftRunning: boolean;
  durationMs: number;
  /** What the sandbox had to put right, in a sentence. */
  putRight?: string | undefined;
}

/** How long a killed shell may take to be gone. */
const REAP_MS = 1_000;

/** Runs a command to its end, its time limit or an abort. Does not wait for what it leaves in the background. */
export async function runCommand(request: CommandRequest, host: CommandHost): Promise<CommandEnd> {
  const startedAt = performance.now();
  const hold = host.guard.hold();
  const { child, pid, streams, finish, gone } = await start(request, host, hold).catch((error: unknown) => {
    hold.release();
    throw error;
  });
  const reader = readOutput(streams, request.onOutput);
  let exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  const exited = new Promise<"exited">((resolve) => {
    child.once("exit", (code, signal) => {
      exit = { code, signal };
      resolve("exited");
    });
  });
  // A background process can hold the output for long; as long as it does, it is ended together with us.
  void Promise.all([exited, reader.ended]).then(() => hold.release());

  const isOver = (): boolean => exit !== undefined && reader.hasEnded();
  const stop = watchForStop(request.signal, request.timeoutMs);
  let stoppedBy: StopReason | undefined;
  try {
    const first = await Promise.race([exited, stop.reason, reader.failed]);
    if (first !== "exited") {
      stoppedBy = first;
      await host.groups.stop(pid, isOver);
      await Promise.race([exited, sleep(REAP_MS)]);
    }
  } catch (error) {
    await host.groups.stop(pid, isOver);
    throw error;
  } finally {
    stop.dispose();
  }
  await reader.settle();
  child.unref();
  // In a sandbox nothing outlives the command, so that what it left is all that there is, once all of it is gone.
  await Promise.race([gone, sleep(REAP_MS)]);
  const putRight = await finish?.();
  return {
    putRight,
    code: exit?.code ?? undefined,
    signal: exit?.signal ?? undefined,
    stoppedBy,
    leftRunning: !reader.hasEnded(),
    durationMs: performance.now() - startedAt,
  };
}

interface Started {
  child: ChildProcess;
  pid: number;
  streams: Readable[];
  finish: SandboxedProgram["finish"];
  /** Resolves when no process of a sandbox is left; at once where there is none. */
  gone: Promise<unknown>;
}

async function start(
  { command, cwd, env }: CommandRequest,
  { shell, sandbox, guard }: CommandHost,
  hold: Hold,
): Promise<Started> {
  try {
    const { file, args, gated } = shell.launch(command, env);
    const plain: SandboxedProgram = { file, args, env: { ...env, ...guard.mark } };
    const program = sandbox
      ? await sandbox.wrap({ ...plain, file: file === "sh" ? "/bin/sh" : file }, cwd)
      : plain;
    const child = spawn(program.file, program.args, {
      cwd,
      env: program.env,
      stdio: gated
        ? ["ignore", "pipe", "ignore", "pipe", guard.markFile() ?? "ignore", sandbox ? "pipe" : "ignore"]
        : ["ignore", "pipe", "pipe"],
      // A session of its own: one group to signal, and no terminal that a password prompt could wait at.
      detached: gated,
      windowsHide: true,
    });
    if (child.pid !== undefined) hold.started(child.pid);
    release(child);
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.on("error", () => undefined);
    if (child.pid === undefined) throw new Error("the process has no id");
    const everyStream: readonly unknown[] = child.stdio;
    const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
    return { child, pid: child.pid, streams, finish: program.finish, gone: endOf(everyStream[5]) };
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw await notStarted(error, command, cwd);
  }
}

/** Everything inside holds the other end, so that it ends with the last of them. */
function endOf(life: unknown): Promise<unknown> {
  if (!(life instanceof Socket)) return Promise.resolve();
  life.on("error", () => undefined).resume();
  life.unref();
  return new Promise((resolve) => life.once("close", resolve));
}

function release(child: ChildProcess): void {
  const gate = child.stdio[3];
  if (!gate || !("end" in gate)) return;
  // A shell that ends before it listens is told nothing.
  gate.on("error", () => undefined);
  gate.end("go\n");
}

async function notStarted(cause: unknown, command: string, cwd: string): Promise<ToolError> {
  const code = systemCode(cause);
  const folder = await stat(cwd).catch(() => undefined);
  if (!folder?.isDirectory()) {
    const what = folder ? "is not a folder" : "is gone";
    return new ToolError("not_started", `cannot run a command: the working folder ${cwd} ${what}`, {
      cause,
    });
  }
  const reason =
    code === "E2BIG" || code === "ENAMETOOLONG"
      ? `it has ${Buffer.byteLength(command)} bytes, which is too long; write it to a file and run that`
      : code === "ENOENT"
        ? "no shell (sh) was found on the PATH"
        : (code ?? String(cause));
  return new ToolError("not_started", `cannot run the command: ${reason}`, { cause });
}
