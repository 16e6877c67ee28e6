import type { AssistantMessage, Message, ToolCall, ToolMessage, UserMessage } from "../model/message.ts";

/** One assistant message with the answers to all its tool calls, or a user's message. */
export type Turn =
  | { type: "user"; message: UserMessage }
  | { type: "assistant"; message: AssistantMessage; results: ToolMessage[] };

/** What the model reads where the result of a call is missing. */
const INTERRUPTED = "The tool call was interrupted; there is no result.";

/**
 * Groups a conversation so that every tool call is followed by exactly one result, as the service insists: a missing
 * result is replaced by a note, results that nobody asked for and second results are dropped, and a result that stands
 * behind a user's message is moved to its call.
 */
export function groupTurns(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  let pending: { results: ToolMessage[]; open: Map<string, number[]> } | undefined;
  for (const message of messages) {
    if (message.role === "user") {
      turns.push({ type: "user", message });
    } else if (message.role === "assistant") {
      const calls = message.content.filter((part) => part.type === "tool_call");
      const results = calls.map(missingResult);
      pending = { results, open: placesOf(calls) };
      turns.push({ type: "assistant", message, results });
    } else {
      const index = pending?.open.get(message.callId)?.shift();
      if (pending && index !== undefined) pending.results[index] = message;
    }
  }
  return turns;
}

/** Where the calls of each id stand. Two may have the same; their results then come in the order of the calls. */
function placesOf(calls: readonly ToolCall[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  calls.forEach(({ id }, index) => places.set(id, [...(places.get(id) ?? []), index]));
  return places;
}

function missingResult(call: ToolCall): ToolMessage {
  return {
    role: "tool",
    callId: call.id,
    name: call.name,
    content: [{ type: "text", text: INTERRUPTED }],
    isError: true,
  };
}
