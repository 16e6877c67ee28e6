import type { ModelInfo } from "@zotpilot/provider/model";

/** So long a model call waits for the limits of its model, in milliseconds; without them it is simply made. */
const defaultPatienceMs = 5_000;

/** The tokens that a request to a model may take; undefined when nobody says so in time. Never rejects. */
export type PromptLimit = (id: string, signal: AbortSignal) => Promise<number | undefined>;

/** Looks limits up by `modelInfo`, which may throw, fail, or never settle. */
export function createPromptLimit(
  modelInfo: (id: string, signal: AbortSignal) => Promise<ModelInfo | undefined>,
  patienceMs = defaultPatienceMs,
): PromptLimit {
  /** What somebody has waited for in vain: nobody waits for it again, and it is not asked for twice. */
  const late = new Set<string>();

  return async (id, signal) => {
    if (signal.aborted || late.has(id)) return undefined;
    const done = new AbortController();
    const given = (async () => limitOf(await modelInfo(id, signal)))()
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

function limitOf(info: ModelInfo | undefined): number | undefined {
  if (!info) return undefined;
  if (info.maxPromptTokens > 0) return info.maxPromptTokens;
  const window = info.contextWindow > 0 ? info.contextWindow - Math.max(0, info.maxOutputTokens) : 0;
  return window > 0 ? window : undefined;
}
