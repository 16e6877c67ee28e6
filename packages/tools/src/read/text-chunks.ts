import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import type { TextEncoding } from "../shared/encoding.ts";
import { fillBuffer } from "../shared/read-head.ts";

const CHUNK_BYTES = 64 * 1024;
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/**
 * The text of a file in UTF-8, piece by piece, without its byte order mark; what is no text is U+FFFD. A piece is good
 * until the next one is asked for; memory does not grow with the file.
 */
export async function* textChunks(
  handle: FileHandle,
  encoding: TextEncoding,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const decode = encoding.name === "UTF-8" ? createUtf8Decoder() : createDecoder(encoding);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  for (;;) {
    signal.throwIfAborted();
    const filled = await fillBuffer(handle, buffer, position);
    const chunk = decode(buffer.subarray(0, filled), filled < CHUNK_BYTES);
    const isMarked = position === 0 && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK);
    yield isMarked ? chunk.subarray(3) : chunk;
    if (filled < CHUNK_BYTES) return;
    position += filled;
  }
}

/** Decodes piece by piece. */
type Decoder = (bytes: Buffer, isLast: boolean) => Buffer;

/** Gives pieces as they are where nothing is wrong with them; a character may be split between two. */
function createUtf8Decoder(): Decoder {
  let half: Buffer = Buffer.alloc(0);
  return (bytes, isLast) => {
    const all = half.length > 0 ? Buffer.concat([half, bytes]) : bytes;
    const whole = all.subarray(0, all.length - (isLast ? 0 : unfinishedBytes(all)));
    half = Buffer.from(all.subarray(whole.length));
    return isUtf8(whole) ? whole : Buffer.from(whole.toString("utf8"));
  };
}

/** How many bytes at the end begin a character that may go on behind them. */
function unfinishedBytes(bytes: Buffer): number {
  for (let count = 1; count <= 3; count += 1) {
    const byte = bytes.at(-count) ?? 0;
    if (byte >= 0xc0) return count < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? count : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** A pair of surrogates may be split between two pieces, a unit may not. */
function createDecoder(encoding: TextEncoding): Decoder {
  let half = "";
  return (bytes, isLast) => {
    const units = half + encoding.toUnits(bytes);
    const splits = !isLast && encoding.unitBytes === 2 && /[\ud800-\udbff]$/.test(units);
    half = splits ? units.slice(-1) : "";
    const text = encoding.decode(splits ? units.slice(0, -1) : units);
    // Half a unit at the end of the file is shown as what it is.
    return Buffer.from(bytes.length % encoding.unitBytes === 0 ? text : `${text}\ufffd`);
  };
}
