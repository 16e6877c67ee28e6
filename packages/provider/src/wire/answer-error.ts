import { isRecord } from "../errors/error-body.ts";
import { detailsOf } from "../errors/hide-secrets.ts";
import { ProviderError, type ProviderErrorOptions } from "../errors/provider-error.ts";
import { errorFromResponse } from "../errors/response-error.ts";
import type { DecodeContext } from "./wire-format.ts";

/** Makes the errors of one answer; each names what was tried and the id of the request. */
export interface AnswerErrors {
  /** The answer is not what the protocol promises. Retryable, unless said otherwise. */
  invalid(why: string, options?: ProviderErrorOptions): ProviderError;
  /** The service reported a failure inside the answer; it is judged by the status that it would have had outside. */
  reported(body: Record<string, unknown>): ProviderError;
  /** The model or the service gave up. */
  failed(why: string): ProviderError;
}

/** Codes and types that stand for a status. */
const STATUSES: Readonly<Record<string, number>> = {
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
};

/** The status that an error inside an answer would have had outside; 0 when it does not tell. */
function statusOf(body: Record<string, unknown>): number {
  const error = isRecord(body["error"]) ? body["error"] : body;
  for (const given of [error["code"], error["status"], error["type"]]) {
    const code = typeof given === "number" || typeof given === "string" ? String(given) : "";
    if (/^[45]\d\d$/.test(code)) return Number(code);
    if (code.startsWith("invalid_request")) return 400;
    if (Object.hasOwn(STATUSES, code)) return STATUSES[code] ?? 0;
  }
  return 0;
}

/** Makes {@link AnswerErrors} for an answer. */
export function createAnswerErrors(context: DecodeContext): AnswerErrors {
  const { what, host, requestId } = context;
  const details = { retryable: true, ...(requestId !== undefined && { requestId }) };
  return {
    invalid: (why, options) =>
      new ProviderError("invalid_response", `${what} failed: ${why}.`, { ...details, ...options }),
    reported(body) {
      const error = errorFromResponse({
        status: statusOf(body),
        headers: requestId === undefined ? {} : { "x-request-id": requestId },
        body: JSON.stringify(body),
        host,
        what,
      });
      if (error.code !== "unauthenticated") return error;
      // A token that ends in the middle of an answer is renewed for the next request.
      const why = "the service no longer accepted the token in the middle of its answer";
      return new ProviderError(error.code, `${what} failed: ${why}.`, {
        ...detailsOf(error),
        retryable: true,
      });
    },
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
