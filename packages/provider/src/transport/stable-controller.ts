import type { Dispatcher } from "undici";
import { isNotHttp, plainError } from "./plain-error.ts";

/**
 * The one controller that a caller sees while a request is signed, sent and perhaps sent again. It forwards to the
 * controller of the dispatch that is under way, and answers for itself while there is none.
 */
export class StableController implements Dispatcher.DispatchController {
  #inner: Dispatcher.DispatchController | undefined;
  /** The last controller, for the raw headers of an answer that is handed on after its dispatch has ended. */
  #last: Dispatcher.DispatchController | undefined;
  #paused = false;
  #aborted = false;
  #reason: Error | null = null;
  #finished = false;
  /** Made only for those who wait: one for each request would be the dearest part of it. */
  #waiting: AbortController | undefined;
  readonly #onFailure: (reason: Error) => void;

  constructor(onFailure: (reason: Error) => void) {
    this.#onFailure = onFailure;
  }

  /** Fires when the request is aborted; for waiting on something that is not a dispatch. */
  get signal(): AbortSignal {
    this.#waiting ??= new AbortController();
    if (this.#aborted) this.#waiting.abort(this.#reason);
    return this.#waiting.signal;
  }

  /** Whether the caller has been told the end. */
  get finished(): boolean {
    return this.#finished;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get rawHeaders(): Dispatcher.DispatchController["rawHeaders"] {
    return this.#last?.rawHeaders ?? null;
  }

  get rawTrailers(): Dispatcher.DispatchController["rawTrailers"] {
    return this.#last?.rawTrailers ?? null;
  }

  /** A dispatch has begun. */
  attach(inner: Dispatcher.DispatchController): void {
    if (this.#aborted) {
      inner.abort(this.#reason ?? new Error("aborted"));
      return;
    }
    this.#inner = inner;
    this.#last = inner;
    if (this.#paused) inner.pause();
  }

  /** The dispatch is over and another may follow. */
  detach(): void {
    this.#inner = undefined;
  }

  finish(): void {
    this.#finished = true;
  }

  /** Tells the caller, once, that the request failed. */
  fail(error: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    if (isNotHttp(error)) this.#onFailure(plainError(error));
    else this.#onFailure(error instanceof Error ? error : new Error(String(error)));
  }

  abort(reason: Error): void {
    if (this.#aborted || this.#finished) return;
    this.#aborted = true;
    this.#reason = reason;
    const inner = this.#inner;
    // Without a connection there is nobody who would report the abort, so we do; later callbacks are ignored.
    if (!inner) this.fail(reason);
    this.#waiting?.abort(reason);
    inner?.abort(reason);
  }

  pause(): void {
    this.#paused = true;
    this.#inner?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#inner?.resume();
  }
}
