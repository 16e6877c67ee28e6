import picomatch from "picomatch";
import { ToolError } from "../shared/tool-error.ts";

/** A pattern, taken apart. */
export interface Pattern {
  /** The folders it begins with that hold no wildcard, as a path; empty when there are none. */
  base: string;
  /** Whether a path below `base` matches. Undefined for a pattern without wildcards, which is just a path. */
  matches: ((path: string) => boolean) | undefined;
  /** How many levels below `base` a match can be. */
  depth: number;
  /** What the pattern is about: files, folders, or both. */
  kind: "files" | "folders" | "both";
}

const MAX_LENGTH = 1_000;

/** Throws a {@link ToolError} that says what is wrong. */
export function parsePattern(pattern: string): Pattern {
  if (pattern.trim() === "") throw bad("pattern is empty");
  if (pattern.includes("\0")) throw bad("pattern holds a NUL character");
  if (pattern.length > MAX_LENGTH) throw bad(`pattern has more than ${MAX_LENGTH} characters`);
  const folders = pattern.endsWith("/");
  const wanted = folders ? pattern.replace(/\/+$/, "") || "/" : pattern;
  const scan = picomatch.scan(wanted);
  if (scan.negated) {
    throw bad(
      `a pattern cannot be turned round with "!"; say what to find, or use bash (find) for ${pattern}`,
    );
  }
  const kind = folders ? "folders" : /(?:^|\/)\*\*(?:\/\*)?$/.test(wanted) ? "files" : "both";
  if (!scan.isGlob) return { base: unescape(wanted), matches: undefined, depth: 0, kind };
  if (/(?:^|\/)\.\.?(?:\/|$)/.test(scan.glob)) {
    throw bad(`pattern ${pattern} has "." or ".." behind a wildcard, where nothing matches it`);
  }
  return {
    base: unescape(scan.base),
    matches: compile(scan.glob, pattern),
    depth: scan.glob.includes("**") ? Infinity : scan.glob.split("/").length,
    kind,
  };
}

function compile(glob: string, pattern: string): (path: string) => boolean {
  try {
    return picomatch(glob, { dot: true, nonegate: true, strictBrackets: true });
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
