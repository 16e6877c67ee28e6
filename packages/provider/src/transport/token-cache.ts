import { performance } from "node:perf_hooks";
import { abortable } from "./abortable.ts";
import { tokenLife } from "./token-life.ts";
import type { AccessToken, TokenExchange, TokenSource } from "./token.ts";

/** Options of {@link createTokenCache}. */
export interface TokenCacheOptions {
  /** A clock that never goes back, in milliseconds. `performance.now` when left out. */
  monotonicNow?: () => number;
  /** How long a renewal is waited for while the old token is still valid, in milliseconds. 3 s. */
  renewalPatienceMs?: number;
}

/** A {@link TokenSource} that remembers its token. */
export interface TokenCache extends TokenSource {
  /** The token at hand, without asking for one. */
  current(): AccessToken | undefined;
  /** Cancels a renewal that nobody waits for. */
  abandon(): void;
}

/** A refused token is exchanged at most this often, in case the exchange gives the same one again. */
const FORCED_PAUSE_MS = 30_000;
/** How long to go on with a token that is still valid before the next try to renew it. */
const REFRESH_PAUSE_MS = 30_000;
/** Callers that come this soon after a failure share its error. */
const FAILURE_PAUSE_MS = 1_000;

/** A renewal that takes longer than this is left to itself while the old token is still valid. */
const RENEWAL_PATIENCE_MS = 3_000;

interface Held {
  token: AccessToken;
  refreshAt: number;
  validUntil: number;
}

interface Flight {
  result: Promise<AccessToken>;
  waiters: number;
  controller: AbortController;
  /** It has been waited for long enough, and goes on by itself. */
  isLeft: boolean;
}

/**
 * Keeps one token and renews it when it is asked for and due; it has no timers, but for one while it renews.
 *
 * - At most one exchange is in flight; all callers wait for the same one. A caller that gives up does not disturb the
 *   others; when the last one gives up, the exchange is cancelled.
 * - A refresh that fails while the old token is still valid gives the old token, and is tried again 30 s later. One that
 *   takes longer than three seconds goes on by itself meanwhile, and what comes of it is used when it has come.
 * - `getToken({ rejected })` costs at most one exchange, however many callers were refused with that token: who comes
 *   later gets the newer token, also when the exchange gave the same string again.
 * - A failed exchange is answered with the same error for one second.
 */
export function createTokenCache(exchange: TokenExchange, options: TokenCacheOptions = {}): TokenCache {
  const now = options.monotonicNow ?? (() => performance.now());
  const patienceMs = options.renewalPatienceMs ?? RENEWAL_PATIENCE_MS;
  let held: Held | undefined;
  let flight: Flight | undefined;
  let failure: { error: unknown; until: number } | undefined;
  /** The refused token that the exchange under way is to replace. */
  let replacing: string | undefined;
  /** A refused token that the exchange gave again. */
  let refused: { value: string; until: number } | undefined;

  async function run(controller: AbortController): Promise<AccessToken> {
    const old = held;
    try {
      const exchanged = await exchange({ signal: controller.signal });
      const life = tokenLife(exchanged);
      const at = now();
      held = {
        token: exchanged.token,
        refreshAt: at + life.refreshAfterMs,
        validUntil: at + life.validForMs,
      };
      failure = undefined;
      if (exchanged.token.value === replacing) refused = { value: replacing, until: at + FORCED_PAUSE_MS };
      return exchanged.token;
    } catch (error) {
      const at = now();
      if (controller.signal.aborted) throw error;
      // `held` is unset when the service has refused the token: then it is not "still valid", whatever the clock says.
      if (old && old === held && at < old.validUntil) {
        held = { ...old, refreshAt: at + REFRESH_PAUSE_MS };
        return old.token;
      }
      failure = { error, until: at + FAILURE_PAUSE_MS };
      throw error;
    }
  }

  function start(): Flight {
    const controller = new AbortController();
    const started: Flight = { controller, waiters: 0, isLeft: false, result: run(controller) };
    const landed = () => {
      if (flight === started) flight = undefined;
    };
    started.result.then(landed, landed);
    flight = started;
    return started;
  }

  async function join(signal: AbortSignal | undefined): Promise<AccessToken> {
    if (!flight && failure && now() < failure.until) throw failure.error;
    const joined = flight ?? start();
    const valid = held && now() < held.validUntil ? held.token : undefined;
    if (valid && joined.isLeft) return valid;
    joined.waiters += 1;
    try {
      const result = valid ? soon(joined, valid) : joined.result;
      return await (signal ? abortable(result, signal) : result);
    } finally {
      joined.waiters -= 1;
      if (joined.waiters === 0 && flight === joined && !joined.isLeft) {
        flight = undefined;
        joined.controller.abort(new Error("nobody waits for the token any more"));
      }
    }
  }

  /** What comes of a renewal, or the old token if that takes long. */
  async function soon(renewal: Flight, old: AccessToken): Promise<AccessToken> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<AccessToken>((resolve) => {
      timer = setTimeout(() => {
        renewal.isLeft = true;
        resolve(old);
      }, patienceMs);
    });
    try {
      return await Promise.race([renewal.result, tooLong]);
    } finally {
      clearTimeout(timer);
    }
  }

  const ready = () => (held && now() < held.refreshAt ? held.token : undefined);

  return {
    current: () => held?.token,
    abandon() {
      if (flight?.waiters === 0) flight.controller.abort(new Error("the client was closed"));
    },
    ready,
    async getToken({ rejected, signal } = {}) {
      if (rejected === undefined) {
        const token = ready();
        if (token) return token;
      }
      signal?.throwIfAborted();
      if (held && rejected !== undefined && held.token.value === rejected) {
        if (refused?.value === rejected && now() < refused.until) return held.token;
        const old = held;
        held = undefined;
        replacing = rejected;
        return join(signal).catch((error: unknown) => {
          // When the last caller gave up before the exchange was through, nothing is known about the token.
          if (signal?.aborted === true && !held && !flight) held = old;
          throw error;
        });
      }
      return ready() ?? join(signal);
    },
  };
}
