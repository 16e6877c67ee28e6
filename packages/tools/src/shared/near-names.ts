import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { displayPath } from "./path.ts";
import { similarity } from "./similarity.ts";
import { ToolError } from "./tool-error.ts";

const MAX_NAMES = 5;
const MAX_SCANNED = 10_000;

/** "No such file" that names what is nearly called so, beside the first part of the path that is missing. */
export async function notFound(cwd: string, absolute: string, shown: string): Promise<ToolError> {
  let missing = absolute;
  while (dirname(missing) !== missing) {
    const folder = dirname(missing);
    const names = await readdir(folder).catch(() => undefined);
    if (names) return new ToolError("not_found", `no such file or folder: ${shown}${hint(missing, names)}`);
    missing = folder;
  }
  return new ToolError("not_found", `no such file or folder: ${shown}`);

  function hint(path: string, names: string[]): string {
    const folder = dirname(path);
    const near = nearNames(basename(path), names).map((name) => displayPath(cwd, join(folder, name)));
    if (near.length > 0) return `; near names: ${near.join(", ")}`;
    return path === absolute ? "" : `; there is no ${displayPath(cwd, path)} either`;
  }
}

/** The names most like `wanted`, best first. */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  const target = fold(wanted);
  return names
    .slice(0, MAX_SCANNED)
    .map((name) => ({ name, score: score(target, fold(name)) }))
    .filter((candidate) => candidate.score >= 0.4)
    .sort((left, right) => right.score - left.score || (left.name < right.name ? -1 : 1))
    .slice(0, MAX_NAMES)
    .map((candidate) => candidate.name);
}

function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

function score(wanted: string, name: string): number {
  if (wanted === name) return 2;
  const contained = wanted.length > 2 && name.length > 2 && (name.includes(wanted) || wanted.includes(name));
  // Short names have too few pairs of letters to show that two of them are swapped.
  const swapped = wanted.length > 2 && wanted.length <= 6 && letters(wanted) === letters(name);
  return similarity(wanted, name) + (contained || swapped ? 0.5 : 0);
}

function letters(name: string): string {
  return name.split("").sort().join("");
}
