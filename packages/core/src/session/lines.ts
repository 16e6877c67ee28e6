import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { decodeLines, type Line } from "@zotpilot/ndjson";
import { parseLine } from "./schema.ts";

const LINE_FEED = 0x0a;
const blockSize = 256 * 1024;
/** A longer line is no record: it is not written, and passed over without being held. */
export const maxLineBytes = 64 * 1024 * 1024;

/** A whole line of a file, and where it begins. */
export interface PlacedLine {
  bytes: Buffer;
  offset: number;
}

/**
 * The lines of a file. Bytes behind the last line feed are a line as well when they are a whole record, as in a file that
 * a person or a program has touched; otherwise they are torn.
 */
export async function* linesOf(path: string, start = 0): AsyncGenerator<Line, void> {
  for await (const line of decodeLines(createReadStream(path, { start }), { maxLineBytes })) {
    if (line.type === "torn" && isRecord(line.text)) {
      yield { type: "line", text: line.text, number: line.number };
    } else yield line;
  }
}

/** Whether a text is a whole record: cut anywhere, it would be no JSON. */
export function isRecord(text: string): boolean {
  const value = parseLine(text);
  return typeof value === "object" && value !== null;
}

/**
 * The text of a line for a copy of its file; undefined when there is nothing to copy. Of what is longer than a record can
 * be, a line is left that readers tell as damaged, so that whoever opens the copy learns of it.
 */
export function copyOf(line: Line): string | undefined {
  if (line.type === "too_long") return `left out: longer than ${line.limit} bytes\n`;
  return line.type === "line" && line.text !== "" ? `${line.text}\n` : undefined;
}

/** The lines of a file from its end to its beginning, without what stands behind the last line feed. */
export async function* linesBackward(path: string): AsyncGenerator<PlacedLine, void> {
  const file = await open(path, "r");
  try {
    let position = (await file.stat()).size;
    /** The later parts of the line whose beginning is still to come, last first; undefined before the first line feed. */
    let later: Buffer[] | undefined;
    let length = 0;
    const whole = (first: Buffer): Buffer | undefined =>
      later && length + first.length <= maxLineBytes
        ? Buffer.concat([first, ...later.toReversed()])
        : undefined;
    while (position > 0) {
      const start = Math.max(0, position - blockSize);
      const block = Buffer.alloc(position - start);
      const { bytesRead } = await file.read(block, 0, block.length, start);
      if (bytesRead < block.length) return;
      let end = block.length;
      for (let feed = block.lastIndexOf(LINE_FEED); feed !== -1;) {
        const bytes = whole(block.subarray(feed + 1, end));
        if (bytes) yield { bytes, offset: start + feed + 1 };
        later = [];
        length = 0;
        end = feed;
        feed = end === 0 ? -1 : block.lastIndexOf(LINE_FEED, end - 1);
      }
      length += end;
      if (length <= maxLineBytes) later?.push(block.subarray(0, end));
      else later = later && [];
      position = start;
    }
    const bytes = whole(Buffer.alloc(0));
    if (bytes) yield { bytes, offset: 0 };
  } finally {
    await file.close();
  }
}

/** How many lines end before an offset. */
export async function countLines(path: string, before: number): Promise<number> {
  if (before === 0) return 0;
  let lines = 0;
  for await (const chunk of createReadStream(path, { end: before - 1, highWaterMark: 1024 * 1024 })) {
    const bytes = chunk as Buffer;
    for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, feed + 1))
      lines += 1;
  }
  return lines;
}
