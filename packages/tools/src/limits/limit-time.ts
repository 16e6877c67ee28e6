import { setTimeout as sleep } from "node:timers/promises";
import { errorResult, type ToolMiddleware } from "@zotpilot/core";

const SECONDS = 600;
/** How long a tool that was told to stop may take to say what it has. */
const GRACE_MS = 2_000;

/** How long a call may take. */
export interface LimitTimeOptions {
  /** 600 when left out. */
  seconds?: number;
  /** Tools with a limit of their own, which is not this one's business. Commands and jobs when left out. */
  except?: readonly string[];
}

/**
 * Makes a middleware that ends calls which take too long: the tool's signal is aborted, and the model is told. Put it
 * behind whoever asks for approval, so that a person has all the time there is.
 */
export function limitTime(options: LimitTimeOptions = {}): ToolMiddleware {
  const { seconds = SECONDS, except = ["bash", "powershell", "jobs"] } = options;
  return (next) => async (call, context) => {
    if (except.includes(call.name)) return next(call, context);
    const late = new AbortController();
    const over = new AbortController();
    const tooLate = sleep(seconds * 1000, undefined, { signal: over.signal }).then(async () => {
      late.abort(new Error(`stopped after ${seconds} s`));
      await sleep(GRACE_MS, undefined, { signal: over.signal });
    });
    const sentence = errorResult(`${call.name} was stopped after ${seconds} s, without a result`);
    try {
      const signal = AbortSignal.any([context.signal, late.signal]);
      const running = next(call, { ...context, signal });
      return await Promise.race([running, tooLate.then(() => sentence)]);
    } catch (error) {
      if (late.signal.aborted && !context.signal.aborted) return sentence;
      throw error;
    } finally {
      over.abort();
      tooLate.catch(() => undefined);
    }
  };
}
