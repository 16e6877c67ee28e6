import { randomBytes } from "node:crypto";
import type { AnswerUsage, ScriptedToolCall, SpokenAnswer } from "../answer/answer.ts";
import type { ModelEntry } from "./model-catalogue.ts";

/** One `data:` line of a stream. A chunk that carries a delta can be paced and counted. */
export interface Chunk {
  isDelta: boolean;
  /** It belongs to a tool call, which nobody reads as it comes. */
  isCall?: boolean;
  payload: Record<string, unknown>;
}

const SAFE = {
  hate: { filtered: false, severity: "safe" },
  self_harm: { filtered: false, severity: "safe" },
  sexual: { filtered: false, severity: "safe" },
  violence: { filtered: false, severity: "safe" },
};

/** What is constant over one answer. */
export interface ChunkContext {
  model: ModelEntry;
  /** Unix seconds. */
  created: number;
  usage: AnswerUsage | null;
  finishReason: string;
}

/**
 * An answer as the chunks of a stream, in the manner of the model's vendor: Claude sends no prompt filter, repeats
 * the role, gives every tool call `index: 0` and puts the usage into the finish chunk.
 */
export function chunksOf(spoken: SpokenAnswer, context: ChunkContext): Chunk[] {
  return context.model.vendor === "Anthropic" ? claudeChunks(spoken, context) : openaiChunks(spoken, context);
}

function openaiChunks(spoken: SpokenAnswer, context: ChunkContext): Chunk[] {
  const base = {
    created: context.created,
    id: `chatcmpl-${randomBytes(12).toString("hex")}`,
    model: context.model.version,
    object: "chat.completion.chunk",
    system_fingerprint: "fp_simulator",
    usage: null,
  };
  const filtered = {
    content_filter_offsets: { check_offset: 0, start_offset: 0, end_offset: 0 },
    content_filter_results: SAFE,
  };
  const chunk = (delta: Record<string, unknown>, more: Record<string, unknown> = {}): Chunk => ({
    isDelta: true,
    payload: { choices: [{ index: 0, delta, finish_reason: null, logprobs: null, ...more }], ...base },
  });
  const prompt = { content_filter_results: SAFE, prompt_index: 0 };
  const filter = {
    choices: [],
    created: 0,
    id: "",
    model: "",
    object: "",
    prompt_filter_results: [prompt],
  };
  const chunks: Chunk[] = [{ isDelta: false, payload: filter }];
  if (spoken.reasoning !== undefined) {
    chunks.push(...reasoningDeltas(spoken.reasoning).map((delta) => chunk({ content: null, ...delta })));
  }
  const isText = spoken.text !== "";
  if (isText || spoken.toolCalls.length === 0) {
    const opening = chunk({ content: "", role: "assistant" }, filtered);
    chunks.push({ ...opening, isDelta: false });
    chunks.push(...words(spoken.text).map((content) => chunk({ content }, filtered)));
  }
  for (const [index, call] of spoken.toolCalls.entries()) {
    const opening = {
      function: { arguments: "", name: call.name },
      id: callId(call, "call_"),
      index,
      type: "function",
    };
    const role = index === 0 && !isText ? { role: "assistant" } : {};
    chunks.push({ ...chunk({ content: null, ...role, tool_calls: [opening] }), isCall: true });
    for (const piece of pieces(argumentsOf(call))) {
      const more = { function: { arguments: piece }, index };
      chunks.push({ ...chunk({ content: null, tool_calls: [more] }), isCall: true });
    }
  }
  const finish = chunk(
    { content: null },
    { finish_reason: context.finishReason, ...(isText ? filtered : {}) },
  );
  chunks.push({ ...finish, isDelta: false });
  if (context.usage !== null) {
    chunks.push({ isDelta: false, payload: { choices: [], ...base, usage: usageFields(context.usage) } });
  }
  return chunks;
}

function claudeChunks(spoken: SpokenAnswer, context: ChunkContext): Chunk[] {
  const base = {
    created: context.created,
    id: randomBytes(16).toString("hex"),
    model: context.model.id,
  };
  const chunk = (delta: Record<string, unknown>): Chunk => ({
    isDelta: true,
    payload: { choices: [{ index: 0, delta: { ...delta, role: "assistant" } }], ...base },
  });
  const chunks: Chunk[] = [];
  if (spoken.reasoning !== undefined) {
    chunks.push(...reasoningDeltas(spoken.reasoning).map((delta) => chunk({ content: null, ...delta })));
  }
  chunks.push(...words(spoken.text).map((content) => chunk({ content })));
  for (const call of spoken.toolCalls) {
    const opening = { function: { name: call.name }, id: callId(call, "toolu_"), index: 0, type: "function" };
    chunks.push({ ...chunk({ content: null, tool_calls: [opening] }), isCall: true });
    for (const piece of pieces(argumentsOf(call))) {
      const more = { function: { arguments: piece }, index: 0, type: "function" };
      chunks.push({ ...chunk({ content: null, tool_calls: [more] }), isCall: true });
    }
  }
  chunks.push({
    isDelta: false,
    payload: {
      choices: [{ index: 0, finish_reason: context.finishReason, delta: { content: null } }],
      ...base,
      ...(context.usage === null ? {} : { usage: usageFields(context.usage) }),
    },
  });
  return chunks;
}

function reasoningDeltas(reasoning: NonNullable<SpokenAnswer["reasoning"]>): Record<string, unknown>[] {
  const deltas: Record<string, unknown>[] = words(reasoning.text ?? "").map((text) => ({
    reasoning_text: text,
  }));
  if (reasoning.opaque !== undefined) deltas.push({ reasoning_opaque: reasoning.opaque });
  return deltas;
}

/** The arguments of a call as JSON text, or as the script wrote them. */
export function argumentsOf(call: ScriptedToolCall): string {
  return typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments ?? {});
}

/** The id of a call, made up with the vendor's prefix when the script gave none. */
export function callId(call: ScriptedToolCall, prefix: string): string {
  return call.id ?? `${prefix}${randomBytes(12).toString("hex")}`;
}

/** Usage in the form of the API. */
export function usageFields(usage: AnswerUsage): Record<string, unknown> {
  return {
    completion_tokens: usage.completionTokens,
    completion_tokens_details: {
      accepted_prediction_tokens: 0,
      reasoning_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    prompt_tokens: usage.promptTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens ?? 0 },
    total_tokens: usage.promptTokens + usage.completionTokens,
  };
}

/** Text in words, each with the white space before it, so that their concatenation is the text. */
function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** Arguments in pieces of a few characters, as models send them; code points stay whole. */
function pieces(text: string): string[] {
  const points = Array.from(text);
  const result: string[] = [];
  for (let start = 0; start < points.length; start += 12)
    result.push(points.slice(start, start + 12).join(""));
  return result;
}
