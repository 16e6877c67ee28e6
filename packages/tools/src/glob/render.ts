import { MAX_BYTES } from "../shared/limits.ts";
import type { Matches } from "./list-matches.ts";
import { MAX_VISITED } from "./walk.ts";

const MAX_PATHS = 1_000;

/** The result of a search, as the model reads it, and how many of the paths are shown. */
export function renderMatches(
  found: Matches,
  asked: { pattern: string; path: string },
): { text: string; shown: number } {
  const shown = firstPaths(found.paths);
  const lines = shown.map((path) => `${path}\n`).join("");
  const left = found.paths.length - shown.length;
  const notes = [
    ...(left > 0 ? [`${left} more left out; a narrower pattern or path shows them`] : []),
    ...(found.unreadable === undefined ? [] : [found.unreadable]),
    ...(found.forbidden ? [`${found.forbidden} left out: a rule forbids to read them`] : []),
    ...(found.report.gaveUp
      ? [`stopped after ${MAX_VISITED} files and folders; a path further down finds the rest`]
      : []),
  ];
  const text =
    shown.length === 0
      ? `${nothing(found, asked, notes)}\n`
      : lines + notes.map((note) => `... [${note}]\n`).join("");
  return { text, shown: shown.length };
}

function firstPaths(paths: readonly string[]): string[] {
  let bytes = 0;
  const shown: string[] = [];
  for (const path of paths) {
    bytes += Buffer.byteLength(path) + 1;
    if (shown.length === MAX_PATHS || bytes > MAX_BYTES) break;
    shown.push(path);
  }
  return shown;
}

function nothing(found: Matches, asked: { pattern: string; path: string }, notes: string[]): string {
  const where = asked.path === "." ? "" : ` in ${asked.path}`;
  const { folders = 0 } = found;
  const { ignored, hidden } = found.report;
  const hints = [
    ...(found.missing === undefined ? [] : [found.missing]),
    ...notes,
    ...(folders > 0
      ? [`${count(folders, "folder does", "folders do")}: end the pattern in "/" to find folders`]
      : []),
    ...(ignored > 0
      ? [`${count(ignored, "ignored file or folder", "ignored files or folders")} left out`]
      : []),
    ...(hidden > 0
      ? [`${count(hidden, "hidden one", "hidden ones")} left out, which hidden: true looks at`]
      : []),
  ];
  return [`no files match ${asked.pattern}${where}`, ...hints].join("; ");
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
