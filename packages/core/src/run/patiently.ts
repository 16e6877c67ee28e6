/** So long a model call waits for what is known of its model, in milliseconds; without it, it is simply made. */
const defaultPatienceMs = 5_000;

/** What is known of a model; undefined when nobody says so in time. Never rejects. */
export type Patiently<Value> = (id: string, signal: AbortSignal) => Promise<Value | undefined>;

/** Asks, and goes on without an answer when that throws, fails, is aborted, or does not settle. */
export function patiently<Value>(
  ask: (id: string, signal: AbortSignal) => Promise<Value | undefined>,
  patienceMs = defaultPatienceMs,
): Patiently<Value> {
  /** What somebody has waited for in vain: nobody waits for it again, and it is not asked for twice. */
  const late = new Set<string>();

  return async (id, signal) => {
    if (signal.aborted || late.has(id)) return undefined;
    const done = new AbortController();
    const given = (async () => ask(id, signal))()
      .catch(() => undefined)
      .finally(() => late.delete(id));
    const givenUp = new Promise<undefined>((resolve) => {
      const timer = setTimeout(() => {
        late.add(id);
        resolve(undefined);
      }, patienceMs);
      done.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
      signal.addEventListener("abort", () => resolve(undefined), { once: true, signal: done.signal });
    });
    try {
      return await Promise.race([given, givenUp]);
    } finally {
      done.abort();
    }
  };
}
