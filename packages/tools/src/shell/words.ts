import type { DoubleQuotedChild, Word, WordPart } from "unbash";

/** One word of a command, as far as it is known before the command runs. */
export interface ShellWord {
  /** Without its quotes; what only the shell can know stands as it was written. */
  value: string;
  /** `plain`: this is the word. `glob`: names of files take its place. `dynamic`: nobody knows before it runs. */
  kind: "plain" | "glob" | "dynamic";
  /** The same when every unknown variable is empty and `HOME` and `PWD` are what they usually are. */
  ifEmpty: string;
  /** Whether `ifEmpty` is what it will be, patterns of file names apart. */
  certain: boolean;
  /** What it is put together from. */
  pieces: readonly WordPiece[];
  /** Whether it begins with a `~` that the shell replaces. */
  tilde: boolean;
  /** Whether it could become an option: it begins with something that is not known. */
  mayBeOption: boolean;
}

/** A part of a word: text, one of several texts, the value of a variable, or what nobody knows. */
export type WordPiece = string | { oneOf: readonly string[] } | { variable: string } | { unknown: true };

type Piece = WordPart | DoubleQuotedChild;

/** `~+`, `~-` and `~1`: the folder of now, the one before, one of the stack. A `~` also counts in `of=~+/x`. */
const STACKED = /^(?:[^"'\\]*[=:])?~[+\-\d]/;

/** What is known about a word. */
export function readWord(word: Word): ShellWord {
  let kind = "plain" as ShellWord["kind"];
  let ifEmpty = "";
  let certain = true;
  const pieces: WordPiece[] = [];

  function add(text: string): void {
    ifEmpty += text;
    pieces.push(text);
  }

  function expand(variable: string): void {
    const usual = usualValue(variable);
    ifEmpty += usual;
    pieces.push(usual === "" ? { variable } : usual);
    certain &&= usual !== "";
    raise("dynamic");
  }

  function raise(to: "glob" | "dynamic"): void {
    if (kind !== "dynamic") kind = to;
  }

  function take(part: Piece): void {
    switch (part.type) {
      case "Literal":
      case "SingleQuoted":
        add(part.value);
        return;
      case "DoubleQuoted":
        for (const child of part.parts) take(child);
        return;
      case "Glob":
        add(part.text);
        raise("glob");
        return;
      case "AnsiCQuoted":
        // A shell without $'…' reads something else.
        add(part.value);
        raise("dynamic");
        return;
      case "SimpleExpansion":
        expand(part.text.slice(1));
        return;
      case "ParameterExpansion":
        if (!part.operation && part.prefix === undefined && !part.index) {
          expand(part.parameter);
          return;
        }
        break;
      case "BraceExpansion": {
        ifEmpty += part.text;
        const list = /^\{([^{}"'`$\\]*,[^{}"'`$\\]*)\}$/.exec(part.text)?.[1];
        pieces.push(list === undefined ? { unknown: true } : { oneOf: list.split(",") });
        certain = false;
        raise("dynamic");
        return;
      }
      default:
        ifEmpty += part.type === "ExtendedGlob" ? part.text : "";
    }
    pieces.push({ unknown: true });
    certain = false;
    raise("dynamic");
  }

  if (word.parts === undefined) add(word.value);
  else for (const part of word.parts) take(part);
  if (STACKED.test(word.text)) {
    pieces.splice(0, pieces.length, { unknown: true });
    certain = false;
    raise("dynamic");
  }
  const beginning = beginningOf(word);
  return {
    value: word.value,
    kind,
    ifEmpty,
    certain,
    pieces,
    // With quotes in it a `~` is only a letter.
    tilde: /^~[^/"'\\$`]*(\/|$)/.test(word.text),
    mayBeOption: kind === "dynamic" || (kind === "glob" && !/^[^-]/.test(beginning)),
  };
}

/** A word that is exactly this text. */
export function plainWord(value: string): ShellWord {
  return {
    ...UNKNOWN_WORDS,
    value,
    kind: "plain",
    ifEmpty: value,
    certain: true,
    pieces: [value],
    mayBeOption: false,
  };
}

/** Words that a command gets while it runs, which nobody knows before. */
export const UNKNOWN_WORDS: ShellWord = {
  value: "...",
  kind: "dynamic",
  ifEmpty: "",
  certain: false,
  pieces: [{ unknown: true }],
  tilde: false,
  mayBeOption: true,
};

/** The name of a program without its folder; empty when it is not known. */
export function baseName(word: ShellWord | undefined): string {
  if (word?.kind !== "plain") return "";
  return word.value.slice(word.value.lastIndexOf("/") + 1);
}

/** Text as one word of a shell command. */
export function quoteWord(value: string): string {
  return /^[\w/.,:=@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** The text that a word begins with, before anything that is replaced. */
function beginningOf({ parts = [] }: Word): string {
  const end = parts.findIndex(({ type }) => type !== "Literal" && type !== "SingleQuoted");
  return parts
    .slice(0, end === -1 ? undefined : end)
    .map((part) => ("value" in part ? part.value : ""))
    .join("");
}

function usualValue(variable: string): string {
  if (variable === "HOME") return "~";
  return variable === "PWD" ? "." : "";
}
