import { setTimeout as delay } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { parseJsonObject } from "../errors/error-body.ts";
import { isProviderError, ProviderError } from "../errors/provider-error.ts";
import { serverTime } from "../errors/retry-after.ts";
import { requestText, type HttpRequest } from "../transport/http.ts";
import type { Home } from "../transport/host-rule.ts";
import { refuseUncheckedTls } from "../transport/network-error.ts";
import type { Timeouts } from "../transport/timeouts.ts";
import type { ExchangedToken, TokenExchange } from "../transport/token.ts";
import { tokenHosts } from "./endpoints.ts";
import { exchangeError } from "./exchange-error.ts";
import type { Credentials } from "./github-token.ts";
import type { IdentityHeaders } from "./identity.ts";
import { readNotification, type CopilotNotification } from "./notification.ts";
import { tokenSchema, userSchema } from "./schema.ts";

/** What both kinds of sign-in need. */
export interface GithubAccess {
  home: Home;
  credentials: Credentials;
  /** Sends to GitHub's REST host, with the identity headers and without signing. */
  dispatcher: Dispatcher;
  timeouts: Timeouts;
  /** The headers that the Copilot host wants with each kind of token. */
  identity: Pick<IdentityHeaders, "exchanged" | "direct">;
  /** Told what GitHub wants the person to know. It does not throw. */
  notify?: ((notification: CopilotNotification) => void) | undefined;
}

const ANSWER_LIMIT = 1024 * 1024;
const FIRST_BYTE_MS = 30_000;
const WHAT = "Asking GitHub for a Copilot token";

/** A request to GitHub's REST host, signed with the GitHub token. */
export function githubRequest(
  access: GithubAccess,
  token: string,
  path: string,
  what: string,
  signal: AbortSignal | undefined,
): HttpRequest {
  const { home, dispatcher, timeouts } = access;
  refuseUncheckedTls(home.restOrigin);
  return {
    dispatcher,
    origin: home.restOrigin,
    path,
    method: "GET",
    headers: { authorization: `token ${token}` },
    signal,
    timeouts: { ...timeouts, firstByteMs: Math.min(timeouts.firstByteMs, FIRST_BYTE_MS) },
    what,
    host: () => new URL(home.restOrigin).host,
  };
}

/** What gives the token for the Copilot host. */
export function createTokenAccess(access: GithubAccess, kind: "exchange" | "direct" | "auto"): TokenExchange {
  const { credentials } = access;

  async function make(signal: AbortSignal): Promise<ExchangedToken> {
    const value = await credentials.githubToken();
    if (kind === "exchange") return exchange(access, value, signal);
    refuseClassic(value);
    if (kind === "direct" || /^(?:github_pat_|ghs_)/.test(value)) return directToken(access, value, signal);
    try {
      return await exchange(access, value, signal);
    } catch (error) {
      // Some tenants have no exchange and take the GitHub token as it is.
      if (access.home.kind === "tenant" && hasNoExchange(error)) return directToken(access, value, signal);
      throw error;
    }
  }

  return async ({ signal }) => {
    try {
      const made = await make(signal);
      credentials.keepSecret(made.token.value);
      return made;
    } catch (error) {
      throw credentials.hide(error);
    }
  };
}

/**
 * Exchanges the GitHub token for a short-lived Copilot token. The answer is judged by its form before its status, and a
 * drifting optional field never matters. A refusal that is known to be passing is tried once more.
 */
async function exchange(
  access: GithubAccess,
  githubToken: string,
  signal: AbortSignal,
): Promise<ExchangedToken> {
  const request = githubRequest(access, githubToken, "/copilot_internal/v2/token", WHAT, signal);
  for (let attempt = 0; ; attempt += 1) {
    const answer = await requestText(request, ANSWER_LIMIT);
    const parsed = tokenSchema.safeParse(answer.status === 401 ? undefined : parseJsonObject(answer.text));
    if (parsed.success) {
      const { token, expires_at: expiresAt, refresh_in: refreshIn, endpoints } = parsed.data;
      checkToken(token);
      const told = readNotification(parsed.data.user_notification, access.home, [githubToken, token]);
      if (told) access.notify?.(told);
      const serverNow = serverTime(answer.headers) ?? Date.now();
      return {
        token: {
          value: token,
          headers: access.identity.exchanged,
          ...tokenHosts(access.home, endpoints, token),
        },
        refreshInMs: typeof refreshIn === "number" ? refreshIn * 1000 : undefined,
        expiresInMs: typeof expiresAt === "number" ? expiresAt * 1000 - serverNow : undefined,
      };
    }
    const { error, again } = exchangeError(answer, {
      host: request.host(),
      what: WHAT,
      tokenPrefix: /^(?:github_pat_|gh[a-z]_)/.exec(githubToken)?.[0] ?? "",
    });
    if (!again || attempt > 0) throw error;
    await delay(500 + Math.random() * 500, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/**
 * Uses the GitHub token itself as the bearer, for tokens that Copilot takes as they are. GitHub is asked once which
 * host the account belongs to; if it does not say, the default is used.
 */
async function directToken(
  access: GithubAccess,
  value: string,
  signal: AbortSignal,
): Promise<ExchangedToken> {
  refuseClassic(value);
  const what = "Asking GitHub about the account";
  const request = githubRequest(access, value, "/copilot_internal/user", what, signal);
  const answer = await requestText(request, ANSWER_LIMIT);
  if (answer.status === 401) {
    throw exchangeError(answer, { host: request.host(), what, tokenPrefix: "" }).error;
  }
  const user = userSchema.safeParse(answer.status === 200 ? parseJsonObject(answer.text) : undefined);
  const named = user.success ? user.data.endpoints : undefined;
  return { token: { value, headers: access.identity.direct, ...tokenHosts(access.home, named, "") } };
}

/** Whether an exchange failed because there is none, and not because the account may not. */
function hasNoExchange(error: unknown): boolean {
  if (!isProviderError(error) || error.serviceCode !== undefined) return false;
  return error.status === 404 || (error.status === 403 && error.code === "forbidden");
}

function refuseClassic(token: string): void {
  if (!token.startsWith("ghp_")) return;
  throw new ProviderError("unauthenticated", "Copilot does not take classic personal access tokens (ghp_).", {
    hint: "Run `zotpilot login`, or make a fine-grained token with the Copilot Requests permission.",
  });
}

function checkToken(token: string): void {
  if (/^[\u0021-\u007e]{1,20000}$/.test(token)) return;
  throw new ProviderError(
    "invalid_response",
    `${WHAT} failed: the answer holds a token with characters that no header takes.`,
  );
}
