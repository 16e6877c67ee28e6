import type { FinishReason, ModelEvent } from "./event.ts";
import type { AssistantMessage, ReasoningPart, TextPart, ToolCall } from "./message.ts";
import type { Usage } from "./usage.ts";

/** Builds an {@link AssistantMessage} out of the events of one answer, in time linear to their size. */
export interface MessageCollector {
  /** Takes the next event in order. */
  add(event: ModelEvent): void;
  /**
   * The message so far. A tool call whose arguments are not complete is left out, so that what a cut or aborted
   * stream leaves behind is always safe to send again.
   */
  message(): AssistantMessage;
  /** The usage, if the service has told it. */
  usage(): Usage | undefined;
  /** Why the model stopped, once it has. */
  finishReason(): FinishReason | undefined;
}

/** Starts an empty collector. */
export function createMessageCollector(): MessageCollector {
  const parts: (TextPart | ReasoningPart | ToolCall)[] = [];
  const calls = new Map<string, ToolCall>();
  const complete = new Set<ToolCall>();
  let usage: Usage | undefined;
  let reason: FinishReason | undefined;
  let block: number | undefined;

  function lastOf<Type extends "text" | "reasoning">(type: Type) {
    const last = parts.at(-1);
    return last?.type === type ? (last as Extract<TextPart | ReasoningPart, { type: Type }>) : undefined;
  }

  return {
    add(event) {
      switch (event.type) {
        case "text_delta": {
          const last = lastOf("text");
          if (last) last.text += event.text;
          else if (event.text !== "") parts.push({ type: "text", text: event.text });
          return;
        }
        case "reasoning_delta": {
          const same = event.block === block ? lastOf("reasoning") : undefined;
          const last: ReasoningPart = same ?? { type: "reasoning", text: "" };
          block = event.block;
          if (parts.at(-1) !== last) parts.push(last);
          last.text += event.text;
          if (event.opaque !== undefined) last.opaque = (last.opaque ?? "") + event.opaque;
          if (event.origin) last.origin = event.origin;
          return;
        }
        case "tool_input_start": {
          const call: ToolCall = { type: "tool_call", id: event.callId, name: event.name, arguments: "" };
          calls.set(event.callId, call);
          parts.push(call);
          return;
        }
        case "tool_input_delta": {
          const call = calls.get(event.callId);
          if (call) call.arguments += event.json;
          return;
        }
        case "tool_input_end": {
          const call = calls.get(event.callId);
          if (call) complete.add(call);
          return;
        }
        case "usage":
          usage = event.usage;
          return;
        case "finish":
          reason = event.reason;
          return;
        case "response_start":
          return;
      }
    },
    message: () => ({
      role: "assistant",
      content: parts
        .filter((part) => part.type !== "tool_call" || complete.has(part))
        .map((part) => ({ ...part })),
    }),
    usage: () => usage,
    finishReason: () => reason,
  };
}

/** Reads a whole answer. Throws what the stream throws; an answer that never finished is an `Error`. */
export async function collectMessage(
  events: AsyncIterable<ModelEvent>,
): Promise<{ message: AssistantMessage; usage: Usage | undefined; finishReason: FinishReason }> {
  const collector = createMessageCollector();
  for await (const event of events) collector.add(event);
  const finishReason = collector.finishReason();
  if (!finishReason) throw new Error("the answer ended before the model finished it");
  return { message: collector.message(), usage: collector.usage(), finishReason };
}

/** The text of a message: its text parts joined, without reasoning, images and tool calls. */
export function textOf(message: { content: readonly { type: string; text?: string }[] }): string {
  return message.content.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
}
