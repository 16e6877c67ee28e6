import type { ModelRequest, ReasoningEffort } from "../../model/request.ts";
import type { EncodeContext } from "../wire-format.ts";

/** Tokens to set aside for thinking, for models that want a number. */
const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  minimal: 1024,
  low: 4096,
  medium: 10_000,
  high: 20_000,
  xhigh: 32_000,
};

/**
 * The fields that make a model think; none when nothing was asked for, or the model is not known to think. Models that
 * want a budget refuse it where an answer with tool calls would go on that has no thoughts (`resumes`), and every model
 * where a tool must be called.
 */
export function thinkingFields(
  request: ModelRequest,
  context: EncodeContext,
  options: { maxTokens: number; mustCall: boolean; resumes: boolean },
): Record<string, unknown> {
  const effort = request.reasoningEffort;
  const thinking = context.thinking;
  if (effort === undefined || !thinking || options.mustCall) return {};
  if (thinking.adaptive) {
    const takesEffort = context.reasoningEfforts?.includes(effort) !== false;
    return { thinking: { type: "adaptive" }, ...(takesEffort && { output_config: { effort } }) };
  }
  if (options.resumes) return {};
  const most = Math.min(thinking.maxBudget, options.maxTokens - 1);
  const budget = Math.min(Math.max(BUDGETS[effort], thinking.minBudget), most);
  if (budget < thinking.minBudget) return {};
  return { thinking: { type: "enabled", budget_tokens: budget } };
}
