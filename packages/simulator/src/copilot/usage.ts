import type { AnswerUsage, SpokenAnswer } from "../answer/answer.ts";
import { argumentsOf } from "./speech.ts";
import { promptTokens, type ValidRequest } from "./valid-request.ts";

/** The token counts an answer is sent with: its own, estimated ones (four characters a token), or none. */
export function usageOf(valid: ValidRequest, spoken: SpokenAnswer): AnswerUsage | null {
  if (spoken.usage !== undefined) return spoken.usage;
  const calls = spoken.toolCalls.map((call) => call.name + argumentsOf(call)).join("");
  return {
    promptTokens: promptTokens(valid.messages) + Math.ceil(JSON.stringify(valid.tools).length / 4),
    completionTokens: tokens(spoken.text.length + calls.length + (spoken.reasoning?.text ?? "").length),
  };
}

/** How many of an answer's tokens are thinking. */
export function reasoningTokens(spoken: SpokenAnswer): number {
  return tokens((spoken.reasoning?.text ?? "").length);
}

/** What an answer costs, in the service's own units; the prices are samples. */
export function copilotUsage(usage: AnswerUsage): Record<string, unknown> {
  const cached = usage.cachedTokens ?? 0;
  const detail = (
    type: string,
    count: number,
    cost: number,
  ): { token_type: string; token_count: number } & Price => ({
    token_type: type,
    token_count: count,
    cost_per_batch: cost,
    batch_size: 1_000_000,
  });
  const details = [
    detail("input", usage.promptTokens - cached, 175_000_000_000),
    detail("cache_read", cached, 17_500_000_000),
    detail("output", usage.completionTokens, 1_400_000_000_000),
  ];
  const total = details.reduce(
    (sum, one) => sum + (one.token_count * one.cost_per_batch) / one.batch_size,
    0,
  );
  return { token_details: details, total_nano_aiu: total };
}

interface Price {
  cost_per_batch: number;
  batch_size: number;
}

function tokens(characters: number): number {
  return Math.ceil(characters / 4);
}
