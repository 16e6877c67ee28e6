import { setTimeout as sleep } from "node:timers/promises";
import type { FinishReason, ModelEvent, ModelInfo, ModelRequest, Provider } from "@zotpilot/provider/model";

/** One answer of a scripted model. */
export type Answer = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;

/** A scripted model, with the requests that it was sent. */
export interface ScriptedProvider extends Provider {
  readonly requests: ModelRequest[];
}

/** Plays the answers in order; a request too many fails. Requests are recorded as they were at that moment. */
export function scripted(...answers: Answer[]): ScriptedProvider {
  const requests: ModelRequest[] = [];
  return {
    id: "scripted",
    requests,
    listModels: async () => [model("model-a"), model("model-b")],
    async *stream(request, { signal } = {}) {
      signal?.throwIfAborted();
      requests.push(structuredClone(request));
      const answer = answers[requests.length - 1];
      if (!answer) throw new Error(`the script has no answer ${requests.length}`);
      yield* answer(request, signal ?? new AbortController().signal);
    },
  };
}

export function model(id: string): ModelInfo {
  return {
    id,
    name: id,
    vendor: "test",
    contextWindow: 1000,
    maxPromptTokens: 900,
    maxOutputTokens: 100,
    supports: { tools: true, images: true, streaming: true, reasoningEfforts: [] },
    endpoints: ["/chat/completions"],
    policy: "enabled",
    listed: true,
    isDefault: id === "model-a",
    preview: false,
  };
}

export interface ScriptedCall {
  id: string;
  name: string;
  arguments?: unknown;
}

/** A whole answer as events. */
export function answerEvents(
  text: string,
  calls: readonly ScriptedCall[] = [],
  reason: FinishReason = calls.length > 0 ? "tool_calls" : "end",
): ModelEvent[] {
  const written = calls.map((call) => ({
    ...call,
    json: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments ?? {}),
  }));
  return [
    { type: "response_start" },
    ...(text === "" ? [] : [{ type: "text_delta" as const, text }]),
    ...written.flatMap(({ id, name, json }): ModelEvent[] => [
      { type: "tool_input_start", callId: id, name },
      { type: "tool_input_delta", callId: id, json },
    ]),
    ...written.map(({ id }): ModelEvent => ({ type: "tool_input_end", callId: id })),
    { type: "usage", usage: { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 0 } },
    { type: "finish", reason },
  ];
}

/** Answers with these events, then with what `after` does. */
export function play(events: readonly ModelEvent[], after?: (signal: AbortSignal) => Promise<void>): Answer {
  return async function* (_request, signal) {
    yield* events;
    await after?.(signal);
  };
}

export const say = (text: string): Answer => play(answerEvents(text));

export const call = (...calls: ScriptedCall[]): Answer => play(answerEvents("", calls));

/** Fails after the events, as a provider does. */
export function failAfter(events: readonly ModelEvent[], error: unknown): Answer {
  return play(events, async () => {
    throw error;
  });
}

/** Waits until it is aborted, and throws as the port says. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  await sleep(60_000, undefined, { signal, ref: false }).catch(() => signal.throwIfAborted());
}

/** An error as the provider package throws it. */
export function providerError(fields: {
  message?: string;
  code?: string;
  retryable?: boolean;
  retryAfterMs?: number;
}): Error {
  return Object.assign(new Error(fields.message ?? "the service is busy"), fields);
}
