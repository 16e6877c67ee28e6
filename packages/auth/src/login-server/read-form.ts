import type { IncomingMessage } from "node:http";
import type { Refusal } from "./guard.ts";

/** Larger forms are refused. */
export const formBytes = 16 * 1024;

/** The fields of a posted form, each given once, or why it is refused. Never quotes what was sent. */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string> | Refusal> {
  const tooLarge: Refusal = { status: 413, text: "That is more than this form holds." };
  const kind = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (kind !== "application/x-www-form-urlencoded") return { status: 415, text: "Not a form." };
  if (Number(request.headers["content-length"] ?? 0) > formBytes) return tooLarge;
  const pieces: Buffer[] = [];
  let size = 0;
  // Destroying the request would take the answer's connection with it.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const piece of body) {
    size += piece.length;
    if (size > formBytes) return tooLarge;
    pieces.push(piece);
  }
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(Buffer.concat(pieces).toString("utf8"))) {
    if (fields.has(name)) return { status: 400, text: "A field was sent twice." };
    fields.set(name, value);
  }
  return fields;
}
