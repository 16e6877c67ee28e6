import type { LineFeedView } from "./line-endings.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

/** UTF-8 of what typesetting programs make of the characters that models write. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ["\u2018", "'"],
  ["\u2019", "'"],
  ["\u201c", '"'],
  ["\u201d", '"'],
  ["\u2010", "-"],
  ["\u2013", "-"],
  ["\u2014", "-"],
  ["\u00a0", " "],
]);

/**
 * A text as it is compared when nothing fits exactly: without white space at the ends of lines, with plain quotes, dashes
 * and spaces for typographic ones. What an edit leaves as it is keeps its bytes.
 */
export function viewTolerantly(original: Buffer): LineFeedView {
  const bytes: number[] = [];
  const origins: number[] = [];
  let hasCarriageReturns = false;
  for (let at = 0; at < original.length;) {
    const end = endOfBlank(original, at);
    if (end !== undefined) {
      hasCarriageReturns ||= original[end - 1] === CARRIAGE_RETURN;
      bytes.push(LINE_FEED);
      origins.push(at);
      at = end + 1;
      continue;
    }
    const wide = plainOf(original, at);
    bytes.push(wide?.byte ?? original[at] ?? 0);
    origins.push(at);
    at += wide?.length ?? 1;
  }
  origins.push(original.length);
  return {
    bytes: Buffer.from(bytes),
    hasCarriageReturns,
    toOriginal: (position) => origins[position] ?? original.length,
  };
}

/** Where the line feed stands when nothing but white space comes before it. */
function endOfBlank(bytes: Buffer, from: number): number | undefined {
  let at = from;
  while (bytes[at] === SPACE || bytes[at] === TAB) at += 1;
  if (bytes[at] === CARRIAGE_RETURN) at += 1;
  return bytes[at] === LINE_FEED ? at : undefined;
}

function plainOf(bytes: Buffer, at: number): { byte: number; length: number } | undefined {
  const length = bytes[at] === 0xe2 ? 3 : bytes[at] === 0xc2 ? 2 : 0;
  if (length === 0) return undefined;
  const plain = PLAIN.get(bytes.toString("utf8", at, at + length));
  return plain === undefined ? undefined : { byte: plain.charCodeAt(0), length };
}
