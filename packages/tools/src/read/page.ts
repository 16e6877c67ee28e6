import { byteOrderMarkLength, countLineFeeds, cutStart } from "../shared/text.ts";

/** What pages are read from; an open file is one. */
export interface PageSource {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

/** Which lines of a file are wanted. */
export interface PageRequest {
  /** The first line, counted from 1. */
  offset: number;
  maxLines: number;
  maxBytes: number;
  signal: AbortSignal;
}

/** Lines of a file, byte for byte. */
export interface Page {
  bytes: Buffer;
  /** Why the page ends: with the file, at a limit with more behind it, or inside a line that is too long to show. */
  end: "file" | "lines" | "bytes" | "long_line";
  /** The line to continue with. */
  next: number;
  /** How many lines the file has; known only when the page lies behind its end. */
  totalLines?: number;
}

const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/** Reads one page. Memory does not grow with the file, nor with its lines. */
export async function readPage(handle: PageSource, request: PageRequest): Promise<Page> {
  const found = await findLine(handle, request.offset, request.signal);
  if ("totalLines" in found) {
    return { bytes: Buffer.alloc(0), end: "file", next: request.offset, totalLines: found.totalLines };
  }
  // One byte more than fits tells whether there is more.
  let window = await readAt(handle, found.position, request.maxBytes + 4, request.signal);
  if (request.offset === 1) window = window.subarray(byteOrderMarkLength(window));
  window = window.subarray(0, request.maxBytes + 1);

  const lineEnd = endOfLines(window, request.maxLines);
  if (lineEnd !== undefined && lineEnd <= request.maxBytes) {
    const page = window.subarray(0, lineEnd);
    const end = lineEnd < window.length ? "lines" : "file";
    return { bytes: page, end, next: request.offset + request.maxLines };
  }
  if (window.length <= request.maxBytes) {
    return { bytes: window, end: "file", next: request.offset + countLineFeeds(window) };
  }
  const lastFeed = window.lastIndexOf(LINE_FEED, request.maxBytes - 1);
  if (lastFeed === -1) {
    return { bytes: cutStart(window, request.maxBytes), end: "long_line", next: request.offset + 1 };
  }
  const page = window.subarray(0, lastFeed + 1);
  return { bytes: page, end: "bytes", next: request.offset + countLineFeeds(page) };
}

async function findLine(
  handle: PageSource,
  line: number,
  signal: AbortSignal,
): Promise<{ position: number } | { totalLines: number }> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let current = 1;
  let position = 0;
  let lineIsEmpty = true;
  for (;;) {
    if (current === line && position === 0) {
      const { bytesRead } = await handle.read(buffer, 0, 1, 0);
      return bytesRead > 0 ? { position: 0 } : { totalLines: 0 };
    }
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return { totalLines: lineIsEmpty ? current - 1 : current };
    const chunk = buffer.subarray(0, bytesRead);
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
      current += 1;
      if (current === line) return startOfLine(handle, position + at + 1, current);
    }
    lineIsEmpty = chunk[bytesRead - 1] === LINE_FEED;
    position += bytesRead;
  }
}

// The line feed that ends the last line begins no further one.
async function startOfLine(
  handle: PageSource,
  position: number,
  line: number,
): Promise<{ position: number } | { totalLines: number }> {
  const { bytesRead } = await handle.read(Buffer.allocUnsafe(1), 0, 1, position);
  return bytesRead > 0 ? { position } : { totalLines: line - 1 };
}

async function readAt(
  handle: PageSource,
  position: number,
  length: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function endOfLines(bytes: Buffer, lines: number): number | undefined {
  let at = -1;
  for (let count = 0; count < lines; count += 1) {
    at = bytes.indexOf(LINE_FEED, at + 1);
    if (at === -1) return undefined;
  }
  return at + 1;
}
