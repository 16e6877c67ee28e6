export { createCopilot, type Copilot, type CopilotOptions } from "./copilot/copilot.ts";
export { defaultClientId, defaultIdentity, type ClientIdentity } from "./copilot/identity.ts";
export type { CopilotQuota, CopilotUser } from "./copilot/user.ts";
export {
  isProviderError,
  ProviderError,
  type ProviderErrorCode,
  type ProviderErrorOptions,
} from "./errors.ts";
export * from "./model/index.ts";
export type { Timeouts } from "./transport/timeouts.ts";
