import type { AnswerUsage, SpokenAnswer } from "../../answer/answer.ts";
import { isRecord } from "../../http/call.ts";
import type { Seals } from "../seals.ts";
import { argumentsOf, callId } from "../speech.ts";
import { asksToThink } from "./settings.ts";

/** One block of an answer. */
export type ContentBlock =
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "redacted_thinking"; data: string }
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; json: string };

/** An answer as blocks. Thinking comes only when the request asks for it; opaque state without a text is redacted. */
export function contentBlocks(
  spoken: SpokenAnswer,
  body: Readonly<Record<string, unknown>>,
  seals: Seals,
): ContentBlock[] {
  const blocks: ContentBlock[] = [];
  if (spoken.reasoning !== undefined && asksToThink(body)) {
    const { text = "", opaque } = spoken.reasoning;
    if (opaque !== undefined) seals.adopt(opaque);
    blocks.push(
      text === "" && opaque !== undefined
        ? { type: "redacted_thinking", data: opaque }
        : { type: "thinking", thinking: text, signature: opaque ?? seals.make(text) },
    );
  }
  if (spoken.text !== "") blocks.push({ type: "text", text: spoken.text });
  for (const call of spoken.toolCalls) {
    blocks.push({ type: "tool_use", id: callId(call, "toolu_"), name: call.name, json: argumentsOf(call) });
  }
  return blocks;
}

/** A block as it is in an answer that is not streamed. */
export function wholeBlock(block: ContentBlock): Record<string, unknown> {
  if (block.type !== "tool_use") return block;
  const { type, id, name } = block;
  return { type, id, name, input: parsedInput(block.json) };
}

/** Why the model stopped, in the words of the messages API. */
export function stopReason(spoken: SpokenAnswer): string {
  const reason = spoken.finishReason ?? (spoken.toolCalls.length > 0 ? "tool_calls" : "stop");
  return Object.hasOwn(STOP_REASONS, reason) ? (STOP_REASONS[reason] ?? reason) : reason;
}

const STOP_REASONS: Record<string, string> = {
  stop: "end_turn",
  tool_calls: "tool_use",
  length: "max_tokens",
  content_filter: "refusal",
};

/** Usage in the form of the messages API; `output` is what was said so far. */
export function messagesUsage(usage: AnswerUsage, output: number): Record<string, unknown> {
  const cached = usage.cachedTokens ?? 0;
  return {
    input_tokens: usage.promptTokens - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
  };
}

/** Arguments that are no JSON cannot be said in this form. */
function parsedInput(json: string): unknown {
  try {
    const parsed: unknown = JSON.parse(json);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
