/** One thing a streamed body does next. */
export type Step =
  /** Write these bytes as one HTTP chunk. */
  | { type: "data"; bytes: string | Uint8Array }
  /** Pause, in real milliseconds. */
  | { type: "wait"; ms: number }
  /** Write nothing more and leave the connection open until the client or the simulator closes it. */
  | { type: "stall" }
  /** Break the connection without ending the body. */
  | { type: "reset" };

/** A body that is known as a whole. */
export interface FullReply {
  type: "full";
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** A body that is written step by step. */
export interface StreamReply {
  type: "stream";
  status: number;
  headers: Record<string, string>;
  steps: Iterable<Step> | AsyncIterable<Step>;
}

/** What a handler answers with. */
export type Reply =
  | FullReply
  | StreamReply
  /** Never answer. */
  | { type: "hang" }
  /** Break the connection before the first byte of an answer. */
  | { type: "reset" };

/** Replies with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): FullReply {
  return {
    type: "full",
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

/** Replies with plain text. */
export function text(status: number, body: string, headers: Record<string, string> = {}): FullReply {
  return {
    type: "full",
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
    body,
  };
}

/** Replies with a page. */
export function html(status: number, body: string, headers: Record<string, string> = {}): FullReply {
  return { type: "full", status, headers: { "content-type": "text/html; charset=utf-8", ...headers }, body };
}

/** The error form of the Copilot API. Its JSON comes as `text/plain`, which is why no client may decide by content type. */
export function capiError(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): FullReply {
  return text(status, JSON.stringify({ error: { message, code } }), headers);
}

/** The error form of api.github.com. */
export function restError(status: number, message: string, headers: Record<string, string> = {}): FullReply {
  const body = { message, documentation_url: "https://docs.github.com/rest", status: String(status) };
  return json(status, body, headers);
}
