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
}

const MAX_LENGTH = 1_000;

/** Throws a {@link ToolError} that says what is wrong. */
export function parsePattern(pattern: string): Pattern {
  if (pattern.trim() === "") throw bad("pattern is empty");
  if (pattern.includes("\0")) throw bad("pattern holds a NUL character");
  if (pattern.length > MAX_LENGTH) throw bad(`pattern has more than ${MAX_LENGTH} characters`);
  if (pattern.startsWith("!")) {
    throw bad(
      `a pattern cannot be turned round with "!": say what to find, or use bash (find) for ${pattern}`,
    );
  }
  const foldersOnly = pattern.endsWith("/");
  const wanted = foldersOnly ? pattern.replace(/\/+$/, "") || "/" : pattern;
  const kind = foldersOnly ? "folders" : /(?:^|\/)\*\*(?:\/\*)?$/.test(wanted) ? "files" : "both";

  const parts = wanted.split("/");
  const first = parts.findIndex((part) => /(?<!\\)[*?[{]/.test(part));
  if (first === -1) return { base: unescape(wanted), matches: undefined, depth: 0, kind };
  const wild = parts.slice(first);
  if (wild.some((part) => part === "." || part === "..")) {
    throw bad(`pattern ${pattern} has "." or ".." behind a wildcard, where nothing matches it`);
  }
  const base = parts.slice(0, first).join("/");
  return {
    base: unescape(base === "" && first > 0 ? "/" : base),
    matches: compile(wild.join("/"), pattern),
    depth: wild.some((part) => part.includes("**")) ? Infinity : wild.length,
    kind,
  };
}

/**
 * Round brackets stand for themselves, and square ones too, besides being a set of characters: in the names of web
 * routes, "app/(shop)/[id]/page.tsx", they are far more frequent than in patterns.
 */
function compile(glob: string, pattern: string): (path: string) => boolean {
  const plain = glob.replaceAll(/(?<!\\)[()|]/g, "\\$&");
  const options = { dot: true, nonegate: true, noextglob: true };
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
