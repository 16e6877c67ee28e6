import { ProviderError, type ProviderErrorOptions } from "../errors/provider-error.ts";
import { errorFromResponse } from "../errors/response-error.ts";
import type { DecodeContext } from "./wire-format.ts";

/** Makes the errors of one answer; each names what was tried and the id of the request. */
export interface AnswerErrors {
  /** The answer is not what the protocol promises. Retryable, unless said otherwise. */
  invalid(why: string, options?: ProviderErrorOptions): ProviderError;
  /** The service reported a failure inside the answer. `status` is what it would have been outside, if that is known. */
  reported(body: Record<string, unknown>, status?: number): ProviderError;
  /** The model or the service gave up. */
  failed(why: string): ProviderError;
}

/** Makes {@link AnswerErrors} for an answer. */
export function createAnswerErrors(context: DecodeContext): AnswerErrors {
  const { what, host, requestId } = context;
  const details = { retryable: true, ...(requestId !== undefined && { requestId }) };
  return {
    invalid: (why, options) =>
      new ProviderError("invalid_response", `${what} failed: ${why}.`, { ...details, ...options }),
    reported: (body, status = 0) =>
      errorFromResponse({
        status,
        headers: requestId === undefined ? {} : { "x-request-id": requestId },
        body: JSON.stringify(body),
        host,
        what,
      }),
    failed: (why) => new ProviderError("server_error", `${what} failed: ${why}.`, details),
  };
}

/** Most characters of text and reasoning in one answer. */
const TEXT_LIMIT = 8 * 1024 * 1024;

/** Counts the text of an answer and stops one without end. */
export function createTextMeter(errors: AnswerErrors): (characters: number) => void {
  let total = 0;
  return (characters) => {
    total += characters;
    if (total > TEXT_LIMIT) throw errors.invalid("it is longer than 8 MB", { retryable: false });
  };
}
