import { inspect } from "node:util";
import { displayText, redact } from "./redact.ts";

/** What went wrong, for programs. */
export type ProviderErrorCode =
  /** The stored GitHub token, or the token made from it, is not accepted. */
  | "unauthenticated"
  /** The account may not do this. */
  | "forbidden"
  /** The account has no access to Copilot. */
  | "not_subscribed"
  /** Too many requests; `retryAfterMs` says how long to wait, if the service said it. */
  | "rate_limited"
  /** The allowance of the account is used up. */
  | "quota_exceeded"
  | "model_not_found"
  /** The conversation does not fit into the model. */
  | "context_too_long"
  | "content_filtered"
  /** The request or the configuration is wrong; sending it again will not help. */
  | "bad_request"
  | "server_error"
  | "network"
  | "timeout"
  /** The answer is not what the protocol promises, or it was cut short. */
  | "invalid_response";

/** Details of a {@link ProviderError}. */
export interface ProviderErrorOptions {
  /** The HTTP status, when there was an answer. */
  status?: number;
  /** Whether the same request may succeed later. False when left out. */
  retryable?: boolean;
  /** How long the service asked to wait, in milliseconds. */
  retryAfterMs?: number;
  /** When a limit or an allowance that was reached starts anew, ISO 8601, if the service said it. */
  resetsAt?: string;
  /** The service's id of the request, for a support ticket. */
  requestId?: string;
  /** What the person can do, as one sentence. */
  hint?: string;
  /** The service's own error code, for example `user_weekly_rate_limited`. */
  serviceCode?: string;
  cause?: unknown;
}

const brand = Symbol.for("zotpilot.ProviderError");

/**
 * The only error that this package throws on its own account. The message is one sentence for a person: what was
 * tried, what came back, what to do. It never holds a token or a request or response body as a whole.
 */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly code: ProviderErrorCode;
  readonly retryable: boolean;
  declare readonly status?: number;
  declare readonly retryAfterMs?: number;
  declare readonly resetsAt?: string;
  declare readonly requestId?: string;
  declare readonly hint?: string;
  declare readonly serviceCode?: string;

  /** The message is redacted here once more, whatever the caller put into it. */
  constructor(code: ProviderErrorCode, message: string, options: ProviderErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    if (options.status !== undefined) this.status = options.status;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.resetsAt !== undefined) this.resetsAt = options.resetsAt;
    if (options.requestId !== undefined) this.requestId = displayText(options.requestId, 200);
    if (options.hint !== undefined) this.hint = redact(options.hint);
    if (options.serviceCode !== undefined) this.serviceCode = redact(options.serviceCode);
    Object.defineProperty(this, brand, { value: true });
  }

  /** The fields that may be shown and stored; no cause and no stack. */
  toJSON(): object {
    return Object.assign({}, this, { name: this.name, message: this.message });
  }

  /** `console.log(error)` shows causes too; they pass through the same redaction. */
  [inspect.custom](depth: number, options: Parameters<typeof inspect>[1]): string {
    const cause = this.cause;
    const lines = [this.stack ?? `${this.name}: ${this.message}`, inspect(Object.assign({}, this), options)];
    if (cause !== undefined && depth >= 0) {
      lines.push(
        `cause: ${cause instanceof Error ? (cause.stack ?? String(cause)) : inspect(cause, options)}`,
      );
    }
    return redact(lines.join("\n"));
  }
}

/** Tells a {@link ProviderError} from any other value, also one made by another copy of this package. */
export function isProviderError(value: unknown): value is ProviderError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}
