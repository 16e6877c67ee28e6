import type { ReasoningOrigin } from "./message.ts";
import type { Usage } from "./usage.ts";

/** Why a model stopped. */
export type FinishReason = "end" | "length" | "tool_calls" | "content_filter";

/** Why an assistant message ends where it does: the model stopped, or the call was cut short. */
export type StopReason = FinishReason | "aborted" | "error";

/**
 * One step of an answer as it streams.
 *
 * Order: `response_start`, then deltas, then at most one `usage`, then exactly one `finish`. A stream that fails
 * throws instead of finishing; a stream that was cut off never finishes. `tool_input_end` says that the arguments
 * of a call are complete; a call without it must not be run. Pieces of text that arrived together may be one delta.
 */
export type ModelEvent =
  | { type: "response_start"; requestId?: string }
  | { type: "text_delta"; text: string }
  /** `block` tells separate thoughts apart: another number begins another `ReasoningPart`, each with its own state. */
  | { type: "reasoning_delta"; text: string; opaque?: string; origin?: ReasoningOrigin; block?: number }
  | { type: "tool_input_start"; callId: string; name: string }
  | { type: "tool_input_delta"; callId: string; json: string }
  | { type: "tool_input_end"; callId: string }
  | { type: "usage"; usage: Usage }
  | { type: "finish"; reason: FinishReason };
