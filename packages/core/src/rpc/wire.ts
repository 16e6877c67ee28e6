import type { Part, Usage } from "@zotpilot/provider/model";
import type { Cost } from "../events/cost.ts";
import type { AgentEvent } from "../events/event.ts";
import type { TranscriptMessage } from "../events/transcript.ts";
import { decodeArguments } from "../tools/run-tool.ts";

/** An event as zot's clients know it: plain JSON with a `type`. */
export type WireEvent = { type: string } & Record<string, unknown>;

const stops = {
  end: "end",
  length: "length",
  tool_calls: "tool_use",
  content_filter: "end",
  aborted: "aborted",
  error: "error",
} as const;

/**
 * One event of ours as zot's wire events, none to several. Pure; rpc and `--json` share it. A failed run is an
 * `error` and then a `done`, as in zot's rpc.
 */
export function encodeEvent(event: AgentEvent): WireEvent[] {
  switch (event.type) {
    case "user_message":
      return [{ type: "user_message", content: contentOf(event.message), time: timeOf(event.message) }];
    case "turn_start":
      return [{ type: "turn_start", step: event.turn }];
    case "response_start":
      return [{ type: "assistant_start" }];
    case "text_delta":
      return [{ type: "text_delta", delta: event.text }];
    case "tool_input_start":
      return [{ type: "tool_use_start", id: event.callId, name: event.name }];
    case "tool_input_delta":
      return [{ type: "tool_use_args", id: event.callId, delta: event.json }];
    case "tool_input_end":
      return [{ type: "tool_use_end", id: event.callId }];
    case "usage":
      return [
        {
          type: "usage",
          ...usageOf(event.turn, event.cost.turn),
          cumulative: usageOf(event.total, event.cost.total),
          ...(event.auxiliary && { auxiliary: true }),
        },
      ];
    case "assistant_message": {
      // Kept for what it has cost, which `usage` has told: nobody has said anything.
      if (event.message.content.length === 0) return [];
      const calls = event.message.content.filter((part) => part.type === "tool_call");
      return [
        { type: "assistant_message", content: contentOf(event.message), time: timeOf(event.message) },
        ...calls.map((call) => ({
          type: "tool_call",
          id: call.id,
          name: call.name,
          args: argumentsOf(call),
        })),
      ];
    }
    case "turn_end": {
      const error = event.error?.message ?? (event.stopReason === "aborted" ? "context canceled" : undefined);
      return [{ type: "turn_end", stop: stops[event.stopReason], ...(error !== undefined && { error }) }];
    }
    case "tool_progress":
      return [{ type: "tool_progress", id: event.callId, text: event.text }];
    case "tool_message":
      return [
        {
          type: "tool_result",
          id: event.message.callId,
          is_error: event.message.isError,
          content: event.message.content.map(blockOf),
          ...(event.message.details && { details: event.message.details }),
        },
      ];
    case "approval_request": {
      const { call, ...asked } = event.request;
      const { id: callId, name } = call;
      return [{ type: "approval_request", ...asked, call_id: callId, name, args: argumentsOf(call) }];
    }
    case "approval_response": {
      const { requestId, decision, reason } = event;
      return [
        { type: "approval_response", id: requestId, decision, ...(reason !== undefined && { reason }) },
      ];
    }
    case "retry":
      return [
        {
          type: "retry",
          attempt: event.attempt,
          delay_ms: event.delayMs,
          message: event.error.message,
        },
      ];
    case "notice":
      return [{ type: "notice", level: event.level, message: event.text }];
    case "run_end":
      if (event.reason !== "error") return [{ type: "done" }];
      return [{ type: "error", message: event.error?.message ?? "the run failed" }, { type: "done" }];
    case "run_start":
    case "reasoning_delta":
    case "tool_start":
    case "tool_end":
    case "model_changed":
    case "cleared":
    case "compacted":
    case "session_named":
    case "compaction_start":
    case "compaction_end":
      return [];
  }
}

/** How many messages {@link encodeMessages} makes of these. */
export function countMessages(messages: readonly TranscriptMessage[]): number {
  return messages.filter(({ role }, index) => role !== "tool" || messages[index - 1]?.role !== "tool").length;
}

/** Messages as zot's `get_messages` shows them: all results of one answer in one message, image data left out. */
export function encodeMessages(messages: readonly TranscriptMessage[]): Record<string, unknown>[] {
  const encoded: { role: string; content: unknown[]; time: string }[] = [];
  for (const message of messages) {
    const last = encoded.at(-1);
    if (message.role === "tool" && last?.role === "tool") last.content.push(...contentOf(message));
    else encoded.push({ role: message.role, content: contentOf(message), time: timeOf(message) });
  }
  return encoded;
}

/**
 * Usage in zot's names, and what it cost in Copilot's AI credits: null, with a reason, when nobody knows. The cost in
 * dollars is 0: Copilot does not tell one.
 */
export function usageOf(usage: Usage | null, cost: Cost): Record<string, unknown> {
  const cached = usage?.cachedInputTokens ?? 0;
  const written = usage?.cacheWriteTokens ?? 0;
  return {
    input: (usage?.inputTokens ?? 0) - cached - written,
    output: usage?.outputTokens ?? 0,
    cache_read: cached,
    cache_write: written,
    cost_usd: 0,
    reasoning: usage?.reasoningTokens ?? null,
    credits: cost.credits,
    ...(cost.reason !== undefined && { credits_reason: cost.reason }),
    ...(cost.premiumRequests !== undefined && { premium_requests: cost.premiumRequests }),
  };
}

function contentOf(message: TranscriptMessage): Record<string, unknown>[] {
  if (message.role !== "tool")
    return message.content.filter((part) => part.type !== "reasoning").map(blockOf);
  return [
    {
      type: "tool_result",
      call_id: message.callId,
      is_error: message.isError,
      content: message.content.map(blockOf),
      ...(message.details && { details: message.details }),
    },
  ];
}

/** Readers that are strict about times fail on a whole line for one of them: what nobody knows is Go's zero time. */
function timeOf({ at = "" }: TranscriptMessage): string {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(at);
  return isTime && !Number.isNaN(Date.parse(at)) ? at : "0001-01-01T00:00:00Z";
}

function blockOf(part: Part): Record<string, unknown> {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return { type: "image", mime_type: part.mimeType, bytes: Buffer.byteLength(part.data, "base64") };
    case "tool_call":
      return { type: "tool_call", id: part.id, name: part.name, args: argumentsOf(part) };
    case "reasoning":
      return { type: "reasoning", summary: part.text };
  }
}

function argumentsOf(call: Extract<Part, { type: "tool_call" }>): unknown {
  const value = decodeArguments(call);
  return value instanceof Error ? null : value;
}
