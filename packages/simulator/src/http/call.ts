/** One request the simulator received, as tests see it. Header names are in lower case. */
export interface RecordedRequest {
  /** When it arrived, in milliseconds of the simulator's clock. */
  readonly time: number;
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** The query with its `?`, or an empty string. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, the fields of a form, or the text as it came. */
  readonly body: unknown;
  /** Counts the connections of one simulator from 1. */
  readonly connection: number;
  /** The status that was answered; undefined while there is none. */
  status: number | undefined;
  /** The client closed the connection before the answer was complete. */
  aborted: boolean;
  /** The names of the scenarios that had a say in the answer; one that let all through as it was is not among them. */
  readonly played: readonly string[];
}

/** A request on its way through the handlers. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The body was announced as JSON but is none. */
  readonly malformed: boolean;
  /** Aborts when the connection is gone. */
  readonly signal: AbortSignal;
  /** The scenarios that have had a say so far; see {@link RecordedRequest.played}. */
  readonly played: string[];
}

/** A string field of a JSON or form body, or undefined. */
export function field(call: Call, name: string): string | undefined {
  const value = isRecord(call.body) ? call.body[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** Whether a value is a plain keyed object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
