import type { Message, ToolCall, ToolMessage } from "@zotpilot/provider/model";
import type { DurableEvent } from "./event.ts";

/** The tool calls at the end of a conversation that nobody has answered: what a crash leaves behind. */
export function unansweredCalls(messages: readonly Message[]): readonly ToolCall[] {
  const answered = new Set<string>();
  for (const message of messages.toReversed()) {
    if (message.role === "tool") answered.add(message.callId);
    else return message.role === "user" ? [] : callsOf(message).filter((call) => !answered.has(call.id));
  }
  return [];
}

/** The answer to a call whose outcome nobody knows. */
export function interruptedResult(call: ToolCall, at: Date): ToolMessage {
  const text =
    "interrupted: the program ended while this call was running; whether it had an effect is unknown";
  return { ...failedResult(call, text), at: at.toISOString() };
}

/** Events in which every call is answered and every answer has its call. */
export interface PairedEvents {
  events: DurableEvent[];
  /** Results that were missing in the middle and are told as lost. */
  added: number;
  /** Results that belonged to no call and were left out. */
  dropped: number;
}

/**
 * Mends a conversation that lost a line in its middle: models refuse one in which calls and results do not pair up.
 * Calls at the very end stay open, see {@link unansweredCalls}.
 */
export function pairCalls(events: readonly DurableEvent[]): PairedEvents {
  const paired: PairedEvents = { events: [], added: 0, dropped: 0 };
  const open = new Map<string, ToolCall>();

  for (const event of events) {
    if (event.type === "cleared") open.clear();
    if (event.type === "compacted") {
      // A beginning of its own: what it holds must pair up as well, and its last calls may be answered behind it.
      const inner = pairCalls(event.messages.map(asEvent));
      paired.added += inner.added;
      paired.dropped += inner.dropped;
      const messages = inner.events.flatMap((each) => ("message" in each ? [each.message] : []));
      const unchanged = inner.added === 0 && inner.dropped === 0;
      paired.events.push(unchanged ? event : { ...event, messages });
      open.clear();
      for (const call of unansweredCalls(messages)) open.set(call.id, call);
      continue;
    }
    if (event.type === "tool_message" && !open.delete(event.message.callId)) {
      paired.dropped += 1;
      continue;
    }
    if (event.type === "user_message" || event.type === "assistant_message") {
      for (const call of open.values()) {
        const message = failedResult(call, "lost: the result of this call can no longer be read");
        paired.events.push({ type: "tool_message", message });
        paired.added += 1;
      }
      open.clear();
      for (const call of callsOf(event.message)) open.set(call.id, call);
    }
    paired.events.push(event);
  }
  return paired;
}

/** The event that tells a message of which nobody knows what it has cost. */
export function asEvent(message: Message): DurableEvent {
  if (message.role === "user") return { type: "user_message", message };
  if (message.role === "tool") return { type: "tool_message", message };
  const stopReason = callsOf(message).length > 0 ? "tool_calls" : "end";
  return { type: "assistant_message", message, usage: null, stopReason };
}

function callsOf(message: Message): ToolCall[] {
  return message.role === "assistant" ? message.content.filter((part) => part.type === "tool_call") : [];
}

function failedResult(call: ToolCall, text: string): ToolMessage {
  return {
    role: "tool",
    callId: call.id,
    name: call.name,
    content: [{ type: "text", text }],
    isError: true,
  };
}
