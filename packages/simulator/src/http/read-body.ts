import type { IncomingMessage } from "node:http";

const MAX_BYTES = 32 * 1024 * 1024;

/** The body of a request: parsed JSON, form fields, or text. `undefined` when there is none. */
export interface ReadBody {
  body: unknown;
  malformed: boolean;
  tooLarge: boolean;
}

/** Reads a whole body and parses it by its content type. */
export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    // The rest is still read (and dropped), so that the client gets to see the answer.
    if (size <= MAX_BYTES) pieces.push(piece);
  }
  if (size > MAX_BYTES) return { body: undefined, malformed: false, tooLarge: true };
  if (size === 0) return { body: undefined, malformed: false, tooLarge: false };
  const text = Buffer.concat(pieces).toString("utf8");
  const kind = request.headers["content-type"] ?? "";
  if (kind.includes("application/x-www-form-urlencoded")) {
    return { body: Object.fromEntries(new URLSearchParams(text)), malformed: false, tooLarge: false };
  }
  try {
    return { body: JSON.parse(text) as unknown, malformed: false, tooLarge: false };
  } catch {
    return { body: text, malformed: kind.includes("json"), tooLarge: false };
  }
}
