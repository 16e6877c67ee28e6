/** Tokens of one or more model calls. Cached and reasoning tokens are parts of input and output, not extra. */
export interface Usage {
  /** Tokens sent, cached ones included. */
  inputTokens: number;
  /** Tokens answered, reasoning included. */
  outputTokens: number;
  /** The part of `inputTokens` read from the service's prompt cache. */
  cachedInputTokens: number;
  /** The part of `inputTokens` written to that cache, none of it read from there; absent when the service did not say. */
  cacheWriteTokens?: number;
  /** The part of `outputTokens` spent on reasoning. */
  reasoningTokens: number;
  /** Copilot's own unit of cost, in 1e-9 units; absent when the service did not say. */
  nanoAiu?: number;
}

/** A usage of zero. */
export function emptyUsage(): Usage {
  return { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
}

/** Adds two usages field by field; what is optional stays absent only if both lack it. */
export function addUsage(left: Usage, right: Usage): Usage {
  const sum: Usage = {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cachedInputTokens: left.cachedInputTokens + right.cachedInputTokens,
    reasoningTokens: left.reasoningTokens + right.reasoningTokens,
  };
  for (const field of ["cacheWriteTokens", "nanoAiu"] as const) {
    if (left[field] === undefined && right[field] === undefined) continue;
    sum[field] = (left[field] ?? 0) + (right[field] ?? 0);
  }
  return sum;
}
