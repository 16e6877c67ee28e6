import { cellWidth, graphemes } from "../text/width.ts";
import { wrapLine } from "../text/wrap.ts";
import type { TextBuffer } from "./buffer.ts";
import { lineEnd, lineStart } from "./movement.ts";

/** A row of the editor as it is drawn: offsets into the text. */
export interface EditorRow {
  readonly start: number;
  readonly end: number;
}

/** What is seen of a text through a window of a few rows. */
export interface EditorView {
  readonly rows: readonly string[];
  /** The cursor's row within `rows` and its cell within that row. */
  readonly cursorRow: number;
  readonly cursorColumn: number;
  /** Whether there is more text above or below. */
  readonly hasAbove: boolean;
  readonly hasBelow: boolean;
}

/**
 * The rows around the cursor, at most `height`, with the cursor in the middle when there is enough on both sides.
 * Only the lines that are seen are looked at, so a pasted book costs no more than a sentence.
 */
export function viewOf(buffer: TextBuffer, width: number, height: number): EditorView {
  const { text, cursor } = buffer;
  const here = rowsOfLine(text, lineStart(text, cursor), width);
  const index = rowIndex(here, cursor);
  const above: EditorRow[] = here.slice(0, index);
  const below: EditorRow[] = here.slice(index + 1);
  for (let start = here[0]?.start ?? 0; above.length <= height && start > 0;) {
    start = lineStart(text, start - 1);
    above.unshift(...rowsOfLine(text, start, width));
  }
  for (let end = here.at(-1)?.end ?? 0; below.length <= height && end < text.length;) {
    const rows = rowsOfLine(text, end + 1, width);
    below.push(...rows);
    end = rows.at(-1)?.end ?? text.length;
  }
  const spare = Math.max(1, height) - 1;
  let before = Math.min(above.length, Math.ceil(spare / 2));
  const after = Math.min(below.length, spare - before);
  before = Math.min(above.length, spare - after);
  const row = here[index] ?? { start: cursor, end: cursor };
  const shown = [...above.slice(above.length - before), row, ...below.slice(0, after)];
  return {
    rows: shown.map(({ start, end }) => text.slice(start, end)),
    cursorRow: before,
    cursorColumn: cellWidth(text.slice(row.start, cursor)),
    hasAbove: before < above.length,
    hasBelow: after < below.length,
  };
}

/** The offset that is `step` rows away at about the same column. Undefined beyond the first and the last row. */
export function moveByRow(
  buffer: TextBuffer,
  step: -1 | 1,
  width: number,
  column: number,
): number | undefined {
  const { text, cursor } = buffer;
  const here = rowsOfLine(text, lineStart(text, cursor), width);
  const index = rowIndex(here, cursor);
  const target = here[index + step] ?? neighbour(text, here, step, width);
  return target && offsetAt(text, target, column);
}

/** The cell that the cursor stands in. */
export function columnOf(buffer: TextBuffer, width: number): number {
  const rows = rowsOfLine(buffer.text, lineStart(buffer.text, buffer.cursor), width);
  const row = rows[rowIndex(rows, buffer.cursor)];
  return cellWidth(buffer.text.slice(row?.start ?? 0, buffer.cursor));
}

function neighbour(
  text: string,
  here: readonly EditorRow[],
  step: -1 | 1,
  width: number,
): EditorRow | undefined {
  if (step < 0) {
    const start = here[0]?.start ?? 0;
    return start > 0 ? rowsOfLine(text, lineStart(text, start - 1), width).at(-1) : undefined;
  }
  const end = here.at(-1)?.end ?? text.length;
  return end < text.length ? rowsOfLine(text, end + 1, width)[0] : undefined;
}

/** Two cells stay free at the right: one for a space that hangs over, one for the cursor behind it. */
function rowsOfLine(text: string, start: number, width: number): EditorRow[] {
  return wrapLine(text.slice(start, lineEnd(text, start)), width - 2, { spaceAtBreak: "hang" }).map(
    (row) => ({
      start: start + row.start,
      end: start + row.end,
    }),
  );
}

/** At a soft break the cursor stands at the beginning of the row behind it. */
function rowIndex(rows: readonly EditorRow[], cursor: number): number {
  return Math.max(
    0,
    rows.findLastIndex((row) => row.start <= cursor),
  );
}

function offsetAt(text: string, row: EditorRow, column: number): number {
  let offset = row.start;
  let used = 0;
  const endsSoftly = row.end < text.length && text[row.end] !== "\n";
  for (const grapheme of graphemes(text.slice(row.start, row.end))) {
    used += cellWidth(grapheme);
    if (used > column) break;
    // Behind the last character of a softly broken row the cursor would be drawn on the next one.
    if (endsSoftly && offset + grapheme.length >= row.end) break;
    offset += grapheme.length;
  }
  return offset;
}
