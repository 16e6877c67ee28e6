import { countLineFeeds, cutStart } from "../shared/text.ts";

/** Which part of a text is wanted. */
export interface PageRequest {
  /** The first line, counted from 1. */
  offset: number;
  /** The first byte of that line, counted from 1. */
  column: number;
  maxLines: number;
  maxBytes: number;
}

/** Lines of a text, byte for byte. */
export interface Page {
  bytes: Buffer;
  /** Why the page ends: with the file, at a limit with more behind it, or inside a line that is too long to show. */
  end: "file" | "lines" | "bytes" | "long_line";
  /** Where to continue. */
  next: { offset: number; column: number };
}

/** The place that a page was to begin at is not there. */
export type NoPage =
  /** The text has fewer lines. */
  | { totalLines: number }
  /** The line has fewer bytes. */
  | { lineBytes: number };

const LINE_FEED = 0x0a;

/** Reads one page and no further. Memory does not grow with the text, nor with its lines. */
export async function readPage(
  chunks: AsyncIterable<Buffer>,
  { offset, column, maxLines, maxBytes }: PageRequest,
): Promise<Page | NoPage> {
  let line = 1;
  let lineIsEmpty = true;
  let toSkip = column - 1;
  const pieces: Buffer[] = [];
  // One byte more than fits tells whether there is more.
  let room = maxBytes + 1;
  for await (const chunk of chunks) {
    let at = 0;
    while (line < offset && at < chunk.length) {
      const feed = chunk.indexOf(LINE_FEED, at);
      lineIsEmpty = feed === chunk.length - 1;
      at = feed === -1 ? chunk.length : feed + 1;
      if (feed !== -1) line += 1;
    }
    if (at === chunk.length) continue;
    const skipped = chunk.subarray(at, at + toSkip);
    const feed = skipped.indexOf(LINE_FEED);
    if (feed !== -1) return { lineBytes: column - 1 - toSkip + feed };
    toSkip -= skipped.length;
    const piece = Buffer.from(chunk.subarray(at + skipped.length, at + skipped.length + room));
    lineIsEmpty = false;
    pieces.push(piece);
    room -= piece.length;
    if (room === 0) break;
  }
  const window = Buffer.concat(pieces);
  if (window.length > 0) return cutPage(window, { offset, column, maxLines, maxBytes });
  if (line === offset && !lineIsEmpty) return { lineBytes: column - 1 - toSkip };
  return { totalLines: lineIsEmpty ? line - 1 : line };
}

function cutPage(window: Buffer, { offset, column, maxLines, maxBytes }: PageRequest): Page {
  const behind = (bytes: Buffer): Page["next"] => ({ offset: offset + countLineFeeds(bytes), column: 1 });
  const lineEnd = endOfLines(window, maxLines);
  if (lineEnd !== undefined && lineEnd <= maxBytes) {
    const bytes = window.subarray(0, lineEnd);
    return { bytes, end: lineEnd < window.length ? "lines" : "file", next: behind(bytes) };
  }
  if (window.length <= maxBytes) return { bytes: window, end: "file", next: behind(window) };
  const lastFeed = window.lastIndexOf(LINE_FEED, maxBytes - 1);
  if (lastFeed !== -1) {
    const bytes = window.subarray(0, lastFeed + 1);
    return { bytes, end: "bytes", next: behind(bytes) };
  }
  const bytes = cutStart(window, maxBytes);
  return { bytes, end: "long_line", next: { offset, column: column + bytes.length } };
}

function endOfLines(bytes: Buffer, lines: number): number | undefined {
  let at = -1;
  for (let count = 0; count < lines; count += 1) {
    at = bytes.indexOf(LINE_FEED, at + 1);
    if (at === -1) return undefined;
  }
  return at + 1;
}
