import type { ModelInfo } from "../model/model-info.ts";
import { listedModelSchema } from "./schema.ts";

/** What is known about a model beforehand; everything but the id may be left out. */
export type KnownModel = { id: string } & Partial<ModelInfo>;

/** What to take for granted of models that nothing is said about. */
export interface ModelDefaults {
  vendor: string;
  /** The path of the wire that they answer on. */
  endpoint: string;
  contextWindow: number;
  maxOutputTokens: number;
}

/**
 * Puts together what a service lists and what the caller knows, which counts more. Entries that cannot be read are left
 * out; models that only the caller knows come last.
 */
export function mergeModels(
  entries: readonly unknown[],
  known: readonly KnownModel[],
  defaults: ModelDefaults,
): ModelInfo[] {
  const models = new Map<string, ModelInfo>();
  for (const entry of entries) {
    const parsed = listedModelSchema.safeParse(entry);
    if (!parsed.success || models.has(parsed.data.id)) continue;
    const { id } = parsed.data;
    const mine = known.find((model) => model.id === id);
    models.set(id, { ...describe(parsed.data, defaults), ...mine });
  }
  for (const model of known) {
    if (!models.has(model.id)) models.set(model.id, { ...describe({ id: model.id }, defaults), ...model });
  }
  return [...models.values()];
}

type Listed = { id: string } & Partial<ReturnType<typeof listedModelSchema.parse>>;

function describe(listed: Listed, defaults: ModelDefaults): ModelInfo {
  const contextWindow =
    positive(
      listed.context_length ??
        listed.context_window ??
        listed.max_context_length ??
        listed.max_model_len ??
        listed.max_input_tokens,
    ) ?? defaults.contextWindow;
  const { image_input: images, structured_outputs: structured, thinking } = listed.capabilities ?? {};
  const types = thinking?.types;
  return {
    id: listed.id,
    name: listed.display_name ?? listed.name ?? listed.id,
    vendor: listed.owned_by ?? defaults.vendor,
    contextWindow,
    maxPromptTokens: contextWindow,
    maxOutputTokens: Math.min(
      contextWindow,
      positive(listed.max_output_tokens ?? listed.max_completion_tokens ?? listed.max_tokens) ??
        defaults.maxOutputTokens,
    ),
    supports: {
      tools: true,
      images: images?.supported === true,
      streaming: true,
      reasoningEfforts: [],
      ...(typeof structured?.supported === "boolean" && { structuredOutputs: structured.supported }),
      ...((types?.adaptive?.supported === true || types?.enabled?.supported === true) && {
        thinking: { adaptive: types.adaptive?.supported === true, minBudget: 1024, maxBudget: 32_000 },
      }),
    },
    endpoints: [defaults.endpoint],
    policy: "enabled",
    listed: true,
    isDefault: false,
    preview: false,
  };
}

function positive(value: number | null | undefined): number | undefined {
  return typeof value === "number" && value >= 1 ? Math.floor(value) : undefined;
}
