import { encodeFor, encodingsOf, type TextEncoding } from "../shared/encoding.ts";
import { requireWellFormed } from "../shared/text.ts";
import { ToolError } from "../shared/tool-error.ts";
import { endingAt, endsLinesWithReturns, viewLineFeeds } from "./line-endings.ts";
import { nearestLines } from "./nearest.ts";
import { viewTolerantly } from "./tolerant-view.ts";
import type { TextView } from "./view.ts";

/** One exact replacement. */
export interface Edit {
  oldText: string;
  newText: string;
}

/** A text file as it is edited. */
export interface TextFile {
  /** As it was given, for messages. */
  path: string;
  bytes: Buffer;
  /** The same in units of its encoding; a byte too few for one is not among them. */
  units: string;
  /** The encodings that parts of it may have, most likely first; all have the same units. */
  encodings: readonly [TextEncoding, ...TextEncoding[]];
}

/** Units `start` to `end` of the original become `units`. */
export interface Splice {
  start: number;
  end: number;
  units: string;
}

interface Match {
  number: number;
  start: number;
  end: number;
  splice: Splice;
}

/** Takes bytes for text. Throws a {@link ToolError} (`not_text`) for what is binary. */
export function textFile(bytes: Buffer, path: string): TextFile {
  const encodings = encodingsOf(bytes, path);
  return { path, bytes, units: encodings[0].toUnits(bytes), encodings };
}

/**
 * Finds every edit in the original and says which units change, in order. Each `oldText` must be there exactly once
 * and no two may overlap. Any line ending in the file matches an LF in `oldText`; units that an edit leaves as they are
 * keep their line endings, and new lines get the ending of their neighbours. New text is written in the encoding in
 * which the old one was found.
 */
export function planEdits(file: TextFile, edits: readonly Edit[]): Splice[] {
  const view = viewLineFeeds(file.units);
  const matches = edits.map((edit, index) => locate(file, view, edit, index + 1));
  matches.sort((left, right) => left.start - right.start || left.end - right.end);
  for (const [index, match] of matches.entries()) {
    const next = matches[index + 1];
    if (next && next.start < match.end) {
      const [first, second] = [match.number, next.number].sort((left, right) => left - right);
      throw new ToolError(
        "no_match",
        `edits ${first} and ${second} overlap in ${file.path}; join them into one. Nothing was written.`,
      );
    }
  }
  return matches.map((match) => match.splice);
}

/** The bytes of a file with its splices (ascending, not overlapping) carried out. */
export function applySplices({ bytes, encodings: [encoding] }: TextFile, splices: readonly Splice[]): Buffer {
  const pieces: Buffer[] = [];
  let position = 0;
  for (const { start, end, units } of splices) {
    pieces.push(bytes.subarray(position, start * encoding.unitBytes), encoding.fromUnits(units));
    position = end * encoding.unitBytes;
  }
  pieces.push(bytes.subarray(position));
  return Buffer.concat(pieces);
}

function locate(file: TextFile, view: TextView, edit: Edit, number: number): Match {
  if (edit.oldText === "") {
    throw new ToolError("bad_input", `edit ${number}: oldText is empty; use write for a new file`);
  }
  if (edit.oldText === edit.newText) {
    throw new ToolError("bad_input", `edit ${number}: oldText and newText are the same`);
  }
  requireWellFormed(edit.oldText, `edit ${number}: oldText`);
  requireWellFormed(edit.newText, `edit ${number}: newText`);
  const [encoding] = file.encodings;
  const hasMark = encoding.decode(file.units.slice(0, 3)).startsWith("\ufeff");
  const { oldText, newText } = hasMark ? withoutMark(edit) : edit;

  for (const find of [locateAtItsWord, locateExactly, locateTolerantly]) {
    for (const encoding of file.encodings) {
      const old = encoding.encode(oldText);
      if (old === undefined) continue;
      const fresh = () => encodeFor(newText, encoding, `edit ${number}: newText`, file.path);
      const match = find({ file, view, encoding, old, fresh, number });
      if (match) return match;
    }
  }
  const unreadable = oldText.includes("\ufffd")
    ? "It holds U+FFFD, which stands for bytes that are no text; leave those out. "
    : "";
  const nearest = nearestLines(encoding.decode(view.units), toLineFeeds(oldText));
  throw new ToolError(
    "no_match",
    `edit ${number}: oldText is not in ${file.path}. ${unreadable}${nearest}Nothing was written.`,
  );
}

/** What is looked for, in units of one encoding. */
interface Search {
  file: TextFile;
  view: TextView;
  encoding: TextEncoding;
  old: string;
  /** The new text; throws when the encoding lacks a character of it. */
  fresh: () => string;
  number: number;
}

/** With carriage returns of its own an edit may be about the line endings themselves. */
function locateAtItsWord({ file, old, fresh, number }: Search): Match | undefined {
  if (!old.includes("\r")) return undefined;
  const start = findOnce(file.units, old, number, file.path);
  if (start === undefined) return undefined;
  const end = start + old.length;
  return { number, start, end, splice: { start, end, units: fresh() } };
}

function locateExactly({ file, view, old, fresh, number }: Search): Match | undefined {
  return locateIn(file, view, old, fresh, number);
}

/** Without regard to white space at the ends of lines and to typographic quotes. */
function locateTolerantly({ file, encoding, old, fresh, number }: Search): Match | undefined {
  const plain = viewTolerantly(old, encoding).units;
  if (plain.trim() === "") return undefined;
  return locateIn(file, viewTolerantly(file.units, encoding), plain, fresh, number);
}

function locateIn(
  file: TextFile,
  view: TextView,
  oldUnits: string,
  fresh: () => string,
  number: number,
): Match | undefined {
  const old = toLineFeeds(oldUnits);
  const start = findOnce(view.units, old, number, file.path);
  if (start === undefined) return undefined;
  const keepsEndings =
    !oldUnits.includes("\r") && !file.units.includes("\r\n") && !endsLinesWithReturns(file.units);
  const replacement = keepsEndings ? fresh() : toLineFeeds(fresh());
  return {
    number,
    start: view.toOriginal(start),
    end: view.toOriginal(start + old.length),
    splice: narrow(file.units, view, start, old, replacement, keepsEndings),
  };
}

// Only what differs is written, so that unchanged lines inside the match keep the endings they have.
function narrow(
  original: string,
  view: TextView,
  at: number,
  old: string,
  replacement: string,
  keepsEndings: boolean,
): Splice {
  const shorter = Math.min(old.length, replacement.length);
  let head = 0;
  while (head < shorter && old[head] === replacement[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === replacement.at(-1 - tail)) tail += 1;
  const start = view.toOriginal(at + head);
  const end = view.toOriginal(at + old.length - tail);
  const units = replacement.slice(head, replacement.length - tail);
  return {
    start,
    end,
    units: keepsEndings ? units : units.replaceAll("\n", endingAt(original, start)),
  };
}

function findOnce(haystack: string, needle: string, number: number, path: string): number | undefined {
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

function lineOf(units: string, position: number): number {
  let line = 1;
  for (let at = units.indexOf("\n"); at !== -1 && at < position; at = units.indexOf("\n", at + 1)) line += 1;
  return line;
}

function toLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function withoutMark(edit: Edit): Edit {
  if (!edit.oldText.startsWith("\ufeff") || edit.oldText === "\ufeff") return edit;
  return { oldText: edit.oldText.slice(1), newText: edit.newText.replace(/^\ufeff/, "") };
}
