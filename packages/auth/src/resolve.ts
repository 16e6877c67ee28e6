import type { Accounts } from "./accounts/accounts.ts";
import { AuthError } from "./errors.ts";
import { isLoopback, resolveGitHubHost } from "./github/host.ts";
import type { TokenRefresher } from "./refresh/refresher.ts";
import type { ApiKeyReader } from "./sources/command.ts";
import { readEditorFiles } from "./sources/editors.ts";
import { askGitHubCli } from "./sources/gh-cli.ts";
import { credentialSources } from "./sources/sources.ts";
import type { CredentialSourceName, Environment, ForeignSource, FoundToken } from "./sources/sources.ts";
import type { Credential, CredentialStore } from "./store/credential-store.ts";
import { describeToken } from "./token/kind.ts";

/** Settings of `resolveCredential`. */
export interface ResolveOptions {
  readonly store: CredentialStore;
  /** As `resolveGitHubHost` reads it. Unless given: the host of the account that is chosen, or that signed in last. */
  readonly host?: string;
  /** A login name, or an id as `credentialId` makes it. Unless given: what `accounts` says, or who signed in last. */
  readonly account?: string;
  /** The choices of accounts, and the folder that they are asked for. */
  readonly accounts?: Accounts;
  readonly folder?: string;
  /** Where variables such as `COPILOT_GITHUB_TOKEN` are looked up, usually `process.env`. */
  readonly env: Environment;
  /** A token that was read from the standard input (`readTokenFrom`). */
  readonly stdinToken?: string;
  /** A command that prints a token; it is run when its turn comes. */
  readonly command?: ApiKeyReader;
  /** Other tools' tokens that may be used, in the order of `credentialSources`; none unless given. */
  readonly sources?: readonly ForeignSource[];
  /** Renews a stored token that expires; unless given, it is handed out as it is. */
  readonly refresher?: TokenRefresher;
  readonly signal?: AbortSignal;
}

/** A token to use, and where it comes from. `login` is known for stored ones, and where another tool says it. */
export interface ResolvedCredential {
  readonly token: string;
  readonly source: CredentialSourceName;
  /** What gave it, by name: a variable, a program, a file, or the account. */
  readonly place: string;
  readonly host: string;
  readonly login?: string;
  /** The id in the store, for a stored one. */
  readonly id?: string;
}

/** Settings with which only the environment and the store are looked at. */
export type OwnSourcesOnly = ResolveOptions & {
  readonly stdinToken?: undefined;
  readonly command?: undefined;
  readonly sources?: undefined;
};

const variable = "COPILOT_GITHUB_TOKEN";

/**
 * Finds the token to use: the first of `credentialSources` that has one; undefined when none has. Tokens that are not bound
 * to a host count for the given host, or github.com. An `account` asks for a person, so then only the sources that know
 * whose their tokens are get looked at. Throws `AuthError`: `token_unusable` for a token that Copilot would refuse,
 * `host_invalid`, `source_failed`, the store's errors, and those of the refresher.
 */
export function resolveCredential(
  options: OwnSourcesOnly,
): Promise<(ResolvedCredential & { readonly source: "environment" | "store" }) | undefined>;
export function resolveCredential(options: ResolveOptions): Promise<ResolvedCredential | undefined>;
export async function resolveCredential(options: ResolveOptions): Promise<ResolvedCredential | undefined> {
  const host = options.host === undefined ? undefined : resolveGitHubHost(options.host);
  for (const { name } of credentialSources) {
    options.signal?.throwIfAborted();
    if (name === "store") {
      const stored = await fromStore(options, host?.name);
      if (stored !== undefined) return stored;
      continue;
    }
    const found = await lookAt(name, options, host?.name ?? "github.com");
    if (found === undefined) continue;
    const { token, place, login } = found;
    checkToken(token, place === variable ? `The environment variable ${place}` : capital(place));
    return {
      token,
      source: name,
      place,
      host: host?.name ?? "github.com",
      ...(login !== undefined && { login }),
    };
  }
  return undefined;
}

async function lookAt(
  name: Exclude<CredentialSourceName, "store">,
  options: ResolveOptions,
  host: string,
): Promise<FoundToken | undefined> {
  const { env, account, command, stdinToken, sources = [], signal } = options;
  const anybody = account === undefined;
  switch (name) {
    case "stdin":
      return stdinToken === undefined ? undefined : { token: stdinToken, place: "the standard input" };
    case "environment":
      return anybody ? fromVariables([variable], env) : undefined;
    case "command":
      if (command === undefined || !anybody) return undefined;
      return { token: await command.read(signal), place: `the command ${command.place}` };
    case "gh_env":
      // As for `gh`, these variables are of github.com and its tenants, and never leave for a host of one's own.
      if (!sources.includes(name) || !anybody || isLoopback(resolveGitHubHost(host))) return undefined;
      return fromVariables(["GH_TOKEN", "GITHUB_TOKEN"], env);
    case "gh_cli":
      return sources.includes(name)
        ? askGitHubCli({ host, login: loginOf(account), env, signal })
        : undefined;
    case "editors":
      return sources.includes(name) ? readEditorFiles({ host, login: loginOf(account), env }) : undefined;
  }
}

function fromVariables(names: readonly string[], env: Environment): FoundToken | undefined {
  for (const place of names) {
    const token = env[place]?.trim();
    if (token) return { token, place };
  }
  return undefined;
}

async function fromStore(
  options: ResolveOptions,
  host: string | undefined,
): Promise<ResolvedCredential | undefined> {
  const { refresher, signal } = options;
  const found = await findStored(options, host);
  if (found === undefined) return undefined;
  const { id } = found;
  const credential =
    refresher === undefined
      ? found.credential
      : await refresher.fresh(id, signal === undefined ? {} : { signal });
  const { token, login } = credential;
  checkToken(token, `The stored credential of ${login} on ${credential.host}`);
  return { token, source: "store", place: id, host: credential.host, login, id };
}

interface Stored {
  readonly id: string;
  readonly credential: Credential;
}

async function findStored(options: ResolveOptions, host: string | undefined): Promise<Stored | undefined> {
  const { store, account, accounts, folder } = options;
  if (account === undefined && accounts !== undefined) {
    const scope = { ...(host !== undefined && { host }), ...(folder !== undefined && { folder }) };
    const id = await accounts.resolve(scope);
    const credential = id === undefined ? undefined : await store.get(id);
    if (id !== undefined && credential?.type === "oauth") return { id, credential };
  }
  const wanted = account?.toLowerCase();
  let best: Stored | undefined;
  for (const id of await store.list()) {
    // Asking a keychain for an account that is not wanted could make it ask a person.
    if (wanted !== undefined && wanted !== id && !id.startsWith(`${wanted}@`)) continue;
    const credential = await store.get(id);
    if (credential?.type !== "oauth" || (host !== undefined && host !== credential.host)) continue;
    if (best === undefined || credential.createdAt > best.credential.createdAt) best = { id, credential };
  }
  return best;
}

/** The login of what a person gave as account, which may be an id. */
const loginOf = (account: string | undefined): string | undefined => account?.replace(/@[^@]*$/, "");

function checkToken(token: string, holder: string): void {
  const { problem } = describeToken(token);
  if (problem !== undefined) throw new AuthError("token_unusable", `${holder} holds ${problem}`);
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
