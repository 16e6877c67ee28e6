import type { z } from "zod";
import type { ModelInfo } from "../model/model-info.ts";
import type { ReasoningEffort } from "../model/request.ts";
import { embeddingModelSchema, modelSchema } from "./schema.ts";

const EFFORTS: readonly string[] = ["minimal", "low", "medium", "high", "xhigh"] satisfies ReasoningEffort[];
/** A model without a list of endpoints answers on this one only. */
const OLDEST_ENDPOINT = "/chat/completions";

/**
 * Reads the list of models entry by entry: one that cannot be read is left out, and so is everything that is not for
 * chat. The first of several entries with the same id wins.
 */
export function readModels(entries: readonly unknown[]): ModelInfo[] {
  const models = new Map<string, ModelInfo>();
  for (const entry of entries) {
    const parsed = modelSchema.safeParse(entry);
    if (!parsed.success || parsed.data.capabilities.type !== "chat") continue;
    const model = parsed.data;
    if (models.has(model.id)) continue;
    const { limits, supports } = model.capabilities;
    const contextWindow = tokens(limits?.max_context_window_tokens);
    const maxPromptTokens = tokens(limits?.max_prompt_tokens) ?? contextWindow ?? 8192;
    const maxOutputTokens = tokens(limits?.max_output_tokens) ?? 4096;
    models.set(model.id, {
      id: model.id,
      name: model.name ?? model.id,
      vendor: model.vendor ?? "",
      ...(typeof model.capabilities.family === "string" && { family: model.capabilities.family }),
      contextWindow: contextWindow ?? maxPromptTokens + maxOutputTokens,
      maxPromptTokens,
      maxOutputTokens,
      supports: {
        tools: supports?.tool_calls === true,
        images: supports?.vision === true,
        // All models for chat do, but for those that say no.
        streaming: supports?.streaming !== false,
        reasoningEfforts: (supports?.reasoning_effort ?? []).filter((effort): effort is ReasoningEffort =>
          EFFORTS.includes(effort),
        ),
        ...(typeof supports?.structured_outputs === "boolean" && {
          structuredOutputs: supports.structured_outputs,
        }),
        ...thinkingOf(supports),
      },
      endpoints: model.supported_endpoints?.length ? model.supported_endpoints : [OLDEST_ENDPOINT],
      policy: policyOf(model.policy?.state),
      listed: model.model_picker_enabled === true,
      isDefault: model.is_chat_default === true,
      preview: model.preview === true,
      ...(typeof model.billing?.multiplier === "number" && {
        billing: { premium: model.billing.is_premium === true, multiplier: model.billing.multiplier },
      }),
    });
  }
  return [...models.values()];
}

/** How many texts each model for embeddings takes at once, where the list says it. */
export function readEmbeddingLimits(entries: readonly unknown[]): Map<string, number> {
  return new Map(
    entries.flatMap((entry) => {
      const parsed = embeddingModelSchema.safeParse(entry);
      return parsed.success ? [[parsed.data.id, parsed.data.capabilities.limits.max_inputs] as const] : [];
    }),
  );
}

function tokens(value: number | null | undefined): number | undefined {
  return typeof value === "number" && value >= 1 ? Math.floor(value) : undefined;
}

function thinkingOf(
  supports: z.infer<typeof modelSchema>["capabilities"]["supports"],
): Pick<ModelInfo["supports"], "thinking"> {
  const maxBudget = tokens(supports?.max_thinking_budget);
  const said = supports?.adaptive_thinking;
  const adaptive = said === true || said === "required" || said === "optional";
  if (maxBudget === undefined && !adaptive) return {};
  const minBudget = tokens(supports?.min_thinking_budget) ?? 1024;
  return { thinking: { adaptive, minBudget, maxBudget: maxBudget ?? 32_000 } };
}

/** A model without a policy needs none. A state that we do not know is left to the service to judge. */
function policyOf(state: string | null | undefined): ModelInfo["policy"] {
  return state === "disabled" || state === "unconfigured" ? state : "enabled";
}

/** The ids that look most like one that does not exist, best first, at most three. */
export function nearestIds(wanted: string, ids: readonly string[]): string[] {
  const limit = Math.max(3, Math.ceil(wanted.length * 0.6));
  return ids
    .map((id) => ({
      id,
      distance: editDistance(wanted.toLowerCase().slice(0, 100), id.toLowerCase().slice(0, 100)),
    }))
    .filter(({ distance }) => distance <= limit)
    .sort((left, right) => left.distance - right.distance)
    .slice(0, 3)
    .map(({ id }) => id);
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
