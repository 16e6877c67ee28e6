/** A text to look for in bytes; see {@link standsAt}. */
export interface BytePattern {
  /** In bytes. */
  readonly length: number;
  readonly bytes: Uint8Array;
  /** As many of the bytes as make whole numbers. */
  readonly words: Float64Array;
}

const WORD = Float64Array.BYTES_PER_ELEMENT;

/** Makes a pattern of a text without NUL, which JSON never has. */
export function bytePattern(text: string): BytePattern {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.floor(bytes.length / WORD);
  const words = Float64Array.from({ length: count }, (_, index) => view.getFloat64(index * WORD, true));
  return { length: bytes.length, bytes, words };
}

/**
 * Whether a pattern stands at a place of some bytes. Eight are compared at a time, as numbers: to call Node's own
 * comparison costs more than this takes. Two numbers of the same value have the same bytes, but for zero, which does not
 * occur; bytes that are no number count as other ones, and are left to who reads everything.
 */
export function standsAt({ length, bytes, words }: BytePattern, view: DataView, at: number): boolean {
  if (at + length > view.byteLength) return false;
  let place = at;
  for (let index = 0; index < words.length; index += 1) {
    if (view.getFloat64(place, true) !== words[index]) return false;
    place += WORD;
  }
  for (let index = words.length * WORD; index < length; index += 1) {
    if (view.getUint8(at + index) !== bytes[index]) return false;
  }
  return true;
}
