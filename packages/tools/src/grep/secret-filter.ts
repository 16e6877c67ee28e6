import { relative, resolve } from "node:path";
import { sensitivePaths } from "../permission/sensitive-paths.ts";
import type { IsForbidden } from "../shared/forbidden-files.ts";
import { displayPath } from "../shared/path.ts";
import { realPathOf } from "../shared/real-path.ts";
import type { TakeLine } from "./search.ts";

const NAMED = 3;

/**
 * Keeps back lines of files that a rule forbids, and of those in which secrets are kept: to read such a file is asked
 * about, and a search through its folder is not. Who begins with such a file, or in a folder of them, was asked.
 */
export async function createSecretFilter(
  start: string,
  take: TakeLine,
  isForbidden: IsForbidden,
): Promise<{ take: TakeLine; note(cwd: string): string | undefined }> {
  const isSecret = isForbidden.isAskedAbout ?? ((path) => sensitivePaths().reading(path) !== undefined);
  const real = await realPathOf(start);
  const wasAsked = [start, real].some(isSecret);
  const secret = new Set<string>();
  const forbidden = new Set<string>();
  let last: { path: string; in: Set<string> | undefined } | undefined;

  function listFor(path: string): Set<string> | undefined {
    // The search may have begun at a link.
    const names = [path, resolve(real, relative(start, path))];
    if (names.some(isForbidden)) return forbidden;
    return !wasAsked && names.some(isSecret) ? secret : undefined;
  }

  return {
    take(line) {
      if (last?.path !== line.path) last = { path: line.path, in: listFor(line.path) };
      if (!last.in) return take(line);
      last.in.add(line.path);
      return true;
    },
    note(cwd) {
      const notes = [
        ...leftOut(secret, cwd, "secrets are kept there; path can name one"),
        ...leftOut(forbidden, cwd, "a rule forbids to read it"),
      ];
      return notes.length === 0 ? undefined : notes.join("; ");
    },
  };
}

function leftOut(paths: ReadonlySet<string>, cwd: string, why: string): string[] {
  if (paths.size === 0) return [];
  const names = [...paths].slice(0, NAMED).map((path) => displayPath(cwd, path));
  const more = paths.size > NAMED ? ` and ${paths.size - NAMED} more` : "";
  return [`${names.join(", ")}${more} left out: ${why}`];
}
