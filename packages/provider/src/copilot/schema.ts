import { z } from "zod";

/** A field that may be missing, null or of a wrong type without harm: then it counts as missing. */
function loose<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(undefined);
}

const endpointsSchema = loose(z.object({ api: loose(z.string()), proxy: loose(z.string()) }));

/** The answer of the token exchange. Only `token` must be right. */
export const tokenSchema = z.object({
  token: z.string().min(1),
  expires_at: loose(z.number()),
  refresh_in: loose(z.number()),
  endpoints: endpointsSchema,
  user_notification: loose(
    z.object({
      message: z.string(),
      notification_id: loose(z.string()),
      title: loose(z.string()),
      url: loose(z.string()),
    }),
  ),
});

/** The refusal of the token exchange. */
export const refusalSchema = z.object({
  error_details: z.object({
    message: loose(z.string()),
    notification_id: loose(z.string()),
    title: loose(z.string()),
    url: loose(z.string()),
  }),
});

/** The list of models; entries are read one by one. */
export const modelListSchema = z.object({ data: z.array(z.unknown()) });

/** One model. */
export const modelSchema = z.object({
  id: z.string().min(1).max(200),
  name: loose(z.string()),
  vendor: loose(z.string()),
  preview: loose(z.boolean()),
  is_chat_default: loose(z.boolean()),
  model_picker_enabled: loose(z.boolean()),
  policy: loose(z.object({ state: loose(z.string()) })),
  billing: loose(z.object({ is_premium: loose(z.boolean()), multiplier: loose(z.number()) })),
  supported_endpoints: loose(z.array(z.string())),
  capabilities: z.object({
    type: z.string(),
    family: loose(z.string()),
    limits: loose(
      z.object({
        max_context_window_tokens: loose(z.number()),
        max_prompt_tokens: loose(z.number()),
        max_output_tokens: loose(z.number()),
      }),
    ),
    supports: loose(
      z.object({
        streaming: loose(z.boolean()),
        tool_calls: loose(z.boolean()),
        vision: loose(z.boolean()),
        reasoning_effort: loose(z.array(z.string())),
        structured_outputs: loose(z.boolean()),
        adaptive_thinking: loose(z.union([z.boolean(), z.string()])),
        min_thinking_budget: loose(z.number()),
        max_thinking_budget: loose(z.number()),
      }),
    ),
  }),
});

const quotaSchema = z.object({
  entitlement: loose(z.number()),
  remaining: loose(z.number()),
  quota_remaining: loose(z.number()),
  percent_remaining: loose(z.number()),
  unlimited: loose(z.boolean()),
  overage_count: loose(z.number()),
  overage_permitted: loose(z.boolean()),
});

/** What GitHub tells about the account; every field may be missing. */
export const userSchema = z.object({
  login: loose(z.string()),
  access_type_sku: loose(z.string()),
  copilot_plan: loose(z.string()),
  quota_reset_date_utc: loose(z.string()),
  quota_reset_date: loose(z.string()),
  limited_user_reset_date: loose(z.union([z.string(), z.number()])),
  endpoints: endpointsSchema,
  quota_snapshots: loose(z.record(z.string(), loose(quotaSchema))),
  limited_user_quotas: loose(z.record(z.string(), loose(z.number()))),
  monthly_quotas: loose(z.record(z.string(), loose(z.number()))),
});

/** Embeddings, as the service gives them: in any order. */
export const embeddingsSchema = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()) })),
  model: loose(z.string()),
  usage: loose(z.object({ prompt_tokens: loose(z.number()), total_tokens: loose(z.number()) })),
});

/** What is read of a model for embeddings. */
export const embeddingModelSchema = z.object({
  id: z.string().min(1),
  capabilities: z.object({
    type: z.literal("embeddings"),
    limits: z.object({ max_inputs: z.int().positive() }),
  }),
});

/** The cached copy of a model list: what the service answered, with when and from where. */
export const savedModelsSchema = z.object({
  version: z.literal(1),
  host: z.string(),
  savedAt: z.iso.datetime(),
  data: z.array(z.unknown()),
});
