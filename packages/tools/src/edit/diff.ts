import { MAX_BYTES, MAX_LINES } from "../shared/limits.ts";
import { cutStart } from "../shared/text.ts";
import { diffLines, type Row } from "./diff-lines.ts";
import { endsLinesWithReturns } from "./line-endings.ts";
import type { Splice, TextFile } from "./replace.ts";

const CONTEXT_LINES = 3;

/** What an edit changes, line by line. */
export interface Diff {
  /** Rows of ` context`, `-old` and `+new` with three lines of context; `...` stands for lines left out. */
  text: string;
  /** The same as a unified diff, without the names of the files. */
  unified: string;
  added: number;
  removed: number;
  /** The first line that is new or gone, counted from 1; undefined when only line endings change. */
  firstChangedLine: number | undefined;
}

/** A row with its line number before and after. */
interface NumberedRow extends Row {
  old: number;
  new: number;
}

/** Whole lines of the original (`start` to `end`, in units) and what they became. */
interface Change {
  start: number;
  end: number;
  after: string;
}

/**
 * What the splices change. Work and memory depend on the size of the changes; of the rest of the file only lines are
 * counted. Line endings are no part of it.
 */
export function diffOf(file: TextFile, splices: readonly Splice[]): Diff {
  const [encoding] = file.encodings;
  const feeds = (units: string): string =>
    endsLinesWithReturns(file.units) ? units.replaceAll("\r", "\n") : units;
  const original = feeds(file.units);
  const toLines = (units: string): string[] => linesOf(encoding.decode(units));
  const rows: NumberedRow[] = [];
  let line = { old: 1, new: 1 };
  let shown = 0;
  const add = (added: readonly Row[]): void => {
    for (const row of added) {
      rows.push({ ...row, ...line });
      line = { old: line.old + Number(row.sign !== "+"), new: line.new + Number(row.sign !== "-") };
    }
  };
  const context = (from: number, to: number): void =>
    add(toLines(original.slice(from, to)).map((text) => ({ sign: " ", line: text })));
  const skip = (from: number, to: number): void => {
    const lines = countFeeds(original, from, to);
    line = { old: line.old + lines, new: line.new + lines };
  };

  const changes = wholeLines(
    original,
    splices.map((splice) => ({ ...splice, units: feeds(splice.units) })),
  );
  for (const [index, { start, end, after }] of changes.entries()) {
    const before = Math.max(shown, stepBack(original, start, CONTEXT_LINES));
    skip(shown, before);
    context(before, start);
    add(diffLines(toLines(original.slice(start, end)), toLines(after)));
    shown = Math.min(changes[index + 1]?.start ?? original.length, stepForward(original, end, CONTEXT_LINES));
    context(end, shown);
  }
  return render(rows, shown < original.length);
}

function render(rows: readonly NumberedRow[], hasMore: boolean): Diff {
  const hunks = hunksOf(rows);
  const changed = rows.filter(({ sign }) => sign !== " ");
  const added = changed.filter(({ sign }) => sign === "+").length;
  const text: string[] = [];
  const unified: string[] = [];
  for (const [index, hunk] of hunks.entries()) {
    if (index > 0 || (hunk[0]?.old ?? 1) > 1) text.push("...");
    const lines = hunk.map((row) => row.sign + row.line);
    text.push(...lines);
    unified.push(hunkHead(hunk), ...lines);
  }
  if (hunks.length === 0) text.push("... [only line endings changed]");
  else if (hasMore || hunks.at(-1)?.at(-1) !== rows.at(-1)) text.push("...");
  return {
    text: limitRows(text),
    unified: hunks.length === 0 ? "" : limitRows(unified),
    added,
    removed: changed.length - added,
    firstChangedLine: changed[0]?.new,
  };
}

