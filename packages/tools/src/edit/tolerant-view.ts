import type { TextEncoding } from "../shared/encoding.ts";
import { viewOf, type TextView } from "./view.ts";

/** What typesetting programs make of the characters that models write. */
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
export function viewTolerantly(original: string, encoding: TextEncoding): TextView {
  const plain = new Map<string, string>();
  for (const [character, instead] of PLAIN) {
    const units = encoding.encode(character);
    if (units !== undefined) plain.set(units, instead);
  }
  // Looking back keeps a long run of spaces from being tried at each of them.
  const pattern = new RegExp(`(?<![ \\t])[ \\t]*\\r?\\n|${[...plain.keys()].join("|")}`, "g");
  return viewOf(original, pattern, (match) => plain.get(match) ?? "\n");
}
