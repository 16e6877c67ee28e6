/** What {@link decodeLines} yields: a line as text, or why there is none. */
export type Line =
  /** A complete line without its line feed (and without a carriage return before it). `number` counts from 1. */
  | { type: "line"; text: string; number: number }
  /** A line longer than the limit; its bytes were dropped and reading goes on behind it. */
  | { type: "too_long"; limit: number; number: number }
  /** Bytes after the last line feed; `text` is empty if they were over the limit. `offset` is where they begin. */
  | { type: "torn"; text: string; offset: number; number: number };

/** Options of {@link decodeLines}. */
export interface DecodeOptions {
  /** The longest line that is kept, in bytes. 64 MiB when left out. */
  maxLineBytes?: number;
}

const LINE_FEED = 0x0a;

/**
 * Splits a stream of bytes into lines, on the line feed byte alone (`node:readline` also splits on U+2028).
 *
 * Invalid UTF-8 becomes U+FFFD. Memory is bounded by the line limit. Empty lines are yielded like any other.
 */
export async function* decodeLines(
  source: AsyncIterable<Uint8Array | string>,
  options: DecodeOptions = {},
): AsyncGenerator<Line, void, undefined> {
  const limit = options.maxLineBytes ?? 64 * 1024 * 1024;
  let pieces: Buffer[] = [];
  let size = 0;
  let dropped = false;
  let number = 1;
  let lineStart = 0;
  let position = 0;

  function keep(piece: Buffer): void {
    if (dropped || piece.length === 0) return;
    if (size + piece.length > limit) {
      dropped = true;
      pieces = [];
      size = 0;
      return;
    }
    pieces.push(piece);
    size += piece.length;
  }

  function take(): Line {
    const line: Line = dropped
      ? { type: "too_long", limit, number }
      : { type: "line", text: textOf(pieces), number };
    pieces = [];
    size = 0;
    dropped = false;
    number += 1;
    return line;
  }

  for await (const chunk of source) {
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk)
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      keep(bytes.subarray(start, end));
      start = end + 1;
      lineStart = position + start;
      yield take();
    }
    // A copy, because the source may reuse its buffer while the line is still open.
    keep(Buffer.from(bytes.subarray(start)));
    position += bytes.length;
  }
  if (dropped || size > 0) yield { type: "torn", text: textOf(pieces), offset: lineStart, number };
}

function textOf(pieces: readonly Buffer[]): string {
  const text = Buffer.concat(pieces).toString("utf8");
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}
