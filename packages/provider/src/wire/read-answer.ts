import { isUtf8 } from "node:buffer";
import { ProviderError } from "../errors/provider-error.ts";
import type { ModelEvent } from "../model/event.ts";
import { textOf, type WatchedBody } from "../transport/body.ts";
import { createServerSentEventReader, notUtf8 } from "../transport/sse.ts";
import { createPatience } from "./patience.ts";
import type { AnswerDecoder } from "./wire-format.ts";

const JSON_LIMIT = 16 * 1024 * 1024;
/** How much of what follows a complete answer is read, and how long it is waited for. */
const DRAIN_LIMIT = 64 * 1024;
const DRAIN_MS = 250;

/** Reads the body of an answer, event by event; see {@link readBatches}. */
export async function* readAnswer(
  ...given: Parameters<typeof readBatches>
): AsyncGenerator<ModelEvent, void, undefined> {
  for await (const batch of readBatches(...given)) {
    // Not `yield*`: over an array it costs an async generator twice as much.
    for (const event of batch) yield event;
  }
}

/**
 * Reads the body of an answer through a decoder, and gives the events of each packet together. The first byte tells a
 * stream from a JSON text; the content type is not asked. Once the answer is complete the rest of the body is read briefly, so that the connection can be used again.
 */
export async function* readBatches(
  body: AsyncIterable<Uint8Array> & Partial<Pick<WatchedBody, "release">>,
  decoder: AnswerDecoder,
  now: () => number = () => performance.now(),
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  let out: ModelEvent[] = [];
  let complete = false;
  const patience = createPatience(now);
  let whole: Uint8Array[] | undefined;
  let size = 0;
  let known = false;
  let drained = 0;

  let failure: { error: unknown } | undefined;

  /** What came before a failure in the same packet is given out before the failure. */
  function attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      failure = { error };
    }
  }

  const skim = decoder.skim?.bind(decoder);
  const reader = createServerSentEventReader({
    ...(skim && {
      skim: (bytes, at) => {
        const next = complete ? at : skim(bytes, at, out);
        if (next > at) patience.progress();
        return next;
      },
    }),
    onData: (data, torn) => {
      if (complete) return;
      complete = decoder.data(data, torn, out);
      patience.progress();
    },
    onStrayLine: (line) => {
      if (!complete) decoder.strayLine(line);
    },
  });

  for await (const chunk of body) {
    if (complete) {
      drained += chunk.length;
      if (drained > DRAIN_LIMIT) return;
      continue;
    }
    if (!known) {
      const first = firstByte(chunk);
      if (first !== undefined) {
        known = true;
        if (first === OPEN_BRACE) whole = [];
        if (first === LESS_THAN) throw htmlAnswer();
      }
    }
    if (whole) {
      size += chunk.length;
      if (size > JSON_LIMIT) throw tooLarge();
      whole.push(chunk);
      patience.check();
      continue;
    }
    attempt(() => reader.feed(chunk));
    if (complete) body.release?.(DRAIN_MS);
    if (out.length > 0) {
      yield out;
      out = [];
    }
    if (failure) throw failure.error;
    if (!complete) patience.check();
  }
  if (complete) return;
  attempt(() => {
    if (whole) {
      const text = Buffer.concat(whole);
      if (!isUtf8(text)) throw notUtf8();
      decoder.json(textOf(text), out);
      return;
    }
    const torn = reader.end();
    if (!complete) decoder.end(torn, out);
  });
  if (out.length > 0) yield out;
  if (failure) throw failure.error;
}

const OPEN_BRACE = 0x7b;
const LESS_THAN = 0x3c;

/** The first byte that is neither white space nor part of a byte order mark. */
function firstByte(chunk: Uint8Array): number | undefined {
  return chunk.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
}

function htmlAnswer(): ProviderError {
  return new ProviderError(
    "invalid_response",
    "The answer was an HTML page: a proxy or login page of the network has probably answered in its place.",
    { retryable: true },
  );
}

function tooLarge(): ProviderError {
  return new ProviderError("invalid_response", "The answer was stopped: it is larger than 16 MB.");
}
