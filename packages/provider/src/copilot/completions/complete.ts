import { ProviderError } from "../../errors/provider-error.ts";
import { requestStream, type HttpRequest } from "../../transport/http.ts";
import { createServerSentEventReader } from "../../transport/sse.ts";
import { createPatience } from "../../wire/patience.ts";
import { completionsPlaceholder } from "../endpoints.ts";
import { createCompletionDecoder, type CompletionDecoder } from "./decode.ts";
import {
  completionHeaders,
  completionPath,
  encodeCompletion,
  type CompletionEvent,
  type CompletionRequest,
} from "./request.ts";

/** How long the rest of a body is waited for once the answer is complete, so that its connection can be used again. */
const DRAIN_MS = 250;

/** Makes `Copilot.complete`. */
export function createComplete(
  request: (part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>) => HttpRequest,
  hide: (error: unknown) => unknown,
  monotonicNow?: () => number,
): (
  asked: CompletionRequest,
  options?: { signal?: AbortSignal },
) => AsyncGenerator<CompletionEvent, void, undefined> {
  return async function* complete(asked, { signal } = {}) {
    const what = "Asking Copilot for a code completion";
    const sent = request({
      origin: completionsPlaceholder,
      path: completionPath(asked),
      method: "POST",
      what,
      headers: completionHeaders(),
      body: JSON.stringify(encodeCompletion(asked)),
      signal,
    });
    try {
      const { body, requestId } = await requestStream(sent);
      const decoder = createCompletionDecoder({ what, host: sent.host(), requestId });
      yield* readCompletion(body, decoder, monotonicNow);
    } catch (error) {
      throw hide(error);
    }
  };
}

/** Reads the body of an answer through a decoder. */
export async function* readCompletion(
  body: AsyncIterable<Uint8Array> & { release?(milliseconds: number): void },
  decoder: CompletionDecoder,
  now: () => number = () => performance.now(),
): AsyncGenerator<CompletionEvent, void, undefined> {
  const out: CompletionEvent[] = [];
  const patience = createPatience(now);
  let complete = false;
  let failure: { error: unknown } | undefined;
  const reader = createServerSentEventReader({
    onData: (data) => {
      patience.progress();
      if (!complete && !failure) attempt(() => (complete = decoder.data(data, out)));
    },
    onStrayLine: (line) => {
      if (!complete && !failure) attempt(() => decoder.strayLine(line));
    },
  });

  /** What came before a failure in the same packet is given out before the failure. */
  function attempt(step: () => unknown): void {
    try {
      step();
    } catch (error) {
      failure ??= { error };
    }
  }

  for await (const chunk of body) {
    if (complete) continue;
    attempt(() => reader.feed(chunk));
    if (complete) body.release?.(DRAIN_MS);
    for (const event of out) yield event;
    out.length = 0;
    if (failure) throw failure.error;
    if (!complete) patience.check();
  }
  if (complete) return;
  attempt(() => {
    const torn = reader.end();
    if (!complete && !failure) decoder.end(torn);
  });
  for (const event of out) yield event;
  if (failure) throw failure.error;
}

/** What {@link collectCompletion} gives. */
export interface CollectedCompletion {
  /** The texts, by their index. */
  texts: readonly string[];
}

/** Reads a whole completion. Throws what the events throw. */
export async function collectCompletion(
  events: AsyncIterable<CompletionEvent>,
): Promise<CollectedCompletion> {
  const texts: string[] = [];
  for await (const event of events) {
    if (event.type !== "text_delta" && event.type !== "finish") continue;
    if (event.index > MOST_TEXTS) {
      throw new ProviderError("invalid_response", "The service numbered its texts beyond all measure.");
    }
    while (texts.length <= event.index) texts.push("");
    if (event.type === "text_delta") texts[event.index] += event.text;
  }
  return { texts };
}

const MOST_TEXTS = 1000;
