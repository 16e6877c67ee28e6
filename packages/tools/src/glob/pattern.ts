import picomatch from "picomatch";
import { ToolError } from "../shared/tool-error.ts";

/** A pattern, taken apart. */
export interface Pattern {
  /** The folders it begins with that hold no wildcard, as a path; empty when there are none. */
  base: string;
  /** Whether a path below `base` matches. Undefined for a pattern without wildcards: `base` is all of it. */
  matches: ((path: string) => boolean) | undefined;
  /** How many levels below `base` a match can be. */
  depth: number;
  /** What is looked for. */
  kind: "files" | "folders" | "both";
  /** Whether a file or folder below `base` is looked at whose name begins with a dot. */
  looksAtHidden: (name: string) => boolean;
}

const MAX_LENGTH = 1_000;

/** These have no name of their own to look for. */
const PLACES = new Set([".", "..", "~"]);

/**
 * A pattern without a slash is about names anywhere below, any other about paths; `*` alone is what is in the folder,
 * since a list of everything below is asked for by `**`. `hidden` makes wildcards stand for a
 * leading dot too; where the pattern itself writes the dot it is found without. Throws a {@link ToolError} that says
 * what is wrong.
 */
export function parsePattern(pattern: string, { hidden = false }: { hidden?: boolean } = {}): Pattern {
  if (pattern.trim() === "") throw bad("pattern is empty");
  if (pattern.includes("\0")) throw bad("pattern holds a NUL character");
  if (pattern.length > MAX_LENGTH) throw bad(`pattern has more than ${MAX_LENGTH} characters`);
  if (pattern.startsWith("!")) {
    throw bad(
      `a pattern cannot be turned round with "!": say what to find, or use bash (find) for ${pattern}`,
    );
  }
  const foldersOnly = pattern.endsWith("/");
  const path = foldersOnly ? pattern.replace(/\/+$/, "") || "/" : pattern;
  const isHere = path === "*" || PLACES.has(path) || pattern.includes("/");
  const wanted = isHere ? path : `**/${path}`;

  const parts = wanted.split("/");
  const first = parts.findIndex((part) => /(?<!\\)[*?[{]/.test(part));
  if (first === -1) {
    const kind = foldersOnly ? "folders" : "both";
    return { base: unescape(wanted), matches: undefined, depth: 0, kind, looksAtHidden: () => true };
  }
  const wild = parts.slice(first);
  if (wild.some((part) => part === "." || part === "..")) {
    throw bad(`pattern ${pattern} has "." or ".." behind a wildcard, where nothing matches it`);
  }
  const base = parts.slice(0, first).join("/");
  const dots = hidden ? [] : writtenDots(wild.join("/"));
  // Without such dots nothing hidden is looked at, so the pattern need not tell it apart.
  const dot = dots.length === 0;
  // Whatever is in a folder; behind ** that would be every folder there is.
  const anyOf = wild.at(-1) === "*" && wild.at(-2) !== "**";
  return {
    base: unescape(base === "" && first > 0 ? "/" : base),
    matches:
      dot && wild.length === 2 && wild[0] === "**"
        ? named(compile(wild[1] ?? "", pattern, dot))
        : compile(wild.join("/"), pattern, dot),
    depth: wild.some((part) => part.includes("**")) ? Infinity : wild.length,
    kind: foldersOnly ? "folders" : anyOf ? "both" : "files",
    looksAtHidden: hidden ? () => true : (name) => dots.some((start) => name.startsWith(start)),
  };
}

/** Whether the last part of a path matches: for what is found in any folder that is much faster than the whole path. */
function named(matches: (name: string) => boolean): (path: string) => boolean {
  return (path) => matches(path.slice(path.lastIndexOf("/") + 1));
}

/** The beginnings of names that a pattern writes with their dot, up to the first wildcard. */
function writtenDots(glob: string): string[] {
  return Array.from(glob.matchAll(/(?:^|[/{,])\\?(\.[^*?[\\/{},]*)/g), ([, dot = ""]) => dot);
}

/**
 * Round brackets stand for themselves, and square ones too, besides being a set of characters: in the names of web
 * routes, "app/(shop)/[id]/page.tsx", they are far more frequent than in patterns.
 */
function compile(glob: string, pattern: string, dot: boolean): (path: string) => boolean {
  const plain = glob.replaceAll(/(?<!\\)[()|]/g, "\\$&");
  // With "s", names may hold line feeds.
  const options = { dot, nonegate: true, noextglob: true, flags: "s" };
  try {
    const literal = picomatch(plain.replaceAll(/(?<!\\)[[\]]/g, "\\$&"), {
      ...options,
      strictBrackets: true,
    });
    const sets = plain.includes("[") ? picomatch(plain, { ...options, posix: true }) : literal;
    return (path) => literal(path) || (sets !== literal && sets(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ToolError("bad_input", `bad pattern ${pattern}: ${reason}`, { cause: error });
  }
}

function unescape(path: string): string {
  return path.replaceAll(/\\(.)/g, "$1");
}

function bad(sentence: string): ToolError {
  return new ToolError("bad_input", sentence);
}
