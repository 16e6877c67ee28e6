/** A value that others can wait for. */
export interface Board<Value> {
  get(): Value;
  /** Grows with every `set`. */
  version(): number;
  set(value: Value): void;
  /** Waits until there is a version after this one, at most so long. */
  later(than: number, milliseconds: number, signal: AbortSignal): Promise<void>;
  /** How many wait. */
  waiting(): number;
}

/** More than so many tabs make the oldest one ask again. */
const mostWaiting = 16;

export function createBoard<Value>(first: Value): Board<Value> {
  let value = first;
  let version = 1;
  const waiting = new Set<() => void>();
  return {
    get: () => value,
    version: () => version,
    set(next) {
      value = next;
      version += 1;
      for (const wake of waiting) wake();
    },
    async later(than, milliseconds, signal) {
      if (than !== version || signal.aborted) return;
      if (waiting.size >= mostWaiting) [...waiting][0]?.();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, milliseconds);
      waiting.add(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
      clearTimeout(timer);
      waiting.delete(resolve);
    },
    waiting: () => waiting.size,
  };
}
