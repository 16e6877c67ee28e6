import { isRecord } from "../../errors/error-body.ts";
import type { Usage } from "../../model/usage.ts";
import { count, nanoAiuOf } from "../schema.ts";

/** Reads `usage` (and Copilot's own `copilot_usage` beside it) of a chunk or answer; `undefined` when there is none. */
export function readUsage(source: Record<string, unknown>): Usage | undefined {
  const given = source["usage"];
  if (!isRecord(given)) return undefined;
  const prompt = isRecord(given["prompt_tokens_details"]) ? given["prompt_tokens_details"] : {};
  const completion = isRecord(given["completion_tokens_details"]) ? given["completion_tokens_details"] : {};
  const inputTokens = count(given["prompt_tokens"]);
  const completionTokens = count(given["completion_tokens"]);
  const reasoningTokens = count(completion["reasoning_tokens"]) || count(given["reasoning_tokens"]);
  const total = count(given["total_tokens"]);
  // Gemini counts reasoning beside the completion instead of in it; the total tells.
  const beside = total === inputTokens + completionTokens + reasoningTokens;
  const usage: Usage = {
    inputTokens,
    outputTokens: beside ? completionTokens + reasoningTokens : completionTokens,
    cachedInputTokens: count(prompt["cached_tokens"]),
    reasoningTokens,
  };
  const nano = nanoAiuOf(source);
  if (nano !== undefined) usage.nanoAiu = nano;
  return usage;
}
