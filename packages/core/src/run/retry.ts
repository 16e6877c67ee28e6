import { setTimeout as sleep } from "node:timers/promises";
import { serializeError } from "../errors.ts";

const maxAttempts = 3;
const maxWaitMs = 60_000;

/**
 * How long to wait before a failed model call is tried again, in milliseconds; undefined when it must not be:
 * the error is final, the tries are used up, or the service asks for a longer wait than a person would sit out.
 */
export function retryDelay(failure: unknown, attempt: number): number | undefined {
  const error = serializeError(failure);
  if (!error.retryable || attempt >= maxAttempts) return undefined;
  const delayMs = error.retryAfterMs ?? 1000 * 2 ** (attempt - 1);
  return delayMs <= maxWaitMs ? delayMs : undefined;
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
