import { ProviderError } from "../errors/provider-error.ts";

/** After this much time with nothing but keep-alive comments an answer counts as stalled. */
const CONTENT_TIMEOUT_MS = 10 * 60_000;
/** A whole answer may take this long. */
const TOTAL_TIMEOUT_MS = 60 * 60_000;

/** How long an answer is read on that keeps coming; silence is watched elsewhere, see `watchBody`. */
export interface Patience {
  /** Something of the answer has come. */
  progress(): void;
  /** Throws a `timeout` error when the answer made no progress for ten minutes, or takes more than an hour. */
  check(): void;
}

/** Makes a {@link Patience} for an answer that begins now. */
export function createPatience(now: () => number): Patience {
  const started = now();
  let lastContent = started;
  return {
    progress() {
      lastContent = now();
    },
    check() {
      const time = now();
      if (time - lastContent < CONTENT_TIMEOUT_MS && time - started < TOTAL_TIMEOUT_MS) return;
      throw new ProviderError(
        "timeout",
        "The answer made no progress for too long, so the request was cancelled.",
        { retryable: true },
      );
    },
  };
}
