import { OutOfMemoryError, reportCrash } from "./crash/crash-file.ts";
import { watchMemory } from "./crash/watch-memory.ts";
import { exitCodes } from "./errors.ts";
import type { Io } from "./io.ts";
import { main } from "./main.ts";

const signals = {
  SIGINT: exitCodes.interrupt,
  SIGTERM: exitCodes.terminate,
  SIGHUP: exitCodes.hangup,
} as const;

/** How long an ordered end may take before the process ends anyway, in milliseconds. Tools get 5 s to stop. */
const graceMs = 6_000;

/** Runs {@link main} as this process: its streams, its signals, its exit code. */
export async function start(): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  // Node's diagnostic reports would hold the token of the environment.
  if (process.report) process.report.excludeEnv = true;
  const io: Io = { stdin, stdout, stderr, env };
  const controller = new AbortController();
  let bySignal: number | undefined;
  let byOutput: number | undefined;
  let crash: string | undefined;
  let isTold = false;

  function endSoon(exitCode: number): void {
    controller.abort();
    setTimeout(() => end(exitCode), graceMs).unref();
  }

  function end(exitCode: number): never {
    if (crash !== undefined && !isTold) tellCrash();
    process.exit(crash === undefined ? exitCode : exitCodes.error);
  }

  function tellCrash(): void {
    isTold = true;
    stderr.write(`zotpilot: ${crash}\n`);
  }

  /** A fault of our own: told to a file at once, and to the person as soon as the terminal is theirs. */
  function endByFault(error: unknown): void {
    // What fails on the way out follows from the first.
    if (crash !== undefined) return;
    crash = reportCrash(error, env);
    if (env["ZOTPILOT_DEBUG"] && error instanceof Error) crash += `\n${error.stack ?? ""}`;
    if (!stdin.isRaw) tellCrash();
    endSoon(exitCodes.error);
  }

  // Rejections that nobody handles come here as well.
  process.on("uncaughtException", endByFault);
  watchMemory(() => endByFault(new OutOfMemoryError()));

  for (const [signal, exitCode] of Object.entries(signals)) {
    process.on(signal, () => {
      // The second signal does not wait for anything.
      if (bySignal !== undefined) end(exitCode);
      bySignal = exitCode;
      endSoon(exitCode);
    });
  }
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (byOutput !== undefined) return;
    // A reader that went away (`| head`) has all it wanted; an answer that could not be written was lost.
    byOutput = error.code === "EPIPE" ? exitCodes.ok : exitCodes.error;
    if (error.code !== "EPIPE") {
      stderr.write(`zotpilot: the output could not be written (${error.code ?? error.message}).\n`);
    }
    endSoon(byOutput);
  });
  // Nobody is left to be told; what goes on is not disturbed by that.
  stderr.on("error", () => undefined);

  const result = await main(process.argv.slice(2), io, controller.signal);
  await Promise.all([stdout, stderr].map(flushed));
  // What was stopped only because its output broke did not fail for another reason.
  const isStopped = result === exitCodes.ok || result === exitCodes.interrupt;
  // Idle connections and an open stdin must not keep the process alive.
  end(bySignal ?? (isStopped ? (byOutput ?? result) : result));
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.errored) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}
