import { exitCodes } from "./errors.ts";
import type { Io } from "./io.ts";
import { main } from "./main.ts";

const signals = {
  SIGINT: exitCodes.interrupt,
  SIGTERM: exitCodes.terminate,
  SIGHUP: exitCodes.hangup,
} as const;

/** How long an ordered end may take before the process ends anyway, in milliseconds. */
const graceMs = 4_000;

/** Runs {@link main} as this process: its streams, its signals, its exit code. */
export async function start(): Promise<void> {
  const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };
  const controller = new AbortController();
  let code: number | undefined;

  function stop(exitCode: number): void {
    // The second signal does not wait for anything.
    if (code !== undefined) process.exit(exitCode);
    code = exitCode;
    controller.abort();
    setTimeout(() => process.exit(exitCode), graceMs).unref();
  }

  for (const [signal, exitCode] of Object.entries(signals)) process.on(signal, () => stop(exitCode));
  // A reader that went away (`| head`) ends the program quietly.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") stop(exitCodes.ok);
    });
  }

  const result = await main(process.argv.slice(2), io, controller.signal);
  await Promise.all([process.stdout, process.stderr].map(flushed));
  // Idle connections and an open stdin must not keep the process alive.
  process.exit(code ?? result);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.errored) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}
