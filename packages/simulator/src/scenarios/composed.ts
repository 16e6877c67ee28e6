/** A tool call part of a delta. */
export interface CallPart {
  id?: string;
  index?: number;
  type?: string;
  function: { name?: string; arguments?: string };
}

/** A chunk with one choice. */
export function chunk(
  delta: Record<string, unknown>,
  finishReason: string | null = null,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    choices: [{ index: 0, delta, finish_reason: finishReason }],
    created: 1_790_000_000,
    id: "chatcmpl-COMPOSED",
    model: "gpt-4.1-2025-04-14",
    object: "chat.completion.chunk",
    ...more,
  };
}

/** A chunk with a tool call part. */
export function callChunk(part: CallPart, more: Record<string, unknown> = {}): Record<string, unknown> {
  return chunk({ content: null, tool_calls: [part], ...more });
}

/** Chunks as an event stream, with or without the closing `[DONE]`. */
export function eventStream(chunks: readonly Record<string, unknown>[], done = true): string {
  const lines = chunks.map((payload) => `data: ${JSON.stringify(payload)}\n\n`);
  return lines.join("") + (done ? "data: [DONE]\n\n" : "");
}

/** The call `read {"path":"README.md"}`, whole. */
export const readmeCall: CallPart = {
  id: "call_COMPOSED1",
  index: 0,
  type: "function",
  function: { name: "read", arguments: '{"path":"README.md"}' },
};

/** Usage numbers of a small answer. */
export const smallUsage = { prompt_tokens: 40, completion_tokens: 8, total_tokens: 48 };
