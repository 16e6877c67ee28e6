import { setTimeout as sleep } from "node:timers/promises";
import { serializeError } from "../errors.ts";

const maxAttempts = 3;
/** The longest that all waits of one model call may take together, in milliseconds: nobody sits out more. */
const maxWaitsMs = 60_000;

/** Decides about the tries again of one model call. */
export interface Retries {
  /** The tries so far, the first one included. */
  readonly attempt: number;
  /**
   * How long to wait before the call is tried again, in milliseconds; undefined when it must not be: the error is
   * final, the tries are used up, or the waits would take longer than a person would sit out.
   */
  after(failure: unknown): number | undefined;
}

/** Begins with the first try. Waits differ by chance, so that many who failed together do not come back together. */
export function createRetries(random: () => number = Math.random): Retries {
  let attempt = 1;
  let left = maxWaitsMs;
  return {
    get attempt() {
      return attempt;
    },
    after(failure) {
      const error = serializeError(failure);
      if (!error.retryable || attempt >= maxAttempts) return undefined;
      // Never sooner than the service asks for.
      const least =
        error.retryAfterMs === undefined ? 750 * 2 ** (attempt - 1) : Math.max(0, error.retryAfterMs);
      if (least > left) return undefined;
      const spread = error.retryAfterMs === undefined ? least * (2 / 3) : least / 10;
      const delayMs = Math.min(left, Math.round(least + random() * spread));
      left -= delayMs;
      attempt += 1;
      return delayMs;
    },
  };
}

/** Waits; false when the signal was aborted meanwhile. */
export async function wait(delayMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(delayMs, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
