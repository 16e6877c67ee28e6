/** A line of a file, as ripgrep prints it. */
export interface PrintedLine {
  path: string;
  line: number;
  text: string;
  isMatch: boolean;
}

/** Before a path there can stand what separates groups of lines, and what ripgrep says about the file before. */
const SEPARATORS =
  /^(?:--\n|\.\/[^\0]*?: (?:WARNING: stopped searching binary file|binary file matches)[^\n]*\n)*/;

/**
 * Reads what `rg --null --line-number` prints: a path, NUL, a number, `:` for a match and `-` for a line beside one, and
 * the line. A path may hold line feeds, a line may not. Gives the lines that are complete, and the rest.
 */
export function readLines(text: string): { lines: PrintedLine[]; rest: string } {
  const lines: PrintedLine[] = [];
  let start = 0;
  for (;;) {
    const nul = text.indexOf("\0", start);
    const end = nul === -1 ? -1 : text.indexOf("\n", nul);
    if (end === -1) return { lines, rest: text.slice(start) };
    const path = text.slice(start, nul).replace(SEPARATORS, "");
    const [, number = "", mark, line = ""] = /^(\d+)([:-])(.*)$/s.exec(text.slice(nul + 1, end)) ?? [];
    if (mark !== undefined)
      lines.push({ path, line: Number(number), text: line.replace(/\r$/, ""), isMatch: mark === ":" });
    start = end + 1;
  }
}
