import { nextBoundary, previousBoundary, snapToBoundary } from "./movement.ts";

/** A text and where the cursor stands in it: an offset that never lies within a user-perceived character. */
export interface TextBuffer {
  readonly text: string;
  readonly cursor: number;
}

/** A buffer without text. */
export const emptyBuffer: TextBuffer = { text: "", cursor: 0 };

/** A buffer with the cursor behind its text. */
export function bufferOf(text: string): TextBuffer {
  return { text, cursor: text.length };
}

/** Puts text in at the cursor, which then stands behind it. */
export function insertText({ text, cursor }: TextBuffer, inserted: string): TextBuffer {
  const joined = text.slice(0, cursor) + inserted + text.slice(cursor);
  return { text: joined, cursor: snapToBoundary(joined, cursor + inserted.length) };
}

/** Takes out what is between two offsets, in either order; the cursor then stands there. */
export function deleteBetween({ text }: TextBuffer, one: number, other: number): TextBuffer {
  const from = Math.min(one, other);
  const joined = text.slice(0, from) + text.slice(Math.max(one, other));
  return { text: joined, cursor: snapToBoundary(joined, from) };
}

/** Takes out the character before the cursor. */
export function deleteBackward(buffer: TextBuffer): TextBuffer {
  return deleteBetween(buffer, previousBoundary(buffer.text, buffer.cursor), buffer.cursor);
}

/** Takes out the character behind the cursor. */
export function deleteForward(buffer: TextBuffer): TextBuffer {
  return deleteBetween(buffer, buffer.cursor, nextBoundary(buffer.text, buffer.cursor));
}
