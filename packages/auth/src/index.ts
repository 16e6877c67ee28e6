export { AuthError, isAuthError } from "./errors.ts";
export type { AuthErrorCode } from "./errors.ts";

export { login } from "./login.ts";
export { defaultClientId } from "./client-id.ts";
export type { LoginEvent, LoginOptions, OpenBrowser } from "./login.ts";
export { resolveCredential } from "./resolve.ts";
export type { OwnSourcesOnly, ResolveOptions, ResolvedCredential } from "./resolve.ts";
export { saveToken } from "./save-token.ts";
export type { SaveTokenOptions, SavedToken } from "./save-token.ts";
export { signOut } from "./sign-out.ts";
export type { SignOutOptions, SignOutReport, SignedOut } from "./sign-out.ts";
export { revokeUrl } from "./revoke-url.ts";
export type { RevokeQuestion } from "./revoke-url.ts";

export { createAccounts } from "./accounts/accounts.ts";
export type { Account, AccountScope, Accounts, AccountsOptions } from "./accounts/accounts.ts";

export { credentialSources } from "./sources/sources.ts";
export type {
  CredentialSource,
  CredentialSourceName,
  Environment,
  ForeignSource,
} from "./sources/sources.ts";
export { createApiKeyReader } from "./sources/command.ts";
export type { ApiKeyCommand, ApiKeyReader, ApiKeyReaderOptions } from "./sources/command.ts";
export { readTokenFrom } from "./sources/stdin.ts";

export { describeToken } from "./token/kind.ts";
export type { TokenDescription, TokenKind } from "./token/kind.ts";
export { describeCredential } from "./token/state.ts";
export type { CredentialState } from "./token/state.ts";
export { explainTokenRefusal } from "./token/refusal.ts";
export type { TokenRefusal } from "./token/refusal.ts";
export { verifyToken } from "./token/verify.ts";
export type { VerifiedToken, VerifyOptions } from "./token/verify.ts";

export { diagnoseHost } from "./diagnose/diagnose-host.ts";
export type { DiagnoseOptions } from "./diagnose/diagnose-host.ts";
export type { Finding } from "./diagnose/finding.ts";

export { createTokenRefresher } from "./refresh/refresher.ts";
export type { RefresherOptions, TokenRefresher, TokenRequest } from "./refresh/refresher.ts";

export { credentialId } from "./store/credential-store.ts";
export type { Credential, CredentialStore, ExclusiveWait } from "./store/credential-store.ts";
export { createFileStore } from "./store/file-store.ts";
export type { FileStoreOptions } from "./store/file-store.ts";
export { createMemoryStore } from "./store/memory-store.ts";
export { withMemoryFallback } from "./store/memory-fallback.ts";
export { loadKeychainBackend } from "./store/keychain-backend.ts";
export type { KeychainBackend } from "./store/keychain-backend.ts";
export { createKeychainStore } from "./store/keychain-store.ts";
export type { KeychainStoreOptions } from "./store/keychain-store.ts";
export { openCredentialStore, storeFiles } from "./store/open-store.ts";
export type { OpenStoreOptions, OpenedStore } from "./store/open-store.ts";
export { moveCredentials } from "./store/move-credentials.ts";

export { resolveGitHubHost } from "./github/host.ts";
export type { GitHubHost } from "./github/host.ts";
export { requestDeviceCode } from "./github/device-code.ts";
export type { DeviceCode, DeviceCodeOptions } from "./github/device-code.ts";
export { pollForToken } from "./github/poll.ts";
export type { PollEvent, PollOptions } from "./github/poll.ts";
export type { GitHubToken } from "./github/token.ts";
export { renewGitHubToken } from "./github/renew.ts";
export type { RenewOptions } from "./github/renew.ts";
export { fetchGitHubUser } from "./github/user.ts";
export type { GitHubUser, GitHubUserOptions } from "./github/user.ts";
export type { HttpOptions } from "./github/http.ts";
export type { Sleep } from "./clock.ts";

export { createLoginServer } from "./login-server/login-server.ts";
export type {
  LoginField,
  LoginServer,
  LoginServerEvent,
  LoginServerOptions,
  LoginServerResult,
} from "./login-server/options.ts";
