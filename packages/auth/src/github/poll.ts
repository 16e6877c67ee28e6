import { monotonicNow, sleep as realSleep } from "../clock.ts";
import type { Sleep } from "../clock.ts";
import { AuthError, isAuthError } from "../errors.ts";
import { isTransient, notGitHub, refusal, unwell } from "./answer.ts";
import type { DeviceCode } from "./device-code.ts";
import type { GitHubHost } from "./host.ts";
import { isLoopback } from "./host.ts";
import { request } from "./http.ts";
import type { HttpAnswer, HttpOptions } from "./http.ts";
import { errorSchema, tokenSchema } from "./schema.ts";
import { tokenOf } from "./token.ts";
import type { GitHubToken } from "./token.ts";

/** Settings of `pollForToken`. */
export interface PollOptions extends HttpOptions {
  readonly host: GitHubHost;
  readonly clientId: string;
  readonly deviceCode: DeviceCode;
  /**
   * Added to every wait, in milliseconds: a poll that comes a moment early is not answered but slowed down. 1000 unless
   * given; 100 on loopback, where no network and no second clock are involved.
   */
  readonly marginMs?: number;
  /** When the code was issued, on the clock `now`, from where its life counts; the moment of the call unless given. */
  readonly issuedAt?: number;
  /** For tests: how to wait, and a clock in milliseconds that only goes forward. */
  readonly sleep?: Sleep;
  readonly now?: () => number;
}

/** What happens while waiting: slower polls from now on, or a failed one that is repeated. */
export type PollEvent =
  | { readonly type: "slowed_down"; readonly intervalSeconds: number }
  | { readonly type: "poll_failed"; readonly reason: string; readonly retryInSeconds: number };

const slowDownSeconds = 5;
const longestBackoffSeconds = 60;
const shortestRequestMs = 1_000;
const longestRequestMs = 30_000;

/**
 * Asks until the person has decided, as RFC 8628 says: one request at a time, each wait begins when the last answer has
 * arrived, `slow_down` counts for good, failures on the way are repeated ever more slowly, and it ends with the code's
 * life. Throws `AuthError` with a sentence for each end: `code_expired`, `access_denied`, `login_failed`, and `network` or
 * `invalid_response` when the last answers before the end were no answers. An abort throws the signal's reason.
 */
export async function pollForToken(options: PollOptions): Promise<GitHubToken> {
  const events = pollEvents(options);
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
  }
}

/** `pollForToken` for those who want to show what happens meanwhile. */
export async function* pollEvents(options: PollOptions): AsyncGenerator<PollEvent, GitHubToken> {
  const { host, deviceCode, signal, sleep = realSleep, now = monotonicNow } = options;
  const marginSeconds = (options.marginMs ?? (isLoopback(host) ? 100 : 1000)) / 1000;
  const deadline = (options.issuedAt ?? now()) + deviceCode.expiresInSeconds * 1000;
  let intervalSeconds = deviceCode.intervalSeconds;
  let soonestSeconds = intervalSeconds;
  let waitSeconds = intervalSeconds + marginSeconds;
  let slowed = false;
  let failures = 0;
  let lastFailure: AuthError | undefined;

  for (;;) {
    signal?.throwIfAborted();
    // A poll sooner than allowed would only be slowed down, so it ends when the code dies before the next is allowed.
    const remainingMs = deadline - now();
    if (remainingMs < soonestSeconds * 1000) throw lastFailure ?? expired(slowed);
    await sleep(Math.min(waitSeconds * 1000, remainingMs), signal);
    const outcome = judge(host, await poll(options, deadline - now()));
    switch (outcome.type) {
      case "token":
        return outcome.token;
      case "refused":
        throw outcome.error;
      case "pending":
        break;
      case "slow_down":
        slowed = true;
        intervalSeconds = Math.max(intervalSeconds + slowDownSeconds, outcome.intervalSeconds ?? 0);
        yield { type: "slowed_down", intervalSeconds };
        break;
      case "failed": {
        failures += 1;
        lastFailure = outcome.error;
        const backoff = Math.min(intervalSeconds * 2 ** failures, longestBackoffSeconds);
        soonestSeconds = Math.max(intervalSeconds, outcome.retryAfterSeconds ?? 0);
        waitSeconds = Math.max(soonestSeconds, backoff) + marginSeconds;
        yield { type: "poll_failed", reason: outcome.error.message, retryInSeconds: waitSeconds };
        continue;
      }
    }
    failures = 0;
    lastFailure = undefined;
    soonestSeconds = intervalSeconds;
    waitSeconds = intervalSeconds + marginSeconds;
  }
}

type Outcome =
  | { readonly type: "token"; readonly token: GitHubToken }
  | { readonly type: "pending" }
  | { readonly type: "slow_down"; readonly intervalSeconds: number | undefined }
  | { readonly type: "refused"; readonly error: AuthError }
  | { readonly type: "failed"; readonly error: AuthError; readonly retryAfterSeconds?: number };

async function poll(options: PollOptions, remainingMs: number): Promise<HttpAnswer | AuthError> {
  const { host, clientId, deviceCode } = options;
  try {
    return await request(
      {
        url: `${host.webOrigin}/login/oauth/access_token`,
        form: {
          client_id: clientId,
          device_code: deviceCode.deviceCode,
          grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        },
        secret: deviceCode.deviceCode,
        timeoutMs: Math.min(Math.max(remainingMs, shortestRequestMs), longestRequestMs),
      },
      options,
    );
  } catch (error) {
    if (isAuthError(error)) return error;
    throw error;
  }
}

/** By the body, not by the status: GitHub sends its errors with 200, the RFC with 400. */
function judge(host: GitHubHost, answer: HttpAnswer | AuthError): Outcome {
  if (isAuthError(answer)) return { type: "failed", error: answer };
  const token = tokenSchema.safeParse(answer.json);
  if (token.success) return { type: "token", token: tokenOf(token.data) };
  const failure = errorSchema.safeParse(answer.json);
  if (failure.success && failure.data.error === "authorization_pending") return { type: "pending" };
  if (failure.success && failure.data.error === "slow_down")
    return { type: "slow_down", intervalSeconds: failure.data.interval ?? undefined };
  const retryAfterSeconds = readRetryAfter(answer.retryAfter);
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (isTransient(answer)) return { type: "failed", error: unwell(host, answer), ...retry };
  const error = refusal(host, answer);
  if (error !== undefined) return { type: "refused", error };
  return { type: "failed", error: notGitHub(host, answer), ...retry };
}

function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

function expired(slowed: boolean): AuthError {
  const hint = slowed
    ? " The host asked several times to be polled more slowly: the clock of this machine may run too fast."
    : "";
  return new AuthError(
    "code_expired",
    `The code expired before it was approved. Sign in again for a new one.${hint}`,
  );
}
