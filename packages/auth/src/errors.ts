const brand: unique symbol = Symbol.for("zotpilot.AuthError");

/**
 * What went wrong, for machines. `token_unusable` is a token of a kind that Copilot refuses, `invalid_response` an answer
 * that GitHub would not have given, `store_insecure` a file that other users could have written, `store_unwritable` a
 * save that did not happen (the stored bytes are as before), `store_busy` one for which another process left no turn,
 * `token_expired` a token that is over and could not be renewed, `source_failed` a program that gave no token.
 */
export type AuthErrorCode =
  | "not_logged_in"
  | "code_expired"
  | "access_denied"
  | "token_revoked"
  | "token_unusable"
  | "login_failed"
  | "host_invalid"
  | "invalid_response"
  | "network"
  | "store_unreadable"
  | "store_unwritable"
  | "store_insecure"
  | "store_busy"
  | "keychain_unavailable"
  | "token_expired"
  | "source_failed";

/** The only error this package throws on purpose: a `code` for machines and a sentence for people, without secrets. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: AuthErrorCode;
  readonly [brand] = true;

  constructor(code: AuthErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** True for an `AuthError`, also one thrown by another installed copy of this package. */
export function isAuthError(value: unknown): value is AuthError {
  return typeof value === "object" && value !== null && (value as { [brand]?: unknown })[brand] === true;
}
