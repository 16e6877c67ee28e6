import type {
  AssistantMessage,
  Message,
  StopReason,
  ToolCall,
  ToolMessage,
  Usage,
  UserMessage,
} from "@zotpilot/provider/model";
import type { SerializedError } from "../errors.ts";
import type { ApprovalRequest } from "./approval.ts";
import type { Cost } from "./cost.ts";

/**
 * What a tool tells the screen and programs about a result, never the model: plain JSON of at most 64 KiB. A field that
 * does not fit is left out as a whole, and `details_truncated` is true.
 */
export type ToolDetails = Readonly<Record<string, unknown>>;

/** The answer to a tool call as it is kept and shown. `details` are never sent to the model. */
export interface DetailedToolMessage extends ToolMessage {
  details?: ToolDetails;
}

/** What stands in a conversation for what was summarised, in the place of something that a person said. */
export interface SummaryMessage extends UserMessage {
  summary: true;
}

/** Written to the session. Folding these alone rebuilds the transcript. */
export type DurableEvent =
  | { type: "user_message"; message: UserMessage }
  /** `usage` is null when the service did not tell it; `premiumRequests` as in {@link Cost}. */
  | {
      type: "assistant_message";
      message: AssistantMessage;
      usage: Usage | null;
      stopReason: StopReason;
      premiumRequests?: number;
    }
  /** `files` are those that the call has changed, as far as its tool can say. */
  | { type: "tool_message"; message: DetailedToolMessage; files?: string[] }
  | { type: "model_changed"; provider: string; model: string }
  /** The conversation starts anew; what came before stays in the file. `spent` is what it has used until then. */
  | { type: "cleared"; spent?: SpentSoFar }
  /**
   * The conversation was summarised: from here on it is `messages`; what came before stays in the file. `usage` is what
   * the summary took, null when nobody knows, and `spent` what the conversation has used until then, summary included.
   */
  | {
      type: "compacted";
      messages: (Message | SummaryMessage)[];
      files: string[];
      usage: Usage | null;
      spent: SpentSoFar;
      contextTokens: number;
    }
  /** A person gave the session a name; an empty one takes it away. */
  | { type: "session_named"; name: string };

/** What a conversation has used up to some point, so that nothing before it must be read to know. */
export interface SpentSoFar {
  usage: Usage;
  /** Model calls whose cost nobody knows. */
  unmeasured: number;
  /** The premium requests that are known of. */
  premiumRequests?: number;
  /** The model last chosen and its provider, when the session says so. */
  model?: string;
  provider?: string;
  /** The name of the session, when it has one. */
  name?: string;
}

/** Shown while it happens. May be missed without loss. */
export type LiveEvent =
  | { type: "run_start"; runId: string }
  /** One for each model call; counts from 1 within a run. */
  | { type: "turn_start"; turn: number }
  /** The service accepted the request and begins to answer. */
  | { type: "response_start" }
  | { type: "text_delta"; text: string }
  | { type: "reasoning_delta"; text: string }
  | { type: "tool_input_start"; callId: string; name: string }
  | { type: "tool_input_delta"; callId: string; json: string }
  | { type: "tool_input_end"; callId: string }
  /**
   * `turn` is null when the service did not tell it; `total` is the sum of what is known. `auxiliary` marks a call that
   * does not go on with the conversation, such as one for a summary: it costs, and says nothing about the context.
   */
  | { type: "usage"; turn: Usage | null; total: Usage; cost: { turn: Cost; total: Cost }; auxiliary?: true }
  /** The model call is over; its tools, if any, run now. */
  | { type: "turn_end"; turn: number; stopReason: StopReason; error?: SerializedError }
  | { type: "tool_start"; call: ToolCall }
  /** A call waits for a person's word; see `respond` of the agent. */
  | { type: "approval_request"; request: ApprovalRequest }
  /** It waits no more. `reason` is why it was refused, when somebody said so. */
  | { type: "approval_response"; requestId: string; decision: "allow" | "deny"; reason?: string }
  | { type: "tool_progress"; callId: string; text: string }
  | { type: "tool_end"; callId: string; isError: boolean; durationMs: number }
  /** The model call failed and will be tried again after `delayMs`. */
  | { type: "retry"; attempt: number; delayMs: number; error: SerializedError }
  /** Something that a person should know and that ends nothing. */
  | { type: "notice"; level: "info" | "warning"; text: string }
  /** The conversation is being summarised: it reaches the model's limit, has exceeded it, or a person asked for it. */
  | { type: "compaction_start"; reason: "limit" | "overflow" | "asked" }
  /**
   * The conversation is shorter, unless there is an error; then it is as it was. `summary` is what the model wrote, absent
   * when long results of tools were all there was to shorten.
   */
  | { type: "compaction_end"; summary?: string; error?: SerializedError }
  | { type: "run_end"; reason: "done" | "aborted" | "error"; error?: SerializedError };

/**
 * Everything that an agent tells. One union for the screen, rpc, json and the session.
 *
 * Promises: each event is plain JSON; a run is exactly one `run_start` and one `run_end`, whatever fails; every
 * `tool_start` has its `tool_end`; every `approval_request` has its `approval_response`; every tool call of an assistant message has exactly one `tool_message`.
 */
export type AgentEvent = DurableEvent | LiveEvent;

const durableTypes: { [Type in DurableEvent["type"]]: true } = {
  user_message: true,
  assistant_message: true,
  tool_message: true,
  model_changed: true,
  cleared: true,
  compacted: true,
  session_named: true,
};

/** Whether events of this type belong in the session. */
export function isDurableType(type: string): boolean {
  return Object.hasOwn(durableTypes, type);
}

/** Whether an event belongs in the session. */
export function isDurable(event: AgentEvent): event is DurableEvent {
  return isDurableType(event.type);
}