/** Rows near a change, in pieces that follow each other without a gap. */
function hunksOf(rows: readonly NumberedRow[]): NumberedRow[][] {
  const hunks: NumberedRow[][] = [];
  // A row is near when a change is at most so many lines ahead or behind.
  const near = new Set<number>();
  for (const [index, { sign }] of rows.entries()) {
    if (sign === " ") continue;
    for (let at = index - CONTEXT_LINES; at <= index + CONTEXT_LINES; at += 1) near.add(at);
  }
  let last: NumberedRow | undefined;
  for (const [index, row] of rows.entries()) {
    if (!near.has(index)) continue;
    const follows = last && index > 0 && rows[index - 1] === last && followsLine(last, row);
    if (follows) hunks.at(-1)?.push(row);
    else hunks.push([row]);
    last = row;
  }
  return hunks;
}

function followsLine(last: NumberedRow, row: NumberedRow): boolean {
  return row.old - last.old === Number(last.sign !== "+") && row.new - last.new === Number(last.sign !== "-");
}

function hunkHead(hunk: readonly NumberedRow[]): string {
  const side = (sign: "-" | "+", from: number): string => {
    const count = hunk.filter((row) => row.sign === " " || row.sign === sign).length;
    // A side without lines is named by the line before it.
    const start = count === 0 ? from - 1 : from;
    return `${sign}${start}${count === 1 ? "" : `,${count}`}`;
  };
  return `@@ ${side("-", hunk[0]?.old ?? 1)} ${side("+", hunk[0]?.new ?? 1)} @@`;
}

function wholeLines(original: string, splices: readonly Splice[]): Change[] {
  const changes: (Change & { splices: Splice[] })[] = [];
  for (const splice of splices) {
    const start = startOfLine(original, splice.start);
    const previous = changes.at(-1);
    // Whole lines that go or come leave the line behind them alone; everything else reaches to the end of its line.
    const atLineStart = splice.end === 0 || original[splice.end - 1] === "\n";
    const last = splice.units === "" ? original[splice.start - 1] : splice.units.at(-1);
    const ended = atLineStart && (splice.start + splice.units.length === 0 || last === "\n");
    const feed = ended ? splice.end - 1 : original.indexOf("\n", splice.end);
    const end = feed === -1 ? original.length : feed + 1;
    if (previous && start < previous.end) {
      previous.end = Math.max(previous.end, end);
      previous.splices.push(splice);
    } else {
      changes.push({ start, end: Math.max(start, end), after: "", splices: [splice] });
    }
  }
  return changes.map(({ start, end, splices: inside }) => {
    const pieces: string[] = [];
    let position = start;
    for (const splice of inside) {
      pieces.push(original.slice(position, splice.start), splice.units);
      position = splice.end;
    }
    pieces.push(original.slice(position, end));
    return { start, end, after: pieces.join("") };
  });
}

function startOfLine(units: string, position: number): number {
  return position === 0 ? 0 : units.lastIndexOf("\n", position - 1) + 1;
}

function stepBack(units: string, position: number, lines: number): number {
  let start = position;
  for (let count = 0; count < lines && start > 0; count += 1) start = startOfLine(units, start - 1);
  return start;
}

function stepForward(units: string, position: number, lines: number): number {
  let end = position;
  for (let count = 0; count < lines && end < units.length; count += 1) {
    const feed = units.indexOf("\n", end);
    end = feed === -1 ? units.length : feed + 1;
  }
  return end;
}

function countFeeds(units: string, from: number, to: number): number {
  let count = 0;
  for (let at = units.indexOf("\n", from); at !== -1 && at < to; at = units.indexOf("\n", at + 1)) count += 1;
  return count;
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.replace(/^\ufeff/, "").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

function limitRows(rows: readonly string[]): string {
  const text = Buffer.from(`${rows.slice(0, MAX_LINES).join("\n")}\n`);
  if (text.length > MAX_BYTES) return `${cutStart(text, MAX_BYTES).toString("utf8")}\n... [diff cut here]\n`;
  return text.toString("utf8") + (rows.length > MAX_LINES ? "... [diff cut here]\n" : "");
}
