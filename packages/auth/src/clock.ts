/** Waits `milliseconds`; rejects with the signal's reason when it aborts. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** The real wait. The listener is taken off the signal on both ways out, so a long-lived signal does not collect them. */
export const sleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });

/** Milliseconds on a clock that nobody can set, so that a changed date neither shortens nor prolongs a wait. */
export const monotonicNow = (): number => performance.now();
