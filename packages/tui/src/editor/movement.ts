import { graphemes } from "../text/width.ts";

/** The end of the user-perceived character that begins at `offset`; a newline is one. */
export function nextBoundary(text: string, offset: number): number {
  if (offset >= text.length) return text.length;
  if (isSimple(text, offset) && isSimple(text, offset + 1)) return offset + 1;
  const end = lineEnd(text, offset);
  if (end === offset) return offset + 1;
  return offset + (graphemes(text.slice(offset, Math.min(end, offset + longestCharacter)))[0]?.length ?? 1);
}

/** The beginning of the user-perceived character that ends at `offset`. */
export function previousBoundary(text: string, offset: number): number {
  if (offset <= 0) return 0;
  if (isSimple(text, offset - 1)) return offset - 1;
  const start = segmentStart(text, offset);
  return offset - (graphemes(text.slice(start, offset)).at(-1)?.length ?? 1);
}

/** The nearest boundary at or behind `offset`. */
export function snapToBoundary(text: string, offset: number): number {
  if (offset <= 0 || offset >= text.length) return Math.min(Math.max(0, offset), text.length);
  if (isSimple(text, offset)) return offset;
  const start = segmentStart(text, offset);
  const end = lineEnd(text, start);
  let boundary = start;
  for (const grapheme of graphemes(text.slice(start, Math.min(end, offset + longestCharacter)))) {
    if (boundary >= offset) break;
    boundary += grapheme.length;
  }
  return boundary;
}

/** The beginning of the line that `offset` is in. */
export function lineStart(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** The end of the line that `offset` is in, before its newline. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

/** The beginning of the word before `offset`. */
export function previousWord(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isWord(text, at - 1)) at--;
  while (at > 0 && isWord(text, at - 1)) at--;
  const boundary = snapToBoundary(text, at);
  return boundary === at ? at : previousBoundary(text, boundary);
}

/** The end of the word behind `offset`. */
export function nextWord(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isWord(text, at)) at++;
  while (at < text.length && isWord(text, at)) at++;
  return snapToBoundary(text, at);
}

function isWord(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  // Surrogates and joiners count as well, so that an emoji is a word.
  if ((code >= 0xd800 && code <= 0xdfff) || code === 0x200c || code === 0x200d) return true;
  return /[\p{L}\p{N}\p{M}_]/u.test(text.charAt(offset));
}

/** No user-perceived character that anybody types is longer; what is longer is cut here. */
const longestCharacter = 256;

/**
 * Whether a user-perceived character certainly begins here: a newline, or printable ASCII behind something
 * that does not reach forward. The first character that does is U+0600 (Unicode's class "Prepend").
 */
function isSimple(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  if (code === 0x0a) return true;
  return code >= 0x20 && code <= 0x7e && (offset === 0 || text.charCodeAt(offset - 1) < 0x600);
}

/** A boundary before `offset`, near enough to look at everything from there on. */
function segmentStart(text: string, offset: number): number {
  const earliest = Math.max(lineStart(text, offset), offset - longestCharacter);
  for (let start = offset - 1; start > earliest; start--) {
    if (isSimple(text, start)) return start;
  }
  return earliest;
}
