/** What went wrong, for machines. */
export type CoreErrorCode =
  /** A run is under way; wait for it or abort it. */
  | "busy"
  | "session_not_found"
  /** The file is no session, or its header is damaged. It was left as it is. */
  | "session_corrupt"
  /** The session was written by a newer version of this package. It is for reading only, and was left as it is. */
  | "session_newer"
  /** The session could not be read or written (permission, full disk, missing folder). */
  | "session_unavailable"
  /** An event is larger than a record of a session can be. It was not written. */
  | "record_too_large"
  /** Another program writes to the session; the message says which. */
  | "session_locked"
  /** The step limit of a run was reached. */
  | "turn_limit"
  /** The next model call would be one more than the limit of requests. */
  | "request_limit"
  /** The next model call would cost more than the limit of credits leaves. */
  | "credit_limit"
  /** A run has called more tools than a run may. */
  | "tool_limit"
  /** The model made the same failing call again and again. */
  | "repeated_failure"
  /** An answer grew beyond what any answer needs, and was cut. */
  | "answer_too_long"
  /** The conversation is too short to be made shorter. */
  | "nothing_to_compact"
  /** The conversation could not be summarised; it is as it was. */
  | "compaction_failed"
  /** A summary was stopped; the conversation is as it was. */
  | "aborted"
  /** An rpc server said no; the message is its sentence. */
  | "request_refused"
  /** The rpc server is gone, or was never there. */
  | "connection_closed";

const brand = Symbol.for("zotpilot.core-error");

/** The one error class of this package: `code` for machines, `message` for people, `cause` for us. */
export class CoreError extends Error {
  override readonly name = "CoreError";
  readonly code: CoreErrorCode;
  readonly [brand] = true;

  constructor(code: CoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether a value is a {@link CoreError}, also one of another copy of this package. */
export function isCoreError(value: unknown): value is CoreError {
  return typeof value === "object" && value !== null && brand in value;
}

/** An error that survives JSON. */
export interface SerializedError {
  /** The `code` of the error, or `unknown`. */
  code: string;
  message: string;
  /** What to do about it, when the error knows. */
  hint?: string;
  retryable: boolean;
  /** How long to wait before trying again, in milliseconds. */
  retryAfterMs?: number;
  /** The service's id of the failed request. */
  requestId?: string;
}

/** Takes from any thrown value what is safe and useful to show; stack and cause stay behind. */
export function serializeError(error: unknown): SerializedError {
  const fields = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  const serialized: SerializedError = {
    code: typeof fields["code"] === "string" ? fields["code"] : "unknown",
    message: messageOf(error),
    retryable: fields["retryable"] === true,
  };
  if (typeof fields["hint"] === "string") serialized.hint = fields["hint"];
  // JSON has no infinity.
  if (Number.isFinite(fields["retryAfterMs"])) serialized.retryAfterMs = fields["retryAfterMs"] as number;
  if (typeof fields["requestId"] === "string") serialized.requestId = fields["requestId"];
  return serialized;
}

/** The sentence of any thrown value. Never throws, whatever it is given. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "an error without a message";
  }
}
