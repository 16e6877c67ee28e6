import type { ModelEvent } from "../model/event.ts";
import type { ModelRequest } from "../model/request.ts";

/** What an encoder needs to know besides the request. */
export interface EncodeContext {
  /** Whether the answer is to be streamed. */
  stream: boolean;
  /** Whether the model reasons; such models refuse a temperature. Unknown models are taken as they come. */
  reasons: boolean;
  /** The efforts that the model takes, if they are known; another one is left out. */
  reasoningEfforts: readonly string[] | undefined;
}

/** What a decoder needs to know. */
export interface DecodeContext {
  /** The model that was asked. */
  model: string;
  requestId: string | undefined;
  /** What was tried, for messages. */
  what: string;
  host: string;
}

/**
 * Turns one answer into events. It is fed pieces in order and appends to `out`; it throws a `ProviderError` as soon as
 * the answer is known to have failed.
 */
export interface AnswerDecoder {
  /** The data of one server-sent event. `torn`: the stream ended inside its line. True when the answer is complete. */
  data(data: string, torn: boolean, out: ModelEvent[]): boolean;
  /** A line that is not of the event stream format. */
  strayLine(line: string): void;
  /** A whole answer as one JSON text, which some hosts send although a stream was asked for. */
  json(text: string, out: ModelEvent[]): void;
  /** The body has ended as HTTP foresees it. `torn`: its last line is unfinished. */
  end(torn: boolean, out: ModelEvent[]): void;
}

/** A dialect of the model interface: how requests are written and answers read. */
export interface WireFormat {
  /** For example `/chat/completions`. */
  readonly path: string;
  encode(request: ModelRequest, context: EncodeContext): Record<string, unknown>;
  createDecoder(context: DecodeContext): AnswerDecoder;
}
