import { monotonicNow } from "../clock.ts";
import { AuthError, isAuthError } from "../errors.ts";
import { resolveGitHubHost } from "../github/host.ts";
import type { HttpOptions } from "../github/http.ts";
import { renewGitHubToken } from "../github/renew.ts";
import type { GitHubToken } from "../github/token.ts";
import type { Credential, CredentialStore } from "../store/credential-store.ts";
import { untilAborted } from "../until-aborted.ts";
import { isAlive, isDue } from "./life.ts";

/** Settings of `createTokenRefresher`. */
export interface RefresherOptions extends Pick<HttpOptions, "fetch"> {
  readonly store: CredentialStore;
  /** How to get a new token for an old credential; `renewGitHubToken` unless given. */
  readonly exchange?: (credential: Credential, refreshToken: string) => Promise<GitHubToken>;
  /** Called with one sentence when a new token could not be saved, and is used for this run only. */
  readonly onWarning?: (sentence: string) => void;
  /** For tests: the date, in milliseconds since 1970, and a clock in milliseconds that only goes forward. */
  readonly date?: () => number;
  readonly now?: () => number;
}

/** What is known of the token that is asked for. */
export interface TokenRequest {
  /** The token that a server has just refused; whoever still has an older one simply gets the new one. */
  readonly rejected?: string;
  /** Ends the wait of this call; a renewal that is under way goes on, because others may wait for it. */
  readonly signal?: AbortSignal;
}

/** See `createTokenRefresher`. */
export interface TokenRefresher {
  /**
   * The credential of an account, with a token that is not over. Throws `AuthError`: `not_logged_in` when there is none,
   * `token_expired` or `token_revoked` when only a new login helps, `network` or `invalid_response` when the host does not
   * answer, and the store's errors. Whatever happens, nothing that is stored is deleted or made worse.
   */
  fresh(id: string, request?: TokenRequest): Promise<Credential>;
}

const quietMs = 30_000;

/**
 * Renews tokens that expire, one exchange for each at a time among all processes that share the store: whoever gets its
 * turn reads the store again and decides then. While the old token lives, a renewal that fails is no error.
 */
