import { createHash } from "node:crypto";

/** The most dimensions a vector can have, and how many it has when nobody says. */
export const MAX_DIMENSIONS = 1536;

/**
 * A vector of length one for a text: the same for the same text, and near to those of texts with the same words. Each
 * word adds to eight of the dimensions.
 */
export function embed(text: string, dimensions: number): number[] {
  const vector = Array<number>(dimensions).fill(0);
  const found = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text];
  for (const word of found) {
    const digest = createHash("sha256").update(word).digest();
    for (let at = 0; at < digest.length; at += 4) {
      const number = digest.readUInt32LE(at);
      const index = (number >>> 1) % dimensions;
      vector[index] = (vector[index] ?? 0) + (number % 2 === 0 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector);
  // The words of a text can cancel each other out, and a vector of nothing has no direction.
  if (length === 0) return vector.map((_, index) => (index === 0 ? 1 : 0));
  return vector.map((value) => Math.round((value / length) * 1e6) / 1e6);
}
