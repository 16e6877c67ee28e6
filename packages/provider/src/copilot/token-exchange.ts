import { setTimeout as delay } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { parseJsonObject } from "../errors/error-body.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { serverTime } from "../errors/retry-after.ts";
import { requestText, type HttpRequest } from "../transport/http.ts";
import type { Home } from "../transport/host-rule.ts";
import { refuseUncheckedTls } from "../transport/network-error.ts";
import type { Timeouts } from "../transport/timeouts.ts";
import type { ExchangedToken, TokenExchange } from "../transport/token.ts";
import { copilotOrigin } from "./endpoints.ts";
import { exchangeError } from "./exchange-error.ts";
import { readGithubToken, type GithubTokenSource } from "./github-token.ts";
import { tokenSchema, userSchema } from "./schema.ts";

/** What both kinds of sign-in need. */
export interface GithubAccess {
  home: Home;
  githubToken: GithubTokenSource;
  /** Sends to GitHub's REST host, with the identity headers and without signing. */
  dispatcher: Dispatcher;
  timeouts: Timeouts;
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
    retryStatuses: [500],
  };
}

/**
 * Exchanges the GitHub token for a short-lived Copilot token. The answer is judged by its form before its status, and a
 * drifting optional field never matters. A refusal that is known to be passing is tried once more.
 */
export function createTokenExchange(access: GithubAccess): TokenExchange {
  return async ({ signal }) => {
    const githubToken = await readGithubToken(access.githubToken);
    const request = githubRequest(access, githubToken, "/copilot_internal/v2/token", WHAT, signal);
    for (let attempt = 0; ; attempt += 1) {
      const answer = await requestText(request, ANSWER_LIMIT);
      const parsed = tokenSchema.safeParse(answer.status === 401 ? undefined : parseJsonObject(answer.text));
      if (parsed.success) {
        const { token, expires_at: expiresAt, refresh_in: refreshIn, endpoints } = parsed.data;
        checkToken(token);
        const serverNow = serverTime(answer.headers) ?? Date.now();
        return {
          token: { value: token, origin: copilotOrigin(access.home, endpoints?.api ?? undefined, token) },
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
  };
}

/**
 * Uses the GitHub token itself as the bearer, for tokens that Copilot takes as they are. GitHub is asked once which
 * host the account belongs to; if it does not say, the default is used.
 */
export function createDirectAccess(access: GithubAccess): TokenExchange {
  return async ({ signal }): Promise<ExchangedToken> => {
    const value = await readGithubToken(access.githubToken);
    if (value.startsWith("ghp_")) {
      throw new ProviderError(
        "unauthenticated",
        "Copilot does not take classic personal access tokens (ghp_).",
        {
          hint: "Run `zotpilot login`, or make a fine-grained token with the Copilot Requests permission.",
        },
      );
    }
    const request = githubRequest(
      access,
      value,
      "/copilot_internal/user",
      "Asking GitHub about the account",
      signal,
    );
    const answer = await requestText(request, ANSWER_LIMIT);
    if (answer.status === 401) {
      throw exchangeError(answer, { host: request.host(), what: request.what, tokenPrefix: "" }).error;
    }
    const user = userSchema.safeParse(answer.status === 200 ? parseJsonObject(answer.text) : undefined);
    const named = user.success ? (user.data.endpoints?.api ?? undefined) : undefined;
    return { token: { value, origin: copilotOrigin(access.home, named, "") } };
  };
}

function checkToken(token: string): void {
  if (/^[\u0021-\u007e]{1,20000}$/.test(token)) return;
  throw new ProviderError(
    "invalid_response",
    `${WHAT} failed: the answer holds a token with characters that no header takes.`,
  );
}