export function createTokenRefresher(options: RefresherOptions): TokenRefresher {
  const { store, fetch, date = Date.now, now = monotonicNow, onWarning = () => undefined } = options;
  const exchange =
    options.exchange ??
    ((credential, refreshToken) =>
      renewGitHubToken({
        host: resolveGitHubHost(credential.host),
        clientId: credential.clientId ?? "",
        refreshToken,
        ...(fetch && { fetch }),
      }));
  const pending = new Map<string, Promise<Credential>>();
  /** New tokens that could not be saved, and what they replace. */
  const unsaved = new Map<string, { readonly old: Credential; readonly fresh: Credential }>();
  /** When, on the clock that only goes forward, this program last tried; and what it was told for good. */
  const tried = new Map<string, number>();
  const refused = new Map<string, AuthError>();

  async function read(id: string): Promise<Credential> {
    const stored = await store.get(id);
    if (stored === undefined) throw signedOut(id);
    const kept = unsaved.get(id);
    if (kept === undefined) return stored;
    if (isSame(stored, kept.old)) return kept.fresh;
    unsaved.delete(id);
    return stored;
  }

  function needsRenewal(id: string, credential: Credential, rejected: string | undefined): boolean {
    if (credential.token === rejected) return true;
    if (credential.refreshToken === undefined || !isDue(credential, date())) return false;
    // A wrong clock, or a server that is down, must not make every call ask again.
    const recently = now() - (tried.get(id) ?? Number.NEGATIVE_INFINITY) < quietMs;
    return !(recently && isAlive(credential, date()));
  }

  async function renew(id: string, rejected: string | undefined): Promise<Credential> {
    const current = await read(id);
    const alive = () => current.token !== rejected && isAlive(current, date());
    try {
      const renewed = await store.exclusively(
        id,
        async () => {
          const latest = await read(id);
          return needsRenewal(id, latest, rejected) ? exchangeAndSave(id, latest, rejected) : latest;
        },
        { isMoot: async () => !needsRenewal(id, await read(id), rejected) },
      );
      return renewed ?? (await read(id));
    } catch (error) {
      if (isAuthError(error) && error.code !== "not_logged_in" && alive()) return current;
      throw error;
    }
  }

  async function exchangeAndSave(id: string, old: Credential, rejected?: string): Promise<Credential> {
    const { refreshToken } = old;
    if (refreshToken === undefined) throw notRenewable(old);
    const known = refused.get(refreshToken);
    if (known !== undefined) throw known;
    tried.set(id, now());
    let token: GitHubToken;
    try {
      token = await exchange(old, refreshToken);
    } catch (error) {
      const over = isAuthError(error) && error.code === "token_expired";
      if (!over) throw error;
      refused.set(refreshToken, error);
      // Somebody without our lock, on another machine, may have been faster.
      const latest = await read(id);
      if (!isSame(latest, old) && latest.token !== rejected) return latest;
      throw error;
    }
    return save(id, old, renewed(old, token, date()));
  }

  /** Signing out, or in anew, in the meantime wins: only what was exchanged is replaced. */
  async function save(id: string, old: Credential, fresh: Credential): Promise<Credential> {
    const replaced = unsaved.get(id)?.old ?? old;
    try {
      const stored = await store.update(id, (latest) =>
        latest !== undefined && isSame(latest, replaced) ? fresh : undefined,
      );
      unsaved.delete(id);
      if (stored === undefined) throw signedOut(id);
      return stored;
    } catch (error) {
      if (!isAuthError(error) || error.code === "not_logged_in") throw error;
      unsaved.set(id, { old: replaced, fresh });
      onWarning(`The new token of ${id} is used for this run only. ${error.message}`);
      return fresh;
    }
  }

  /** What an earlier call could not save may be possible by now. */
  async function saveLate(id: string): Promise<void> {
    const kept = unsaved.get(id);
    if (kept === undefined) return;
    await store
      .update(id, (latest) => (latest !== undefined && isSame(latest, kept.old) ? kept.fresh : undefined))
      .then(
        () => unsaved.delete(id),
        () => false,
      );
  }

  async function fresh(id: string, request: TokenRequest = {}): Promise<Credential> {
    const { rejected, signal } = request;
    signal?.throwIfAborted();
    await saveLate(id);
    const current = await read(id);
    if (!needsRenewal(id, current, rejected)) return current;
    const joined = pending.get(id);
    const work = joined ?? renew(id, rejected).finally(() => pending.delete(id));
    if (joined === undefined) pending.set(id, work);
    const result = await untilAborted(work, signal);
    // The renewal that we joined may have begun before our token was refused.
    return joined !== undefined && result.token === rejected ? fresh(id, request) : result;
  }

  return { fresh };
}

function renewed(old: Credential, token: GitHubToken, at: number): Credential {
  const { expiresAt: _expiresAt, refreshToken: _refreshToken, ...kept } = old;
  return {
    ...kept,
    token: token.token,
    ...(token.scope !== undefined && { scope: token.scope }),
    ...(token.refreshToken !== undefined && { refreshToken: token.refreshToken }),
    ...(token.expiresInSeconds !== undefined && {
      expiresAt: new Date(at + token.expiresInSeconds * 1000).toISOString(),
    }),
    refreshedAt: new Date(at).toISOString(),
  };
}

const isSame = (one: Credential, other: Credential): boolean =>
  one.token === other.token && one.refreshToken === other.refreshToken;

function signedOut(id: string): AuthError {
  return new AuthError("not_logged_in", `${id} is not signed in.`);
}

function notRenewable({ login, host }: Credential): AuthError {
  return new AuthError(
    "token_revoked",
    `${host} does not accept the stored token of ${login} any more. It is still stored; sign in again to replace it.`,
  );
}
