import { AuthError } from "./errors.ts";
import { resolveGitHubHost } from "./github/host.ts";
import type { Credential, CredentialStore } from "./store/credential-store.ts";

/** Settings of `resolveCredential`. */
export interface ResolveOptions {
  readonly store: CredentialStore;
  /** As `resolveGitHubHost` reads it. Unless given: the host of the account that signed in last. */
  readonly host?: string;
  /** A login name, or an id as `credentialId` makes it. Unless given: the account that signed in last. */
  readonly account?: string;
  /** Where `COPILOT_GITHUB_TOKEN` is looked up, usually `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A token to use, and which source gave it. `login` is known only for stored ones. */
export interface ResolvedCredential {
  readonly token: string;
  readonly source: "environment" | "store";
  readonly host: string;
  readonly login?: string;
}

const variable = "COPILOT_GITHUB_TOKEN";

/**
 * Finds the token to use: `COPILOT_GITHUB_TOKEN` (for the given host, or github.com), else the store. Undefined when there
 * is none. An `account` asks for a person, which the variable cannot answer, so then only the store is looked at.
 * Throws `AuthError`: `token_unusable` for a token that Copilot would refuse, `host_invalid`, and the store's errors.
 */
export async function resolveCredential(options: ResolveOptions): Promise<ResolvedCredential | undefined> {
  const { store, account, env } = options;
  const host = options.host === undefined ? undefined : resolveGitHubHost(options.host).name;
  const value = env[variable]?.trim();
  if (value && account === undefined) {
    checkToken(value, `The environment variable ${variable}`);
    return { token: value, source: "environment", host: host ?? "github.com" };
  }
  const found = await newest(store, (id, credential) => {
    const wanted = account?.toLowerCase();
    const isAccount = wanted === undefined || wanted === id || wanted === credential.login.toLowerCase();
    return isAccount && (host === undefined || host === credential.host);
  });
  if (found === undefined) return undefined;
  checkToken(found.token, `The stored credential of ${found.login} on ${found.host}`);
  return { token: found.token, source: "store", host: found.host, login: found.login };
}

async function newest(
  store: CredentialStore,
  matches: (id: string, credential: Credential) => boolean,
): Promise<Credential | undefined> {
  let best: Credential | undefined;
  for (const id of await store.list()) {
    const credential = await store.get(id);
    if (credential === undefined || !matches(id, credential)) continue;
    if (best === undefined || credential.createdAt > best.createdAt) best = credential;
  }
  return best;
}

function checkToken(token: string, holder: string): void {
  if (token.startsWith("ghp_"))
    throw new AuthError(
      "token_unusable",
      `${holder} holds a classic personal access token (ghp_…), which Copilot does not accept. Use a fine-grained token with the "Copilot Requests" permission, or sign in.`,
    );
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new AuthError(
      "token_unusable",
      `${holder} holds something that is no token: it has blanks or special characters inside.`,
    );
}
