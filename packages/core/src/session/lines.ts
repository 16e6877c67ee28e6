import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

const LINE_FEED = 0x0a;
const blockSize = 256 * 1024;

/** A whole line of a file, and where it begins. */
export interface PlacedLine {
  bytes: Buffer;
  offset: number;
}

/** The lines of a file from its end to its beginning, without what stands behind the last line feed. */
export async function* linesBackward(path: string): AsyncGenerator<PlacedLine, void> {
  const file = await open(path, "r");
  try {
    let position = (await file.stat()).size;
    /** The later parts of the line whose beginning is still to come; undefined before the first line feed. */
    let later: Buffer[] | undefined;
    while (position > 0) {
      const start = Math.max(0, position - blockSize);
      const block = Buffer.alloc(position - start);
      const { bytesRead } = await file.read(block, 0, block.length, start);
      if (bytesRead < block.length) return;
      let end = block.length;
      for (let feed = block.lastIndexOf(LINE_FEED); feed !== -1;) {
        if (later) {
          yield { bytes: Buffer.concat([block.subarray(feed + 1, end), ...later]), offset: start + feed + 1 };
        }
        later = [];
        end = feed;
        feed = end === 0 ? -1 : block.lastIndexOf(LINE_FEED, end - 1);
      }
      later?.unshift(block.subarray(0, end));
      position = start;
    }
    if (later) yield { bytes: Buffer.concat(later), offset: 0 };
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
