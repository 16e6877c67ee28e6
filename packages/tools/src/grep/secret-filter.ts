import { sensitivePaths } from "../permission/sensitive-paths.ts";
import { displayPath } from "../shared/path.ts";
import type { TakeLine } from "./search.ts";

const NAMED = 3;

/**
 * Keeps back lines of files in which secrets are kept: to read such a file is asked about, and a search through its folder
 * is not. Who begins with such a file, or in a folder of them, was asked.
 */
export function createSecretFilter(
  start: string,
  take: TakeLine,
): { take: TakeLine; note(cwd: string): string | undefined } {
  const sensitive = sensitivePaths();
  const wasAsked = sensitive.reading(start) !== undefined;
  const left = new Set<string>();
  let last: { path: string; isSecret: boolean } | undefined;
  return {
    take(line) {
      if (last?.path !== line.path)
        last = { path: line.path, isSecret: !wasAsked && sensitive.reading(line.path) !== undefined };
      if (!last.isSecret) return take(line);
      left.add(line.path);
      return true;
    },
    note(cwd) {
      if (left.size === 0) return undefined;
      const names = [...left].slice(0, NAMED).map((path) => displayPath(cwd, path));
      const more = left.size > NAMED ? ` and ${left.size - NAMED} more` : "";
      return `${names.join(", ")}${more} left out: secrets are kept there; path can name one`;
    },
  };
}
