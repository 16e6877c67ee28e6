import { MAX_BYTES, MAX_LINES } from "../shared/limits.ts";
import { cutStart } from "../shared/text.ts";
import { diffLines, type Row } from "./diff-lines.ts";
import type { Splice } from "./replace.ts";

const CONTEXT_LINES = 3;
const LINE_FEED = 0x0a;

/** Whole lines of the original (`start` to `end`, in bytes) and what they became. */
interface Change {
  start: number;
  end: number;
  after: Buffer;
}

/**
 * What the splices change, as rows of ` context`, `-old` and `+new` with three lines of context; `...` stands for
 * lines left out. Work and memory depend on the size of the changes, not on that of the file.
 */
export function contextDiff(original: Buffer, splices: readonly Splice[]): string {
  const rows: string[] = [];
  let shown = 0;
  const changes = wholeLines(original, splices);
  for (const [index, change] of changes.entries()) {
    const before = Math.max(shown, stepBack(original, change.start, CONTEXT_LINES));
    if (before > shown) rows.push("...");
    rows.push(...context(original.subarray(before, change.start)));
    const changed = diffLines(toLines(original.subarray(change.start, change.end)), toLines(change.after));
    rows.push(...withoutLongRuns(changed));
    const limit = changes[index + 1]?.start ?? original.length;
    shown = Math.min(limit, stepForward(original, change.end, CONTEXT_LINES));
    rows.push(...context(original.subarray(change.end, shown)));
  }
  if (shown < original.length) rows.push("...");
  return limitRows(rows);
}

function wholeLines(original: Buffer, splices: readonly Splice[]): Change[] {
  const changes: (Change & { splices: Splice[] })[] = [];
  for (const splice of splices) {
    const start = splice.start === 0 ? 0 : original.lastIndexOf(LINE_FEED, splice.start - 1) + 1;
    const previous = changes.at(-1);
    // Whole lines that go or come leave the line behind them alone; everything else reaches to the end of its line.
    const atLineStart = splice.end === 0 || original[splice.end - 1] === LINE_FEED;
    const last = splice.bytes.length > 0 ? splice.bytes.at(-1) : original[splice.start - 1];
    const ended = atLineStart && (splice.start + splice.bytes.length === 0 || last === LINE_FEED);
    const feed = ended ? splice.end - 1 : original.indexOf(LINE_FEED, splice.end);
    const end = feed === -1 ? original.length : feed + 1;
    if (previous && start < previous.end) {
      previous.end = Math.max(previous.end, end);
      previous.splices.push(splice);
    } else {
      changes.push({ start, end: Math.max(start, end), after: Buffer.alloc(0), splices: [splice] });
    }
  }
  return changes.map(({ start, end, splices: inside }) => {
    const pieces: Buffer[] = [];
    let position = start;
    for (const splice of inside) {
      pieces.push(original.subarray(position, splice.start), splice.bytes);
      position = splice.end;
    }
    pieces.push(original.subarray(position, end));
    return { start, end, after: Buffer.concat(pieces) };
  });
}

function stepBack(bytes: Buffer, position: number, lines: number): number {
  let start = position;
  for (let count = 0; count < lines && start > 0; count += 1) {
    start = start < 2 ? 0 : bytes.lastIndexOf(LINE_FEED, start - 2) + 1;
  }
  return start;
}

function stepForward(bytes: Buffer, position: number, lines: number): number {
  let end = position;
  for (let count = 0; count < lines && end < bytes.length; count += 1) {
    const feed = bytes.indexOf(LINE_FEED, end);
    end = feed === -1 ? bytes.length : feed + 1;
  }
  return end;
}

function toLines(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  const lines = bytes.toString("utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

function context(bytes: Buffer): string[] {
  return toLines(bytes).map((line) => ` ${line}`);
}

function withoutLongRuns(rows: readonly Row[]): string[] {
  const result: string[] = [];
  const isNear = (index: number) =>
    rows.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1).some((row) => row.sign !== " ");
  for (const [index, row] of rows.entries()) {
    if (row.sign !== " " || isNear(index)) result.push(row.sign + row.line);
    else if (result.at(-1) !== "...") result.push("...");
  }
  return result;
}

function limitRows(rows: readonly string[]): string {
  const text = Buffer.from(`${rows.slice(0, MAX_LINES).join("\n")}\n`);
  if (text.length > MAX_BYTES) return `${cutStart(text, MAX_BYTES).toString("utf8")}\n... [diff cut here]\n`;
  return text.toString("utf8") + (rows.length > MAX_LINES ? "... [diff cut here]\n" : "");
}
