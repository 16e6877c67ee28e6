import { ToolError } from "./tool-error.ts";

const LINE_FEED = 0x0a;

/** How many lines a text has; a last line without a line feed counts. */
export function countLines(bytes: Buffer): number {
  const feeds = countLineFeeds(bytes);
  return bytes.length > 0 && bytes[bytes.length - 1] !== LINE_FEED ? feeds + 1 : feeds;
}

/** How many line feeds there are. */
export function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  // Where lines are short this is many times as fast as to search for one after the other.
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === LINE_FEED) count += 1;
  return count;
}

/** The longest start of `bytes`, at most `length` long, that does not end inside a UTF-8 character. */
export function cutStart(bytes: Buffer, length: number): Buffer {
  if (length >= bytes.length) return bytes;
  let end = Math.max(0, length);
  const floor = Math.max(0, end - 3);
  while (end > floor && isContinuation(bytes[end])) end -= 1;
  // Four continuation bytes in a row are no UTF-8, so there is no character to keep whole.
  return bytes.subarray(0, isContinuation(bytes[end]) ? length : end);
}

/** The longest end of `bytes`, at most `length` long, that does not begin inside a UTF-8 character. */
export function cutEnd(bytes: Buffer, length: number): Buffer {
  if (length >= bytes.length) return bytes;
  let start = bytes.length - Math.max(0, length);
  const ceiling = Math.min(bytes.length, start + 3);
  while (start < ceiling && isContinuation(bytes[start])) start += 1;
  return bytes.subarray(start);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Throws when a string from the model has no UTF-8 form, rather than writing something else. */
export function requireWellFormed(text: string, name: string): void {
  if (!text.isWellFormed()) {
    throw new ToolError("bad_input", `${name} holds half of a surrogate pair, which no file can hold`);
  }
}
