import type { Readable } from "node:stream";
import { ProviderError } from "../errors/provider-error.ts";
import type { Timeouts } from "./timeouts.ts";

/** The beginning of a body as text. */
export interface BoundedText {
  text: string;
  /** Whether there was more than the limit. */
  truncated: boolean;
}

/**
 * Reads at most `limit` bytes of a body and lets the rest go. A body that breaks off gives what came before it, or
 * its error when `strict`.
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  options: { strict?: boolean } = {},
): Promise<BoundedText> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let truncated = false;
  try {
    for await (const chunk of body) {
      const room = limit - size;
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
      size += Math.min(chunk.length, room);
      if (chunk.length > room) {
        truncated = true;
        break;
      }
    }
  } catch (error) {
    if (options.strict === true) throw error;
  }
  return { text: textOf(Buffer.concat(chunks)), truncated };
}

/** Bytes as text, without a byte order mark, which JSON does not take. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** A body whose chunks are waited for only so long; see {@link watchBody}. */
export interface WatchedBody extends AsyncIterable<Uint8Array> {
  /**
   * Says that all that matters has come. The rest, which only keeps the connection fit for another request, is waited
   * for `milliseconds` at most, and how it ends no longer matters.
   */
  release(milliseconds: number): void;
  /** Lets go of a body that will not be read on, begun or not, which cancels the request unless it is through. */
  cancel(): void;
}

/**
 * Gives the chunks of a body and watches the clock while it waits for one: a body that goes silent, or is not complete
 * within `totalMs`, is destroyed and ends in a `timeout` error. The time that the reader takes between chunks does not
 * count as silence. Leaving early destroys the body, which cancels the request.
 */
export function watchBody(
  body: Readable,
  timeouts: Timeouts,
  explain: (error: unknown) => unknown,
  totalMs?: number,
): WatchedBody {
  let waiting = true;
  let first = true;
  let released = false;
  let timedOut: ProviderError | undefined;
  let timer: NodeJS.Timeout | undefined;

  function expire(): void {
    if (released) body.destroy();
    else if (waiting) giveUp(silence(first, timeouts));
  }

  function giveUp(error: ProviderError): void {
    timedOut = error;
    body.destroy(error);
  }

  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    if (!released) timer = setTimeout(expire, timeouts.firstByteMs);
    const total = totalMs === undefined ? undefined : setTimeout(() => giveUp(incomplete(totalMs)), totalMs);
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        waiting = false;
        if (first) {
          first = false;
          if (!released) {
            clearTimeout(timer);
            timer = setTimeout(expire, timeouts.idleMs);
          }
        }
        yield chunk;
        waiting = true;
        if (!released) timer?.refresh();
      }
    } catch (error) {
      if (!released) throw timedOut ?? explain(error);
    } finally {
      clearTimeout(timer);
      clearTimeout(total);
    }
  }

  return {
    [Symbol.asyncIterator]: read,
    release(milliseconds) {
      released = true;
      clearTimeout(timer);
      timer = setTimeout(expire, milliseconds);
    },
    cancel() {
      // That it was left is no news to anybody.
      if (!body.destroyed) body.on("error", () => undefined).destroy();
    },
  };
}

function silence(beforeFirst: boolean, { firstByteMs, idleMs }: Timeouts): ProviderError {
  const seconds = Math.round((beforeFirst ? firstByteMs : idleMs) / 1000);
  return tooSlow(beforeFirst ? `did not begin within ${seconds} seconds` : `stopped for ${seconds} seconds`);
}

function incomplete(totalMs: number): ProviderError {
  return tooSlow(`was not complete within ${Math.round(totalMs / 1000)} seconds`);
}

function tooSlow(why: string): ProviderError {
  return new ProviderError("timeout", `The answer ${why}, so the request was cancelled.`, {
    retryable: true,
  });
}
