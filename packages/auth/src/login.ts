import { defaultClientId } from "./client-id.ts";
import { monotonicNow, sleep as realSleep } from "./clock.ts";
import type { Sleep } from "./clock.ts";
import { displayText } from "./display.ts";
import { isAuthError } from "./errors.ts";
import { requestDeviceCode } from "./github/device-code.ts";
import { resolveGitHubHost } from "./github/host.ts";
import type { GitHubHost } from "./github/host.ts";
import { pollEvents } from "./github/poll.ts";
import type { PollEvent } from "./github/poll.ts";
import type { GitHubToken } from "./github/token.ts";
import { fetchGitHubUser } from "./github/user.ts";
import { credentialId } from "./store/credential-store.ts";
import type { Credential, CredentialStore } from "./store/credential-store.ts";

/** Starts the person's browser on a page; rejects when there is none. Must not go through a shell. */
export type OpenBrowser = (url: string) => Promise<void>;

/** Settings of `login`. */
export interface LoginOptions {
  readonly store: CredentialStore;
  /** As `resolveGitHubHost` reads it; github.com unless given. */
  readonly host?: string;
  /** The application to sign in to, see `defaultClientId`. */
  readonly clientId?: string;
  /** What to ask for; `read:user` unless given, enough to use Copilot and to know the account's name. */
  readonly scope?: string;
  /** Called with the page's address once the code has been shown. Without it no browser is started. */
  readonly openBrowser?: OpenBrowser;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof globalThis.fetch;
  /** See `PollOptions`. */
  readonly marginMs?: number;
  /** For tests: how to wait, and a clock in milliseconds that only goes forward. */
  readonly sleep?: Sleep;
  readonly now?: () => number;
}

/** What happens during a login, in this order. Safe to show and to log: neither the device code nor a token is in it. */
export type LoginEvent =
  | {
      readonly type: "code_issued";
      readonly userCode: string;
      readonly verificationUri: string;
      readonly expiresInSeconds: number;
      readonly host: string;
      readonly scope: string;
      readonly clientId: string;
    }
  | { readonly type: "browser_opened" }
  | { readonly type: "browser_failed"; readonly reason: string }
  | { readonly type: "polling" }
  | PollEvent
  | {
      readonly type: "succeeded";
      readonly login: string;
      readonly host: string;
      readonly credentialId: string;
    };

const browserPatienceMs = 5_000;
const userAttempts = 3;

/**
 * Signs a person in with GitHub's device flow and saves the credential; `succeeded` comes once it is on the disk. Failures
 * throw `AuthError` (`host_invalid`, `login_failed`, `code_expired`, `access_denied`, `invalid_response`, `network`, and
 * the store's), an abort throws the signal's reason; in both cases, and when the caller leaves the loop, nothing is saved.
 */
export async function* login(options: LoginOptions): AsyncGenerator<LoginEvent, void> {
  const { store, signal, clientId = defaultClientId, scope = "read:user" } = options;
  const host = resolveGitHubHost(options.host);
  const http = { ...(options.fetch && { fetch: options.fetch }), ...(signal && { signal }) };

  const issuedAt = (options.now ?? monotonicNow)();
  const deviceCode = await requestDeviceCode({ ...http, host, clientId, scope });
  const { userCode, verificationUri, expiresInSeconds } = deviceCode;
  yield {
    type: "code_issued",
    userCode,
    verificationUri,
    expiresInSeconds,
    host: host.name,
    scope,
    clientId,
  };
  if (options.openBrowser !== undefined) yield await tryBrowser(options.openBrowser, verificationUri, signal);

  yield { type: "polling" };
  const { marginMs, sleep, now } = options;
  const timing = {
    issuedAt,
    ...(marginMs !== undefined && { marginMs }),
    ...(sleep !== undefined && { sleep }),
    ...(now !== undefined && { now }),
  };
  const token = yield* pollEvents({ ...http, ...timing, host, clientId, deviceCode });
  const user = await askUser(host, token, options);
  signal?.throwIfAborted();
  const id = credentialId(user.login, host.name);
  await store.set(id, toCredential(host, user.login, token, clientId));
  yield { type: "succeeded", login: user.login, host: host.name, credentialId: id };
}

/** A browser that hangs must not keep the login from going on: the person may use another device. */
async function tryBrowser(
  openBrowser: OpenBrowser,
  url: string,
  signal: AbortSignal | undefined,
): Promise<LoginEvent> {
  signal?.throwIfAborted();
  const patience = new AbortController();
  const either = signal === undefined ? patience.signal : AbortSignal.any([signal, patience.signal]);
  const tooLate = realSleep(browserPatienceMs, either).then(() => "it did not start in time");
  try {
    const opened = Promise.resolve(openBrowser(url)).then(() => undefined);
    const reason = await Promise.race([opened, tooLate]);
    return reason === undefined ? { type: "browser_opened" } : { type: "browser_failed", reason };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = displayText(error instanceof Error ? error.message : String(error));
    return { type: "browser_failed", reason };
  } finally {
    tooLate.catch(() => undefined);
    patience.abort();
  }
}

/** The code is used up by now, so a hiccup here must not cost the person another round. */
async function askUser(host: GitHubHost, { token }: GitHubToken, options: LoginOptions) {
  const { signal, fetch, sleep = realSleep } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchGitHubUser({ host, token, ...(fetch && { fetch }), ...(signal && { signal }) });
    } catch (error) {
      if (!isAuthError(error) || error.code !== "network" || attempt === userAttempts) throw error;
      await sleep(attempt * 1000, signal);
    }
  }
}

function toCredential(host: GitHubHost, login: string, token: GitHubToken, clientId: string): Credential {
  const created = Date.now();
  return {
    type: "oauth",
    host: host.name,
    login,
    token: token.token,
    ...(token.scope !== undefined && { scope: token.scope }),
    ...(token.refreshToken !== undefined && { refreshToken: token.refreshToken }),
    createdAt: new Date(created).toISOString(),
    ...(token.expiresInSeconds !== undefined && {
      expiresAt: new Date(created + token.expiresInSeconds * 1000).toISOString(),
    }),
    clientId,
  };
}
