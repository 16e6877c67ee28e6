/** One entry of `GET /models`, as far as the simulator reads it; the rest is passed on. */
export interface ModelEntry {
  id: string;
  name: string;
  vendor: string;
  version: string;
  model_picker_enabled: boolean;
  policy?: { state: string; terms: string };
  billing?: { is_premium: boolean; multiplier: number; restricted_to?: readonly string[] };
  /** Absent means `/chat/completions` only. */
  supported_endpoints?: readonly string[];
  capabilities: {
    type: string;
    family: string;
    limits?: { max_prompt_tokens?: number; max_context_window_tokens?: number; [limit: string]: unknown };
    supports: Record<string, unknown>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

interface Draft {
  id: string;
  name: string;
  vendor: string;
  family?: string;
  version?: string;
  preview?: boolean;
  category?: string;
  policy?: "enabled" | "disabled" | "unconfigured";
  multiplier?: number;
  /** The plans that may use it; all when left out. */
  plans?: readonly string[];
  endpoints?: readonly string[];
  /** Context window, longest prompt, longest answer. */
  tokens: readonly [number, number | undefined, number];
  images?: number;
  /** Kinds of images besides the usual three. */
  imageTypes?: readonly string[];
  supports: Record<string, unknown>;
}

const TOOLS = { streaming: true, tool_calls: true, parallel_tool_calls: true };
/** Every plan that costs something. */
const PAID = ["pro", "pro_plus", "business", "enterprise"];
const SEEING = { ...TOOLS, vision: true };

const CHAT_MODELS: readonly Draft[] = [
  {
    id: "gpt-4.1",
    name: "GPT-4.1",
    vendor: "Azure OpenAI",
    version: "gpt-4.1-2025-04-14",
    policy: "enabled",
    multiplier: 0,
    tokens: [128_000, 111_424, 16_384],
    images: 1,
    supports: { ...SEEING, structured_outputs: true, prediction: true },
  },
  {
    id: "gpt-5-mini",
    name: "GPT-5 mini",
    vendor: "Azure OpenAI",
    category: "lightweight",
    policy: "enabled",
    multiplier: 0,
    endpoints: ["/chat/completions", "/responses", "ws:/responses"],
    tokens: [264_000, 128_000, 64_000],
    images: 1,
    supports: { ...SEEING, structured_outputs: true, reasoning_effort: ["low", "medium", "high"] },
  },
  {
    id: "gpt-5.2-codex",
    name: "GPT-5.2-Codex",
    vendor: "OpenAI",
    category: "powerful",
    policy: "enabled",
    multiplier: 1,
    plans: PAID,
    endpoints: ["/responses", "ws:/responses"],
    tokens: [400_000, 272_000, 128_000],
    images: 1,
    supports: { ...SEEING, structured_outputs: true, reasoning_effort: ["low", "medium", "high", "xhigh"] },
  },
  {
    id: "claude-sonnet-4.5",
    name: "Claude Sonnet 4.5",
    vendor: "Anthropic",
    policy: "enabled",
    multiplier: 1,
    plans: PAID,
    endpoints: ["/chat/completions", "/v1/messages"],
    tokens: [144_000, 128_000, 16_000],
    images: 5,
    supports: { ...SEEING, max_thinking_budget: 32_000, min_thinking_budget: 1024 },
  },
  {
    id: "claude-haiku-4.5",
    name: "Claude Haiku 4.5",
    vendor: "Anthropic",
    category: "lightweight",
    policy: "enabled",
    multiplier: 0.33,
    plans: PAID,
    endpoints: ["/v1/messages"],
    tokens: [144_000, 128_000, 16_000],
    images: 5,
    supports: { ...SEEING, max_thinking_budget: 32_000, min_thinking_budget: 1024 },
  },
  {
    id: "claude-opus-4.6",
    name: "Claude Opus 4.6",
    vendor: "Anthropic",
    category: "powerful",
    policy: "unconfigured",
    multiplier: 3,
    plans: ["pro_plus", "business", "enterprise"],
    endpoints: ["/v1/messages", "/chat/completions"],
    tokens: [200_000, 128_000, 64_000],
    images: 5,
    supports: {
      ...SEEING,
      adaptive_thinking: true,
      max_thinking_budget: 32_000,
      min_thinking_budget: 1024,
      reasoning_effort: ["low", "medium", "high"],
      tool_search: true,
      context_editing: true,
    },
  },
  {
    id: "gemini-3-pro-preview",
    name: "Gemini 3 Pro",
    vendor: "Google",
    family: "gemini-3-pro",
    preview: true,
    category: "powerful",
    policy: "enabled",
    multiplier: 1,
    plans: PAID,
    tokens: [128_000, 128_000, 64_000],
    images: 10,
    imageTypes: ["image/heic", "image/heif"],
    supports: { ...SEEING, max_thinking_budget: 32_768, min_thinking_budget: 256 },
  },
  {
    id: "grok-code-fast-1",
    name: "Grok Code Fast 1",
    vendor: "xAI",
    family: "grok-code",
    category: "lightweight",
    policy: "disabled",
    multiplier: 0.25,
    tokens: [128_000, 128_000, 64_000],
    supports: { streaming: true, tool_calls: true, structured_outputs: true },
  },
  {
    id: "nova-sample-1",
    name: "Nova Sample 1",
    vendor: "A Vendor Nobody Knows",
    family: "nova",
    preview: true,
    multiplier: 1,
    tokens: [64_000, undefined, 8192],
    supports: { streaming: false, tool_calls: true },
  },
];

/** The models the simulator offers: chat on each endpoint and on several, every policy state, an unknown vendor, embeddings, completion. */
export function modelCatalogue(): ModelEntry[] {
  return [
    ...CHAT_MODELS.map(chatModel),
    otherModel("text-embedding-3-small", "Embedding V3 small", "embeddings", { dimensions: true }),
    otherModel("gpt-41-copilot", "GPT-4.1 Copilot", "completion", { streaming: true }),
  ];
}

function chatModel(draft: Draft): ModelEntry {
  const [context, prompt, output] = draft.tokens;
  const vision = {
    max_prompt_image_size: 3_145_728,
    max_prompt_images: draft.images,
    supported_media_types: ["image/jpeg", "image/png", "image/webp", ...(draft.imageTypes ?? [])],
  };
  const multiplier = draft.multiplier ?? 0;
  return {
    billing: {
      is_premium: multiplier > 0,
      multiplier,
      ...(draft.plans === undefined ? {} : { restricted_to: draft.plans }),
    },
    capabilities: {
      family: draft.family ?? draft.id,
      limits: {
        max_context_window_tokens: context,
        max_output_tokens: output,
        ...(prompt === undefined ? {} : { max_prompt_tokens: prompt }),
        ...(draft.images === undefined ? {} : { vision }),
      },
      object: "model_capabilities",
      supports: draft.supports,
      tokenizer: "o200k_base",
      type: "chat",
    },
    id: draft.id,
    is_chat_default: draft.id === "gpt-4.1",
    is_chat_fallback: draft.id === "gpt-4.1",
    model_picker_category: draft.category ?? "versatile",
    model_picker_enabled: true,
    name: draft.name,
    object: "model",
    preview: draft.preview ?? false,
    vendor: draft.vendor,
    version: draft.version ?? draft.id,
    ...(draft.policy === undefined
      ? {}
      : { policy: { state: draft.policy, terms: `(sample terms for ${draft.name})` } }),
    ...(draft.endpoints === undefined ? {} : { supported_endpoints: draft.endpoints }),
  };
}

function otherModel(id: string, name: string, type: string, supports: Record<string, unknown>): ModelEntry {
  return {
    capabilities: {
      family: id,
      object: "model_capabilities",
      supports,
      tokenizer: type === "embeddings" ? "cl100k_base" : "o200k_base",
      type,
      ...(type === "embeddings" ? { limits: { max_inputs: 512 } } : {}),
    },
    id,
    is_chat_default: false,
    is_chat_fallback: false,
    model_picker_enabled: false,
    name,
    object: "model",
    preview: false,
    vendor: "Azure OpenAI",
    version: id,
  };
}
