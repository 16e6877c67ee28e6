import type { Call } from "../http/call.ts";
import type { FullReply } from "../http/reply.ts";
import { invalid } from "./valid-request.ts";

/** Lets `context_management` be in the body. */
export const CONTEXT_MANAGEMENT = "context-management-2025-06-27";
/** Lets thinking go on between tool calls, with a budget beyond `max_tokens`. */
export const INTERLEAVED_THINKING = "interleaved-thinking-2025-05-14";

/** The only `anthropic-beta` values the service takes. */
const LISTED = new Set([INTERLEAVED_THINKING, CONTEXT_MANAGEMENT, "advanced-tool-use-2025-11-20"]);

/** The `anthropic-beta` values of a call. */
export function betasOf(call: Call): string[] {
  const values = (call.headers["anthropic-beta"] ?? "").split(",").map((value) => value.trim());
  return values.filter((value) => value !== "");
}

/** Refuses a call with `anthropic-beta` values that are not on the list. */
export function refuseBetas(call: Call): FullReply | undefined {
  const unlisted = betasOf(call).filter((value) => !LISTED.has(value));
  return unlisted.length === 0 ? undefined : unsupportedBetas(unlisted);
}

/** The reply for betas that are not supported. */
export function unsupportedBetas(values: readonly string[]): FullReply {
  return invalid(`unsupported beta header(s): ${values.join(",")}`);
}
