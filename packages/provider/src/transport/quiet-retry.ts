import { setTimeout as delay } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { headerOf, retryAfterOf, type ResponseHeaders } from "../errors/retry-after.ts";
import { isPassing } from "./network-error.ts";
import { isReplayable } from "./replayable.ts";
import { StableController } from "./stable-controller.ts";

/** Options of {@link quietRetry}. */
export interface QuietRetryOptions {
  /** How many more times a request is sent; 2 when left out. */
  retries?: number;
  /** Whether the answers 502, 503 and 504 (and 500 to a GET) are tried again too. True when left out. */
  statuses?: boolean;
}

/** How much of an answer that is tried again is read, and for how long: its connection is worth no more than that. */
const DRAIN_LIMIT = 64 * 1024;
const DRAIN_MS = 2_000;

type Handler = Dispatcher.DispatchHandler;

/**
 * Interceptor: sends a request again, up to two times after a short random wait, when most likely nothing has come of it.
 *
 * That is: the connection could not be made or broke before the request was on its way; a gateway answered 502, 503 or
 * 504 without naming a wait of its own (`retry-after`), behind which something may have come of it after all. A GET, which costs nothing, is also sent again when its
 * connection broke before the answer began, and on 500. A POST that was on its way is not: it may have been counted
 * and charged, and whether to ask again is for the caller to decide. Nothing is repeated once an answer has begun, and
 * all attempts carry the same headers and body.
 *
 * Put it after `bearerAuth` in `compose()`, so that each attempt is signed anew.
 */
export function quietRetry(options: QuietRetryOptions = {}): Dispatcher.DispatcherComposeInterceptor {
  const retries = options.retries ?? 2;
  const statuses = options.statuses ?? true;
  return (dispatch) => (request, handler) => {
    if (retries < 1 || !isReplayable(request.body)) return dispatch(request, handler);
    new RetriedRequest(dispatch, request, handler, retries, statuses).start();
    return true;
  };
}

class RetriedRequest {
  readonly #dispatch: Dispatcher.Dispatch;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #handler: Handler;
  readonly #retries: number;
  readonly #statuses: boolean;
  readonly #free: boolean;
  readonly #controller: StableController;
  #attempt = 0;

  constructor(
    dispatch: Dispatcher.Dispatch,
    request: Dispatcher.DispatchOptions,
    handler: Handler,
    retries: number,
    statuses: boolean,
  ) {
    this.#dispatch = dispatch;
    this.#request = request;
    this.#handler = handler;
    this.#retries = retries;
    this.#statuses = statuses;
    this.#free = request.method === "GET" || request.method === "HEAD";
    this.#controller = new StableController((reason) => handler.onResponseError?.(this.#controller, reason));
  }

  start(): void {
    try {
      this.#handler.onRequestStart?.(this.#controller, {});
      this.#send();
    } catch (error) {
      this.#controller.fail(error);
    }
  }

  #send(): void {
    if (!this.#controller.finished) this.#dispatch(this.#request, this.#receive());
  }

  async #again(): Promise<void> {
    this.#controller.detach();
    const pause = (0.5 + Math.random() / 2) * 300 * 4 ** this.#attempt;
    this.#attempt += 1;
    try {
      // An abort during the wait has been reported by the controller already.
      await delay(pause, undefined, { signal: this.#controller.signal });
      this.#send();
    } catch (error) {
      this.#controller.fail(error);
    }
  }

  #mayTryAgain(status: number, headers: ResponseHeaders): boolean {
    if (!this.#statuses || this.#attempt >= this.#retries) return false;
    // A wait of the service's own choice is for the caller to see, not for us to sleep through.
    if (headerOf(headers, "retry-after") !== undefined || retryAfterOf(headers) !== undefined) return false;
    return status === 502 || status === 503 || status === 504 || (status === 500 && this.#free);
  }

  #receive(): Handler {
    const outer = this.#handler;
    const stable = this.#controller;
    let isSent = false;
    let drained = 0;
    let draining: NodeJS.Timeout | undefined;
    return {
      onRequestStart: (controller) => stable.attach(controller),
      onRequestUpgrade: (_controller, status, headers, socket) =>
        outer.onRequestUpgrade?.(stable, status, headers, socket),
      onResponseStarted: () => outer.onResponseStarted?.(),
      onBodySent: (chunk) => {
        isSent = true;
        outer.onBodySent?.(chunk);
      },
      onRequestSent: () => {
        isSent = true;
        outer.onRequestSent?.();
      },
      onResponseStart: (controller, status, headers, text) => {
        if (stable.finished) return;
        isSent = true;
        if (status >= 200 && this.#mayTryAgain(status, headers)) {
          const unread = () => controller.abort(new Error("the rest of the answer is not read"));
          draining = setTimeout(unread, DRAIN_MS);
          controller.resume();
          return;
        }
        // Whatever happens from here on belongs to this answer.
        if (status >= 200) this.#attempt = this.#retries;
        outer.onResponseStart?.(stable, status, headers, text);
      },
      onResponseData: (controller, chunk) => {
        if (stable.finished) return;
        if (!draining) {
          outer.onResponseData?.(stable, chunk);
          return;
        }
        drained += chunk.length;
        if (drained > DRAIN_LIMIT) controller.abort(new Error("the rest of the answer is not read"));
      },
      onResponseEnd: (_controller, trailers) => {
        clearTimeout(draining);
        if (stable.finished) return;
        if (draining) {
          void this.#again();
          return;
        }
        outer.onResponseEnd?.(stable, trailers);
        stable.finish();
      },
      onResponseError: (_controller, error) => {
        clearTimeout(draining);
        if (stable.finished) return;
        const harmless =
          draining !== undefined ||
          (this.#attempt < this.#retries && isPassing(error) && (this.#free || !isSent));
        if (harmless && !stable.aborted) void this.#again();
        else stable.fail(error);
      },
    };
  }
}
