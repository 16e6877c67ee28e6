/** The lines of a text; a line break at its end begins no line, and an empty text has none. */
export function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** The lines of a text as those of a diff. */
export function markedLines(mark: " " | "+" | "-", lines: readonly string[]): string[] {
  return lines.map((line) => `${mark}${line}`);
}
