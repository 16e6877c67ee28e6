import { sanitizeTerminalText } from "@zotpilot/tui/sanitize";

/** What the caller asked for makes no sense; the message says what was wrong and what to do. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/** What the program ends with. Documented in docs/exit-codes.md. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  /** A rate limit, a used-up quota or a step limit. */
  limit: 3,
  notSignedIn: 4,
  denied: 5,
  hangup: 129,
  interrupt: 130,
  terminate: 143,
} as const;

const byCode: Record<string, number> = {
  usage: exitCodes.usage,
  rate_limited: exitCodes.limit,
  quota_exceeded: exitCodes.limit,
  turn_limit: exitCodes.limit,
  tool_limit: exitCodes.limit,
  request_limit: exitCodes.limit,
  credit_limit: exitCodes.limit,
  session_not_found: exitCodes.usage,
  session_newer: exitCodes.usage,
  unauthenticated: exitCodes.notSignedIn,
  not_logged_in: exitCodes.notSignedIn,
  token_revoked: exitCodes.notSignedIn,
  code_expired: exitCodes.notSignedIn,
  store_unreadable: exitCodes.notSignedIn,
  store_insecure: exitCodes.notSignedIn,
  access_denied: exitCodes.denied,
  forbidden: exitCodes.denied,
  not_subscribed: exitCodes.denied,
  host_invalid: exitCodes.usage,
  bad_rule: exitCodes.usage,
  no_sandbox: exitCodes.usage,
};

/** The exit code for an error of any package, thrown or serialized. */
export function exitCodeOf(error: unknown): number {
  const code = (error as { code?: unknown } | undefined)?.code;
  return (
    (typeof code === "string" && Object.hasOwn(byCode, code) ? byCode[code] : undefined) ?? exitCodes.error
  );
}

/** What to do about an error that does not say it itself. One table for all of the program. */
const hints: Record<string, string> = {
  not_logged_in: "Run `zotpilot login` to sign in, or add `--demo` to try it without an account.",
  unauthenticated: "Run `zotpilot login` to sign in again.",
  token_revoked: "Run `zotpilot login` to sign in again.",
  session_locked: "End that program, or go on with a copy: `zotpilot sessions fork`.",
};

/** What came from elsewhere, on one line, with nothing in it that a terminal would obey. */
export function safeLine(text: string): string {
  return sanitizeTerminalText(text)
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
}

/** What a person reads of a conversation that the disk has no room for. */
export function unsavedSentence(count: number): string {
  return `${count === 1 ? "1 piece" : `${count} pieces`} of the conversation could not be saved.`;
}

/** An error as one line for a person, with what to do where that is known. */
export function errorLine(error: { message?: string; code?: unknown; hint?: unknown }): string {
  const message = safeLine(error.message ?? "");
  const hint = typeof error.hint === "string" ? error.hint : hints[String(error.code)];
  if (!hint || message.includes(hint)) return message;
  return `${message}${/[.!?]$/.test(message) ? "" : "."} ${hint}`;
}
