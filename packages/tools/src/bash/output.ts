import { randomBytes } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { MAX_BYTES, MAX_LINES } from "../shared/limits.ts";
import { countLineFeeds, cutEnd, cutStart } from "../shared/text.ts";
import { createTextCleaner } from "./clean-text.ts";

/** What a command printed, as much of it as a result shows. */
export interface OutputSummary {
  /** All of the output, or its start when `tail` is there. */
  head: string;
  /** Its end, when the middle was left out. */
  tail: string | undefined;
  /** How much was left out between them. */
  left: { lines: number; bytes: number };
  /** How many bytes were printed, control characters included. */
  printedBytes: number;
  /** Whether the beginning is no text; then nothing but the number of bytes is known. */
  isBinary: boolean;
  /** The file that holds the output, and whether it holds all of it. */
  file: { path: string; complete: boolean } | undefined;
}

/** Collects what a command prints in memory that does not grow with it. */
export interface Output {
  /**
   * Takes what was printed, and gives it as text without control characters; nothing of what is known to be no text. A
   * character may be split between two calls.
   */
  take(bytes: Buffer): Promise<string>;
  finish(): Promise<OutputSummary>;
  /** Closes the file; may be called twice. */
  close(): Promise<void>;
}

/** The most of one command's output that is kept on disk, in bytes. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

/** Starts to collect. A file for all of it is made only when there is more than a result shows. */
export function createOutput(): Output {
  const decoder = new StringDecoder("utf8");
  const clean = createTextCleaner();
  const encode = createEncoder();
  const recent = createTail(MAX_BYTES);
  let start: Buffer | undefined;
  let printedBytes = 0;
  let totalBytes = 0;
  let isBinary = false;
  let feeds = 0;
  let file: { path: string; handle: FileHandle | undefined; complete: boolean } | undefined;
  let fileBytes = 0;

  async function add(text: string): Promise<void> {
    if (text === "") return;
    const bytes = encode(text);
    totalBytes += bytes.length;
    feeds += countLineFeeds(bytes);
    if (start) {
      await save(bytes);
    } else if (totalBytes > MAX_BYTES || feeds > MAX_LINES) {
      const all = Buffer.concat([recent.bytes(), bytes]);
      start = Buffer.from(all.subarray(0, MAX_BYTES));
      isBinary = looksBinary(start.toString("utf8"));
      if (!isBinary) await save(all);
    }
    recent.add(bytes);
  }

  // The result matters more than its copy on disk: a full disk costs the copy only.
  async function save(bytes: Buffer): Promise<void> {
    try {
      file ??= await createFile();
      const piece = cutStart(bytes, MAX_FILE_BYTES - fileBytes);
      if (piece.length < bytes.length) file.complete = false;
      if (!file.handle || piece.length === 0) return;
      fileBytes += piece.length;
      await file.handle.appendFile(piece);
    } catch {
      if (file) file.complete = false;
      await close();
    }
  }

  async function close(): Promise<void> {
    const handle = file?.handle;
    if (!file || !handle) return;
    file.handle = undefined;
    await handle.close().catch(() => undefined);
  }

  return {
    async take(bytes) {
      printedBytes += bytes.length;
      if (isBinary) return "";
      const text = clean(decoder.write(bytes));
      await add(text);
      return isBinary ? "" : text;
    },
    async finish() {
      if (!isBinary) await add(clean(decoder.end()));
      await close();
      const end = recent.bytes();
      const kept = file && { path: file.path, complete: file.complete };
      if (!start) {
        const left = { lines: 0, bytes: 0 };
        const all = end.toString("utf8");
        isBinary = looksBinary(all);
        return { head: all, tail: undefined, left, printedBytes, isBinary, file: kept };
      }
      const head = firstLines(start);
      const tail = lastLines(end);
      const left = {
        lines: Math.max(0, feeds - countLineFeeds(head) - countLineFeeds(tail)),
        bytes: totalBytes - head.length - tail.length,
      };
      return {
        head: head.toString("utf8"),
        tail: tail.toString("utf8"),
        left,
        printedBytes,
        isBinary,
        file: kept,
      };
    },
    close,
  };
}

/** What is no UTF-8 became U+FFFD; a tenth of it is more than a stray character. */
function looksBinary(text: string): boolean {
  let broken = 0;
  for (let at = text.indexOf("\ufffd"); at !== -1; at = text.indexOf("\ufffd", at + 1)) broken += 1;
  return broken > 20 && broken > text.length / 10;
}

/** Text in UTF-8, good until the next one: of a flood nothing is left behind that would have to be collected. */
function createEncoder(): (text: string) => Buffer {
  let scratch = Buffer.alloc(0);
  return (text) => {
    const length = Buffer.byteLength(text);
    if (scratch.length < length) scratch = Buffer.allocUnsafe(length);
    return scratch.subarray(0, scratch.write(text));
  };
}

/** The last bytes of what is added. */
interface Tail {
  add(bytes: Buffer): void;
  /** A copy of them. */
  bytes(): Buffer;
}

function createTail(most: number): Tail {
  const buffer = Buffer.allocUnsafe(2 * most);
  let length = 0;
  return {
    add(bytes) {
      const piece = bytes.subarray(-most);
      if (length + piece.length > buffer.length) {
        buffer.copyWithin(0, length - most, length);
        length = most;
      }
      length += piece.copy(buffer, length);
    },
    bytes: () => Buffer.from(buffer.subarray(Math.max(0, length - most), length)),
  };
}

async function createFile(): Promise<{ path: string; handle: FileHandle; complete: boolean }> {
  const path = join(tmpdir(), `zotpilot-bash-${randomBytes(6).toString("hex")}.log`);
  return { path, handle: await open(path, "wx", 0o600), complete: true };
}

const LINE_FEED = 0x0a;

/** The first half of what a result shows: whole lines, unless that would waste most of it. */
function firstLines(bytes: Buffer): Buffer {
  const piece = cutStart(bytes, MAX_BYTES / 2);
  let end = 0;
  for (let line = 0; line < MAX_LINES / 2; line += 1) {
    const at = piece.indexOf(LINE_FEED, end);
    if (at === -1) return end < piece.length / 2 ? piece : piece.subarray(0, end);
    end = at + 1;
  }
  return piece.subarray(0, end);
}

/** The last half, likewise. */
function lastLines(bytes: Buffer): Buffer {
  const piece = cutEnd(bytes, MAX_BYTES / 2);
  // Where the lines begin that are shown; a line feed at the very end begins none.
  let start = piece.at(-1) === LINE_FEED ? piece.length - 1 : piece.length;
  for (let line = 0; line < MAX_LINES / 2; line += 1) {
    const at = start === 0 ? -1 : piece.lastIndexOf(LINE_FEED, start - 1);
    if (at === -1) return start > piece.length / 2 ? piece : piece.subarray(start + 1);
    start = at;
  }
  return piece.subarray(start + 1);
}
