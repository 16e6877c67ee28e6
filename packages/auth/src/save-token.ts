import { AuthError } from "./errors.ts";
import { resolveGitHubHost } from "./github/host.ts";
import type { HttpOptions } from "./github/http.ts";
import { fetchGitHubUser } from "./github/user.ts";
import { credentialId } from "./store/credential-store.ts";
import type { CredentialStore } from "./store/credential-store.ts";
import { describeToken } from "./token/kind.ts";

/** Settings of `saveToken`. */
export interface SaveTokenOptions extends HttpOptions {
  readonly store: CredentialStore;
  /** A token that a person brought, see `readTokenFrom`. */
  readonly token: string;
  /** As `resolveGitHubHost` reads it; github.com unless given. */
  readonly host?: string;
}

/** Who is signed in now. */
export interface SavedToken {
  readonly id: string;
  readonly login: string;
  readonly host: string;
}

/**
 * Signs in with a token that a person brought: asks the host whose it is, and saves it. Throws `AuthError`: `token_unusable`
 * before anything is sent, what `fetchGitHubUser` throws, and the store's errors; nothing is saved then.
 */
export async function saveToken(options: SaveTokenOptions): Promise<SavedToken> {
  const { store, token, signal, fetch } = options;
  const host = resolveGitHubHost(options.host);
  const { problem } = describeToken(token);
  if (problem !== undefined) throw new AuthError("token_unusable", `This is ${problem}`);
  const user = await fetchGitHubUser({ host, token, ...(fetch && { fetch }), ...(signal && { signal }) });
  signal?.throwIfAborted();
  const id = credentialId(user.login, host.name);
  const createdAt = new Date().toISOString();
  await store.set(id, { type: "oauth", host: host.name, login: user.login, token, createdAt });
  return { id, login: user.login, host: host.name };
}
