import type { Usage } from "../../model/usage.ts";
import { count, nanoAiuOf, record } from "../schema.ts";

const FIELDS = [
  "input_tokens",
  "cache_creation_input_tokens",
  "cache_read_input_tokens",
  "output_tokens",
] as const;

/** Collects the usage of an answer: it comes in two events, and the second may leave out what has not changed. */
export function createUsageReader() {
  const counts = new Map<string, number>();
  let nano: number | undefined;

  return {
    /** `outer` is the event around it, which may hold Copilot's own unit. */
    read(usage: unknown, outer: Record<string, unknown>): void {
      const given = record(usage);
      for (const field of FIELDS) {
        if (typeof given[field] === "number") counts.set(field, count(given[field]));
      }
      nano = nanoAiuOf(outer) ?? nano;
    },
    usage(): Usage | undefined {
      if (counts.size === 0) return undefined;
      const of = (field: (typeof FIELDS)[number]) => counts.get(field) ?? 0;
      const cachedInputTokens = of("cache_read_input_tokens");
      const cacheWriteTokens = counts.get("cache_creation_input_tokens");
      return {
        // What was read from the cache and what was written to it is counted apart from the rest of the input.
        inputTokens: of("input_tokens") + (cacheWriteTokens ?? 0) + cachedInputTokens,
        outputTokens: of("output_tokens"),
        cachedInputTokens,
        ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
        reasoningTokens: 0,
        ...(nano !== undefined && { nanoAiu: nano }),
      };
    },
  };
}
