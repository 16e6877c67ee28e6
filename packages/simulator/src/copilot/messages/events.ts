import type { AnswerUsage } from "../../answer/answer.ts";
import type { WireEvent } from "../model-call.ts";
import { pieces, words } from "../speech.ts";
import { copilotUsage } from "../usage.ts";
import { messagesUsage, wholeBlock, type ContentBlock } from "./content.ts";

/** What is constant over one answer. */
export interface MessageContext {
  id: string;
  model: string;
  usage: AnswerUsage | null;
  stopReason: string;
}

/** An answer as the events of a messages stream, with a ping after the first block began. */
export function* messageEvents(
  blocks: readonly ContentBlock[],
  context: MessageContext,
): Generator<WireEvent> {
  const { usage, stopReason } = context;
  const opening = { ...message(context, []), stop_reason: null };
  yield event({
    type: "message_start",
    message: usage === null ? opening : { ...opening, usage: messagesUsage(usage, 1) },
  });
  for (const [index, block] of blocks.entries()) {
    yield event({ type: "content_block_start", index, content_block: openBlock(block) });
    if (index === 0) yield event({ type: "ping" });
    const isCall = block.type === "tool_use";
    for (const delta of deltasOf(block)) {
      yield { isDelta: true, isCall, payload: { type: "content_block_delta", index, delta } };
    }
    yield event({ type: "content_block_stop", index });
  }
  yield event({
    type: "message_delta",
    delta: { stop_reason: stopReason, stop_sequence: null },
    ...fullUsage(usage),
  });
  yield event({ type: "message_stop" });
}

/** The whole answer, for requests that are not streamed. */
export function wholeMessage(
  blocks: readonly ContentBlock[],
  context: MessageContext,
): Record<string, unknown> {
  return { ...message(context, blocks.map(wholeBlock)), ...fullUsage(context.usage) };
}

function message(context: MessageContext, content: readonly unknown[]): Record<string, unknown> {
  return {
    id: context.id,
    type: "message",
    role: "assistant",
    model: context.model,
    content,
    stop_reason: context.stopReason,
    stop_sequence: null,
  };
}

function fullUsage(usage: AnswerUsage | null): Record<string, unknown> {
  if (usage === null) return {};
  return { usage: messagesUsage(usage, usage.completionTokens), copilot_usage: copilotUsage(usage) };
}

function event(payload: Record<string, unknown>): WireEvent {
  return { isDelta: false, payload };
}

function openBlock(block: ContentBlock): Record<string, unknown> {
  switch (block.type) {
    case "thinking":
      return { type: block.type, thinking: "", signature: "" };
    case "redacted_thinking":
      return block;
    case "text":
      return { type: block.type, text: "" };
    case "tool_use":
      return { type: block.type, id: block.id, name: block.name, input: {} };
    default:
      return block satisfies never;
  }
}

function deltasOf(block: ContentBlock): Record<string, unknown>[] {
  switch (block.type) {
    case "thinking":
      return [
        ...words(block.thinking).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: block.signature },
      ];
    case "redacted_thinking":
      return [];
    case "text":
      return words(block.text).map((text) => ({ type: "text_delta", text }));
    case "tool_use":
      return ["", ...pieces(block.json)].map((json) => ({ type: "input_json_delta", partial_json: json }));
    default:
      return block satisfies never;
  }
}
