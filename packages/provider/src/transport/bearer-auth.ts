import type { Dispatcher } from "undici";
import { ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import { addedHeaders, mergeHeaders } from "./headers.ts";
import { refuseUncheckedTls } from "./network-error.ts";
import { isReplayable } from "./replayable.ts";
import { StableController } from "./stable-controller.ts";
import type { AccessToken, TokenSource } from "./token.ts";

/** Options of {@link bearerAuth}. */
export interface BearerAuthOptions {
  /**
   * Origins that stand for "wherever the token belongs" and are replaced by the token's own. Requests to any other
   * origin are refused. `https://copilot.invalid` when left out.
   */
  placeholders?: readonly string[];
}

/** The origin that {@link bearerAuth} replaces by the token's own; it never resolves. */
export const placeholderOrigin = "https://copilot.invalid";

/** How much of a refusal is read, and how long its end is waited for: its connection is worth no more than that. */
const REJECTED_BODY_LIMIT = 64 * 1024;
const REJECTED_BODY_MS = 2_000;
/** Headers that nobody else may set. */
const OWN = ["authorization", "host"];

type Handler = Dispatcher.DispatchHandler;
type Headers = Parameters<NonNullable<Handler["onResponseStart"]>>[2];

/**
 * Interceptor: signs each request with the token of `tokens`, and sends it to that token's origin and to no other.
 *
 * An answer with status 401, or 421 from a host that no longer serves the account, is read (at most 64 KB, for at most two seconds), the token is renewed once and the request sent once more; this
 * happens before the caller has seen a byte. A second refusal reaches the caller as it is. When the token cannot be
 * renewed, or comes back unchanged, the caller gets the first one. Bodies that are not a string or bytes cannot be sent
 * twice; their refusal goes to the caller.
 *
 * Put it first in `compose()`, so that it runs last: nothing after it can change what was signed.
 */
export function bearerAuth(
  tokens: TokenSource,
  options: BearerAuthOptions = {},
): Dispatcher.DispatcherComposeInterceptor {
  const placeholders = options.placeholders ?? [placeholderOrigin];
  return (dispatch) => (request, handler) => {
    new SignedRequest(dispatch, request, handler, tokens, placeholders).start();
    return true;
  };
}

class SignedRequest {
  readonly #dispatch: Dispatcher.Dispatch;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #handler: Handler;
  readonly #tokens: TokenSource;
  readonly #placeholders: readonly string[];
  readonly #controller: StableController;

  constructor(
    dispatch: Dispatcher.Dispatch,
    request: Dispatcher.DispatchOptions,
    handler: Handler,
    tokens: TokenSource,
    placeholders: readonly string[],
  ) {
    this.#dispatch = dispatch;
    this.#request = request;
    this.#handler = handler;
    this.#tokens = tokens;
    this.#placeholders = placeholders;
    this.#controller = new StableController((reason) => handler.onResponseError?.(this.#controller, reason));
  }

  start(): void {
    try {
      // At once, and always with the same controller: an abort must not wait for the token.
      this.#handler.onRequestStart?.(this.#controller, {});
      const token = this.#tokens.ready?.();
      if (token) this.#send(token, isReplayable(this.#request.body));
      else void this.#sendSoon();
    } catch (error) {
      this.#controller.fail(error);
    }
  }

  async #sendSoon(): Promise<void> {
    try {
      const token = await this.#tokens.getToken({ signal: this.#controller.signal });
      this.#send(token, isReplayable(this.#request.body));
    } catch (error) {
      this.#controller.fail(error);
    }
  }

  #send(token: AccessToken, mayReplay: boolean): void {
    if (this.#controller.finished) return;
    const given = String(this.#request.origin);
    const asked = this.#placeholders.includes(given) ? given : new URL(given).origin;
    const isHome = asked === token.origin || this.#placeholders.includes(asked);
    const origin = isHome ? token.origin : token.originOf?.(asked);
    if (origin === undefined) {
      throw new ProviderError(
        "bad_request",
        `Nothing was sent: the token belongs to ${token.origin}, not to ${displayText(asked, 100)}.`,
      );
    }
    refuseUncheckedTls(origin);
    const headers = mergeHeaders(this.#request.headers, addedHeaders(token.headers ?? {}), OWN);
    headers.push("authorization", `Bearer ${token.value}`);
    this.#dispatch({ ...this.#request, origin, headers }, this.#receive(mayReplay ? token : undefined));
  }

  /** The handler of one dispatch. With `replayable` set, a 401 is kept back and leads to a second one. */
  #receive(replayable: AccessToken | undefined): Handler {
    const outer = this.#handler;
    const stable = this.#controller;
    let rejection: Rejection | undefined;
    return {
      onRequestStart: (controller) => stable.attach(controller),
      onRequestUpgrade: (_controller, status, headers, socket) =>
        outer.onRequestUpgrade?.(stable, status, headers, socket),
      onResponseStarted: () => outer.onResponseStarted?.(),
      onBodySent: (chunk) => outer.onBodySent?.(chunk),
      onRequestSent: () => outer.onRequestSent?.(),
      onResponseStart: (controller, status, headers, text) => {
        if (stable.finished) return;
        if ((status === 401 || status === 421) && replayable) {
          const unread = () => controller.abort(new Error("the rest of the refusal is not read"));
          const timer = setTimeout(unread, REJECTED_BODY_MS);
          rejection = { token: replayable, status, headers, text, chunks: [], size: 0, unread, timer };
          controller.resume();
          return;
        }
        // Forward first: a handler reports its own failure by throwing, and undici then calls onResponseError.
        outer.onResponseStart?.(stable, status, headers, text);
      },
      onResponseData: (_controller, chunk) => {
        if (stable.finished) return;
        if (!rejection) {
          outer.onResponseData?.(stable, chunk);
          return;
        }
        const room = REJECTED_BODY_LIMIT - rejection.size;
        if (room > 0) rejection.chunks.push(Buffer.from(chunk.subarray(0, room)));
        rejection.size += chunk.length;
        if (rejection.size > REJECTED_BODY_LIMIT) rejection.unread();
      },
      onResponseEnd: (_controller, trailers) => {
        clearTimeout(rejection?.timer);
        if (stable.finished) return;
        if (rejection) {
          void this.#renew(rejection);
          return;
        }
        outer.onResponseEnd?.(stable, trailers);
        stable.finish();
      },
      onResponseError: (_controller, error) => {
        clearTimeout(rejection?.timer);
        if (stable.finished) return;
        if (rejection && !stable.aborted) void this.#renew(rejection);
        else stable.fail(error);
      },
    };
  }

  async #renew(rejection: Rejection): Promise<void> {
    const stable = this.#controller;
    stable.detach();
    const old = rejection.token;
    try {
      const fresh = await this.#tokens.getToken({ rejected: old.value, signal: stable.signal });
      if (fresh.value !== old.value || fresh.origin !== old.origin) {
        this.#send(fresh, false);
        return;
      }
    } catch {
      // The refusal itself says more than the failed attempt to get around it.
    }
    if (stable.finished) return;
    try {
      this.#handler.onResponseStart?.(stable, rejection.status, rejection.headers, rejection.text);
      for (const chunk of rejection.chunks) this.#handler.onResponseData?.(stable, chunk);
      this.#handler.onResponseEnd?.(stable, {});
      stable.finish();
    } catch (error) {
      stable.fail(error);
    }
  }
}

interface Rejection {
  token: AccessToken;
  status: number;
  headers: Headers;
  text: string | undefined;
  chunks: Buffer[];
  size: number;
  /** Gives up what is left of the body. */
  unread: () => void;
  timer: NodeJS.Timeout;
}
