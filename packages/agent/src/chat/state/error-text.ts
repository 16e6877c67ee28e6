import type { SerializedError } from "@zotpilot/core";
import { errorLine, safeLine } from "../../errors.ts";

/** Errors that signing in again mends; within the chat that is a command of its own. */
const mendedByLogin = new Set(["not_logged_in", "unauthenticated", "token_revoked"]);

/** An error on one line for a person, with what to do about it. */
export function errorText(error: Pick<SerializedError, "code" | "message" | "hint"> | undefined): string {
  if (!error) return "The run failed for an unknown reason.";
  if (!mendedByLogin.has(error.code)) return closed(errorLine(error));
  return `${closed(safeLine(error.message))} Type /login to sign in.`;
}

function closed(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
