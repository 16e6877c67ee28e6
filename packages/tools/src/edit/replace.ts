import { byteOrderMarkLength, requireWellFormed } from "../shared/text.ts";
import { ToolError } from "../shared/tool-error.ts";
import { endsWithCarriageReturn, viewLineFeeds, type LineFeedView } from "./line-endings.ts";
import { nearestLines } from "./nearest.ts";
import { viewTolerantly } from "./tolerant-view.ts";

/** One exact replacement. */
export interface Edit {
  oldText: string;
  newText: string;
}

/** Bytes `start` to `end` of the original become `bytes`. */
export interface Splice {
  start: number;
  end: number;
  bytes: Buffer;
}

interface Match {
  number: number;
  start: number;
  end: number;
  splice: Splice;
}

/**
 * Finds every edit in the original and says which bytes change, in order. Each `oldText` must be there exactly once
 * and no two may overlap. A CRLF in the file matches an LF in `oldText`; bytes that an edit leaves as they are keep
 * their line endings, and new lines get the ending of their neighbours.
 */
export function planEdits(original: Buffer, edits: readonly Edit[], path: string): Splice[] {
  const view = viewLineFeeds(original);
  const matches = edits.map((edit, index) => locate(original, view, edit, index + 1, path));
  matches.sort((left, right) => left.start - right.start || left.end - right.end);
  for (const [index, match] of matches.entries()) {
    const next = matches[index + 1];
    if (next && next.start < match.end) {
      const [first, second] = [match.number, next.number].sort((left, right) => left - right);
      throw new ToolError(
        "no_match",
        `edits ${first} and ${second} overlap in ${path}; join them into one. Nothing was written.`,
      );
    }
  }
  return matches.map((match) => match.splice);
}

/** The original with its splices (ascending, not overlapping) carried out. */
export function applySplices(original: Buffer, splices: readonly Splice[]): Buffer {
  const pieces: Buffer[] = [];
  let position = 0;
  for (const splice of splices) {
    pieces.push(original.subarray(position, splice.start), splice.bytes);
    position = splice.end;
  }
  pieces.push(original.subarray(position));
  return Buffer.concat(pieces);
}

function locate(original: Buffer, view: LineFeedView, edit: Edit, number: number, path: string): Match {
  if (edit.oldText === "") {
    throw new ToolError("bad_input", `edit ${number}: oldText is empty; use write for a new file`);
  }
  if (edit.oldText === edit.newText) {
    throw new ToolError("bad_input", `edit ${number}: oldText and newText are the same`);
  }
  requireWellFormed(edit.oldText, `edit ${number}: oldText`);
  requireWellFormed(edit.newText, `edit ${number}: newText`);
  const { oldText, newText } = byteOrderMarkLength(original) > 0 ? withoutMark(edit) : edit;

  // With carriage returns of its own an edit may be about the line endings themselves, so it is first taken at its word.
  if (oldText.includes("\r")) {
    const old = Buffer.from(oldText);
    const start = findOnce(original, old, number, path);
    if (start !== undefined) {
      const end = start + old.length;
      return { number, start, end, splice: { start, end, bytes: Buffer.from(newText) } };
    }
  }
  const exact = locateIn(original, view, { oldText, newText }, number, path);
  const tolerant = exact ?? locateTolerantly(original, { oldText, newText }, number, path);
  if (!tolerant) {
    const nearest = nearestLines(view.bytes.toString("utf8"), toLineFeeds(oldText));
    throw new ToolError(
      "no_match",
      `edit ${number}: oldText is not in ${path}. ${nearest}Nothing was written.`,
    );
  }
  return tolerant;
}

/** When nothing fits exactly: without regard to white space at the ends of lines and to typographic quotes. */
function locateTolerantly(original: Buffer, edit: Edit, number: number, path: string): Match | undefined {
  const oldText = viewTolerantly(Buffer.from(edit.oldText)).bytes.toString("utf8");
  if (oldText.trim() === "") return undefined;
  return locateIn(original, viewTolerantly(original), { ...edit, oldText }, number, path);
}

function locateIn(
  original: Buffer,
  view: LineFeedView,
  { oldText, newText }: Edit,
  number: number,
  path: string,
): Match | undefined {
  const old = Buffer.from(toLineFeeds(oldText));
  const start = findOnce(view.bytes, old, number, path);
  if (start === undefined) return undefined;
  const keepsEndings = !view.hasCarriageReturns && !oldText.includes("\r");
  const replacement = Buffer.from(keepsEndings ? newText : toLineFeeds(newText));
  return {
    number,
    start: view.toOriginal(start),
    end: view.toOriginal(start + old.length),
    splice: narrow(original, view, start, old, replacement),
  };
}

// Only what differs is written, so that unchanged lines inside the match keep the endings they have.
function narrow(original: Buffer, view: LineFeedView, at: number, old: Buffer, replacement: Buffer): Splice {
  const shorter = Math.min(old.length, replacement.length);
  let head = 0;
  while (head < shorter && old[head] === replacement[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === replacement.at(-1 - tail)) tail += 1;
  const start = view.toOriginal(at + head);
  const end = view.toOriginal(at + old.length - tail);
  const changed = replacement.subarray(head, replacement.length - tail);
  const bytes =
    view.hasCarriageReturns && endsWithCarriageReturn(original, start)
      ? Buffer.from(changed.toString("latin1").replaceAll("\n", "\r\n"), "latin1")
      : changed;
  return { start, end, bytes };
}

function findOnce(haystack: Buffer, needle: Buffer, number: number, path: string): number | undefined {
  const first = haystack.indexOf(needle);
  if (first === -1) return undefined;
  const lines = [lineOf(haystack, first)];
  for (let at = haystack.indexOf(needle, first + 1); at !== -1; at = haystack.indexOf(needle, at + 1)) {
    lines.push(lineOf(haystack, at));
    if (lines.length > 10) break;
  }
  if (lines.length === 1) return first;
  const times = lines.length > 10 ? "more than 10" : `${lines.length}`;
  throw new ToolError(
    "no_match",
    `edit ${number}: oldText is in ${path} ${times} times (lines ${lines.slice(0, 10).join(", ")}); ` +
      "add lines around it until it is there once. Nothing was written.",
  );
}

function lineOf(bytes: Buffer, position: number): number {
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < position; at = bytes.indexOf(0x0a, at + 1)) line += 1;
  return line;
}

function toLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function withoutMark(edit: Edit): Edit {
  if (!edit.oldText.startsWith("\ufeff") || edit.oldText === "\ufeff") return edit;
  return { oldText: edit.oldText.slice(1), newText: edit.newText.replace(/^\ufeff/, "") };
}
