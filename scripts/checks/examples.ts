/** A block of code in a README that has to run; `line` is where its fence stands. */
export type Example = { code: string; line: number };

const MARKED_BLOCK = /^<!-- example: run -->\n+```(?:ts|typescript)\n(.*?)^```$/gms;

/** The code blocks that stand directly below `<!-- example: run -->`. */
export function readExamples(markdown: string): Example[] {
  const text = markdown.replaceAll("\r\n", "\n");
  return [...text.matchAll(MARKED_BLOCK)].map((match) => ({
    code: match[1] ?? "",
    line: text.slice(0, match.index).split("\n").length + 1,
  }));
}
