import type { AnswerUsage } from "../../answer/answer.ts";

/** What is constant over one answer. */
export interface ResponseContext {
  model: string;
  /** Unix seconds. */
  created: number;
  usage: AnswerUsage | null;
  /** How many of the tokens are thinking. */
  reasoningTokens: number;
  finishReason: string;
  /** The request, whose settings come back. */
  body: Readonly<Record<string, unknown>>;
  /** The id for whatever is sent next: the response, or what belongs to an item. */
  nextId(kind: "resp" | "rs" | "msg" | "fc", outputIndex?: number): string;
}

/** The state of a response. */
export type ResponseStatus = "in_progress" | "completed" | "incomplete" | "failed" | "cancelled";

/** The `response` object, in which the settings of the request come back. */
export function responseObject(
  context: ResponseContext,
  status: ResponseStatus,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const { body } = context;
  return {
    id: context.nextId("resp"),
    object: "response",
    created_at: context.created,
    status,
    background: false,
    completed_at: status === "completed" ? context.created : null,
    error: null,
    incomplete_details: null,
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    max_tool_calls: null,
    model: context.model,
    output: [],
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    previous_response_id: null,
    prompt_cache_key: body["prompt_cache_key"] ?? null,
    reasoning: body["reasoning"] ?? { effort: "medium", summary: null },
    safety_identifier: null,
    service_tier: "default",
    store: false,
    temperature: 1,
    text: body["text"] ?? { format: { type: "text" }, verbosity: "medium" },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_logprobs: 0,
    top_p: body["top_p"] ?? 1,
    truncation: body["truncation"] ?? "disabled",
    usage: null,
    user: null,
    metadata: {},
    ...more,
  };
}

/** Usage in the form of the responses API. */
export function responseUsage(context: ResponseContext): Record<string, unknown> | null {
  const { usage, reasoningTokens } = context;
  if (usage === null) return null;
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens ?? 0 },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: usage.promptTokens + usage.completionTokens,
  };
}
