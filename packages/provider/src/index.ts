export { createCopilot } from "./copilot/copilot.ts";
export type { Copilot, CopilotOptions, CopilotSdkOptions } from "./copilot/copilot-client.ts";
export { collectCompletion, type CollectedCompletion } from "./copilot/completions/complete.ts";
export type {
  CompletionAnnotation,
  CompletionEvent,
  CompletionRequest,
} from "./copilot/completions/request.ts";
export type { EmbeddingOptions, Embeddings } from "./copilot/embeddings.ts";
export { defaultClientId, defaultIdentity, type ClientIdentity } from "./copilot/identity.ts";
export type { GithubTokenSource } from "./copilot/github-token.ts";
export type { ModelCache, ModelList } from "./copilot/model-list.ts";
export type { CopilotNotification } from "./copilot/notification.ts";
export type { CopilotQuotaState, CopilotUsageWindow } from "./copilot/quota-headers.ts";
export type { CopilotQuota, CopilotUser } from "./copilot/user.ts";
export {
  isProviderError,
  ProviderError,
  type ProviderErrorCode,
  type ProviderErrorOptions,
} from "./errors.ts";
export * from "./model/index.ts";
export {
  createOpenAICompatible,
  type OpenAICompatibleOptions,
  type ServiceProvider,
  type WireName,
} from "./openai-compatible/openai-compatible.ts";
export {
  createAnthropic,
  createOllama,
  createOpenAI,
  type ServiceOptions,
} from "./openai-compatible/services.ts";
export type { ApiKey } from "./openai-compatible/api-key.ts";
export type { KnownModel } from "./openai-compatible/models.ts";
export type { Timeouts } from "./transport/timeouts.ts";
