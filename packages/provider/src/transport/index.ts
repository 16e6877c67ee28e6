export { bearerAuth, placeholderOrigin, type BearerAuthOptions } from "./bearer-auth.ts";
export { defaultHeaders } from "./default-headers.ts";
export { createDispatcher, type DispatcherOptions } from "./dispatcher.ts";
export { createTokenCache, type TokenCache, type TokenCacheOptions } from "./token-cache.ts";
export type { AccessToken, ExchangedToken, TokenExchange, TokenSource } from "./token.ts";
