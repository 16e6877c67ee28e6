export { bearerAuth, placeholderOrigin, type BearerAuthOptions } from "./bearer-auth.ts";
export { defaultHeaders } from "./default-headers.ts";
export { createAgent, createDispatcher, type AgentOptions, type DispatcherOptions } from "./dispatcher.ts";
export { phaseTimeouts } from "./phase-timeouts.ts";
export type { ProxyOptions } from "./proxy.ts";
export { quietRetry, type QuietRetryOptions } from "./quiet-retry.ts";
export { defaultTimeouts, type Timeouts } from "./timeouts.ts";
export { createTokenCache, type TokenCache, type TokenCacheOptions } from "./token-cache.ts";
export type { AccessToken, ExchangedToken, TokenExchange, TokenSource } from "./token.ts";
