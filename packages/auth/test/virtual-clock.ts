import type { Sleep } from "../src/index.ts";

/** Time that passes only in `sleep`, at once, and keeps note of every wait in seconds. */
export function virtualClock() {
  let milliseconds = 0;
  const waits: number[] = [];
  const sleep: Sleep = async (duration, signal) => {
    signal?.throwIfAborted();
    milliseconds += duration;
    waits.push(duration / 1000);
  };
  return { waits, sleep, now: () => milliseconds };
}
