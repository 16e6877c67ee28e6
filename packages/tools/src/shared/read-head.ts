import type { FileHandle } from "node:fs/promises";

const CHUNK_BYTES = 64 * 1024;

/** The start of a file, up to a number of bytes. */
export async function readHead(handle: FileHandle, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let position = 0; position < most;) {
    const piece = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, most - position));
    const filled = await fillBuffer(handle, piece, position);
    pieces.push(piece.subarray(0, filled));
    if (filled < piece.length) break;
    position += filled;
  }
  return Buffer.concat(pieces);
}

/** Fills a buffer unless the file ends before, and says how far; a single read may give less than there is. */
export async function fillBuffer(handle: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
