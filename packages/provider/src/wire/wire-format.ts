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
  /** Whose reasoning state may be sent back; see `ReasoningOrigin`. */
  account?: string | undefined;
  /** Reasoning state that the service has refused; it is left out. */
  refusedState?: { has(opaque: string): boolean } | undefined;
  /** The longest answer of the model, in tokens, if it is known. */
  maxOutputTokens?: number | undefined;
  /** Whether the model can be held to a JSON Schema, if it is known. */
  structuredOutputs?: boolean | undefined;
  /** Whether the model refuses schemas of tools that others take; they are then sent without what it minds. */
  strictSchemas?: boolean | undefined;
  /** How the model thinks, if it is known; see `ModelInfo`. */
  thinking?: { adaptive: boolean; minBudget: number; maxBudget: number } | undefined;
}

/** What a decoder needs to know. */
export interface DecodeContext {
  /** The model that was asked. */
  model: string;
  requestId: string | undefined;
  /** What was tried, for messages. */
  what: string;
  host: string;
  /** Whether the service always says that an answer is through, by a reason or an end mark. Unknown when left out. */
  announcesEnd?: boolean;
  /** The account that reasoning state is tagged with. */
  account?: string | undefined;
  /** The name of the form that was asked for, where it went out as a tool; see `ModelRequest.responseFormat`. */
  responseFormat?: string | undefined;
}

/**
 * Turns one answer into events. It is fed pieces in order and appends to `out`; it throws a `ProviderError` as soon as
 * the answer is known to have failed.
 */
export interface AnswerDecoder {
  /**
   * Reads whole events of the stream, from `at` on, as far as it can without a parser, and returns where it stopped:
   * a short cut, which may always return `at`. The text of events that came together is given out as one.
   */
  skim?(stream: Uint8Array, at: number, out: ModelEvent[]): number;
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
  /** Headers that an encoded body needs besides the usual ones. */
  headers?(body: Record<string, unknown>): Record<string, string>;
  createDecoder(context: DecodeContext): AnswerDecoder;
}
