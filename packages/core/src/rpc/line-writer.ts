import type { Writable } from "node:stream";
import { encodeLine } from "@zotpilot/ndjson";

/** Writes JSON lines to a stream at its reader's pace. */
export interface LineWriter {
  /** Writes a line at once. Resolves when the stream takes more; undefined when it does so already. */
  write(value: unknown): Promise<void> | undefined;
  /** Resolves when the stream takes more. */
  ready(): Promise<void>;
  /** Resolves when everything has been handed on. */
  flushed(): Promise<void>;
}

/** Makes a writer. Once the signal is aborted nothing more is written and nobody is kept waiting. */
export function createLineWriter(output: Writable, signal: AbortSignal): LineWriter {
  let draining: Promise<void> | undefined;

  /** Waits for `start` to call back, for the stream to go away, or for the signal. */
  function settle(start: (done: () => void) => void): Promise<void> {
    if (signal.aborted || output.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        output.off("close", done);
        resolve();
      };
      signal.addEventListener("abort", done, { once: true });
      output.once("close", done);
      start(done);
    });
  }

  function drained(): Promise<void> {
    let onDrain: (() => void) | undefined;
    return settle((done) => output.once("drain", (onDrain = done))).finally(() => {
      if (onDrain) output.off("drain", onDrain);
      draining = undefined;
    });
  }

  function whenDrained(): Promise<void> | undefined {
    if (!output.writableNeedDrain || signal.aborted) return undefined;
    return (draining ??= drained());
  }

  return {
    write(value) {
      if (signal.aborted) return undefined;
      output.write(encodeLine(value));
      return whenDrained();
    },
    ready: async () => whenDrained(),
    flushed: () => settle((done) => output.write("", () => done())),
  };
}
