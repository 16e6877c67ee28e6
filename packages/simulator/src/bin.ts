#!/usr/bin/env node
import { main } from "./command/main.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // A second signal does not wait for the end.
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  });
}
// A reader that went away (`| head`) is no failure, and no reason to stop serving.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

process.exitCode = await main(process.argv.slice(2), process, stop.signal);
