import type { ShellFacts } from "./analyse.ts";
import type { ShellWord, WordPiece } from "./words.ts";

const MAX_TEXTS = 50;
const MAX_DEPTH = 4;

/** Everything that a word can become, patterns of file names apart; undefined when that is not known. */
export function possibleTexts(
  word: ShellWord,
  variables: ShellFacts["variables"],
  depth = 0,
): string[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  let texts = [""];
  for (const piece of word.pieces) {
    const ends = textsOf(piece, variables, depth);
    if (!ends || texts.length * ends.length > MAX_TEXTS) return undefined;
    texts = texts.flatMap((text) => ends.map((end) => text + end));
  }
  return texts;
}

function textsOf(
  piece: WordPiece,
  variables: ShellFacts["variables"],
  depth: number,
): readonly string[] | undefined {
  if (typeof piece === "string") return [piece];
  if ("oneOf" in piece) return piece.oneOf;
  if ("unknown" in piece) return undefined;
  const texts: string[] = [];
  for (const value of variables.get(piece.variable) ?? []) {
    const possible = possibleTexts(value, variables, depth + 1);
    if (!possible) return undefined;
    // Outside of quotes a value is split into words.
    texts.push(
      ...possible,
      ...possible.filter((text) => /\s/.test(text)).flatMap((text) => text.split(/\s+/)),
    );
  }
  return texts.length > 0 ? texts : undefined;
}

/** The word with something in the place of what is not known. */
export function withSomething({ pieces }: ShellWord): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : "x")).join("");
}
