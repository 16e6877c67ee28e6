/** Tokens of one or more model calls. Cached and reasoning tokens are parts of input and output, not extra. */
export interface Usage {
  /** Tokens sent, cached ones included. */
  inputTokens: number;
  /** Tokens answered, reasoning included. */
  outputTokens: number;
  /** The part of `inputTokens` read from the service's prompt cache. */
  cachedInputTokens: number;
  /** The part of `outputTokens` spent on reasoning. */
  reasoningTokens: number;
  /** Copilot's own unit of cost, in 1e-9 units; absent when the service did not say. */
  nanoAiu?: number;
}

/** A usage of zero. */
export function emptyUsage(): Usage {
  return { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
}

/** Adds two usages field by field; the cost stays absent only if both lack it. */
export function addUsage(left: Usage, right: Usage): Usage {
  const sum: Usage = {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cachedInputTokens: left.cachedInputTokens + right.cachedInputTokens,
    reasoningTokens: left.reasoningTokens + right.reasoningTokens,
  };
  if (left.nanoAiu !== undefined || right.nanoAiu !== undefined) {
    sum.nanoAiu = (left.nanoAiu ?? 0) + (right.nanoAiu ?? 0);
  }
  return sum;
}
