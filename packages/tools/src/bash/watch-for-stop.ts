/** Why a command is stopped. */
export type StopReason = "timeout" | "abort";

/** Tells when a command is to be stopped. */
export interface StopWatch {
  /** Settles at the time limit or the abort, whichever comes first; never otherwise. */
  reason: Promise<StopReason>;
  dispose(): void;
}

/** Watches the clock and the signal until it is disposed of. */
export function watchForStop(signal: AbortSignal, timeoutMs: number): StopWatch {
  const done = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const reason = new Promise<StopReason>((resolve) => {
    timer = setTimeout(() => resolve("timeout"), timeoutMs);
    if (signal.aborted) resolve("abort");
    else signal.addEventListener("abort", () => resolve("abort"), { once: true, signal: done.signal });
  });
  return {
    reason,
    dispose() {
      clearTimeout(timer);
      done.abort();
    },
  };
}
