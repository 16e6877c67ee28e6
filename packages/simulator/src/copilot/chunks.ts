import { randomBytes } from "node:crypto";
import type { AnswerUsage, SpokenAnswer } from "../answer/answer.ts";
import type { WireEvent } from "./model-call.ts";
import type { ModelEntry } from "./model-catalogue.ts";
import { argumentsOf, callId, pieces, words } from "./speech.ts";

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
  /** How many of the tokens are thinking. */
  reasoningTokens: number;
  finishReason: string;
}

/**
 * An answer as the chunks of a stream, in the manner of the model's vendor: Claude sends no prompt filter, repeats
 * the role, gives every tool call `index: 0` and puts the usage into the finish chunk.
 */
export function chunksOf(spoken: SpokenAnswer, context: ChunkContext): WireEvent[] {
  return context.model.vendor === "Anthropic" ? claudeChunks(spoken, context) : openaiChunks(spoken, context);
}

function openaiChunks(spoken: SpokenAnswer, context: ChunkContext): WireEvent[] {
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
  const chunk = (delta: Record<string, unknown>, more: Record<string, unknown> = {}): WireEvent => ({
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
  const chunks: WireEvent[] = [{ isDelta: false, payload: filter }];
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
    chunks.push({ isDelta: false, payload: { choices: [], ...base, usage: usageFields(context) } });
  }
  return chunks;
}

function claudeChunks(spoken: SpokenAnswer, context: ChunkContext): WireEvent[] {
  const base = {
    created: context.created,
    id: randomBytes(16).toString("hex"),
    model: context.model.id,
  };
  const chunk = (delta: Record<string, unknown>): WireEvent => ({
    isDelta: true,
    payload: { choices: [{ index: 0, delta: { ...delta, role: "assistant" } }], ...base },
  });
  const chunks: WireEvent[] = [];
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
      ...(context.usage === null ? {} : { usage: usageFields(context) }),
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

/** Usage in the form of the API. */
export function usageFields(context: ChunkContext): Record<string, unknown> | null {
  const { usage } = context;
  if (usage === null) return null;
  return {
    completion_tokens: usage.completionTokens,
    completion_tokens_details: {
      accepted_prediction_tokens: 0,
      reasoning_tokens: context.reasoningTokens,
      rejected_prediction_tokens: 0,
    },
    prompt_tokens: usage.promptTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens ?? 0 },
    total_tokens: usage.promptTokens + usage.completionTokens,
  };
}
