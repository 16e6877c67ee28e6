import stringWidth from "string-width";
import { tabWidth } from "./tab-width.ts";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const plain = /^[\u0020-\u007e]*$/;

/** The user-perceived characters of a text, in order. Joined they are the text again. */
export function graphemes(text: string): string[] {
  if (plain.test(text)) return text.split("");
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The terminal cells that one line of text takes. */
export function cellWidth(text: string): number {
  if (plain.test(text)) return text.length;
  if (!text.includes("\t")) return stringWidth(text);
  return text
    .split("\t")
    .reduce((sum, piece, index) => sum + stringWidth(piece) + (index > 0 ? tabWidth : 0), 0);
}

/** A text as it is drawn: tabs as spaces, so that what is measured is what is seen. */
export function expandTabs(text: string): string {
  return text.replaceAll("\t", " ".repeat(tabWidth));
}

/** The longest beginning of a line that fits into `width` cells. */
export function takeWidth(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  let taken = "";
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += cellWidth(grapheme);
    if (used > width) break;
    taken += grapheme;
  }
  return taken;
}

/** The beginning of a line that fits into `width` cells, ending in `…` when something was cut. */
export function truncateToWidth(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  return width <= 0 ? "" : `${takeWidth(text, width - 1)}…`;
}
