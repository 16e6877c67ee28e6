import type { Output } from "../io.ts";

/** Resolves when a slow reader has caught up, or is gone. Undefined when there is nothing to wait for. */
export function drained(output: Output): Promise<void> | undefined {
  if (!output.writableNeedDrain || output.destroyed) return undefined;
  return new Promise((resolve) => {
    const events = ["drain", "close", "error"] as const;
    const done = (): void => {
      for (const event of events) output.off(event, done);
      resolve();
    };
    for (const event of events) output.on(event, done);
  });
}
