import type { Output } from "../io.ts";

/** Resolves when a slow reader has caught up, or is gone, or the signal ends the wait. Undefined when there is none. */
export function drained(output: Output, signal: AbortSignal): Promise<void> | undefined {
  if (!output.writableNeedDrain || output.destroyed || signal.aborted) return undefined;
  return new Promise((resolve) => {
    const events = ["drain", "close", "error"] as const;
    const done = (): void => {
      for (const event of events) output.off(event, done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    for (const event of events) output.on(event, done);
    signal.addEventListener("abort", done, { once: true });
  });
}
