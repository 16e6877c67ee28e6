import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fittingNames } from "../shell/names.ts";
import type { Search } from "../shell/searches.ts";
import type { SensitivePaths } from "./sensitive-paths.ts";

const MAX_SEEN = 100_000;
const LEFT_OUT = new Set([".git", "node_modules"]);
const IGNORE_FILES = [".gitignore", ".ignore", ".rgignore"];

/**
 * Whether a search of a folder comes to a file whose reading is asked about, or to too many files to tell. Links are not
 * followed.
 */
export async function findsSecrets(
  folder: string,
  { reading }: SensitivePaths,
  search: Search,
): Promise<boolean> {
  if (reading(folder) !== undefined) return true;
  const queue = [folder];
  let wanted = search.heedsIgnoreFiles ? await wantedAbove(folder) : [];
  let fits = fittingNames(wanted);
  let seen = 0;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch((): Dirent[] => []);
    seen += entries.length;
    if (seen > MAX_SEEN) return true;
    if (search.heedsIgnoreFiles && entries.some(({ name }) => IGNORE_FILES.includes(name))) {
      wanted = [...wanted, ...(await wantedIn(next))];
      fits = fittingNames(wanted);
    }
    for (const entry of entries) {
      const isFolder = entry.isDirectory();
      if (LEFT_OUT.has(entry.name)) continue;
      if (!search.sees(entry.name, isFolder) && !fits(entry.name, isFolder)) continue;
      const path = join(next, entry.name);
      if (reading(path) !== undefined) return true;
      if (isFolder) queue.push(path);
    }
  }
  return false;
}

/** The names that the files of a folder say are not ignored; ripgrep looks at these although they are hidden. */
async function wantedIn(folder: string): Promise<string[]> {
  const found = await Promise.all(
    [...IGNORE_FILES, join(".git", "info", "exclude")].map(async (name) => {
      const text = await readFile(join(folder, name), "utf8").catch(() => "");
      return text.split(/\r?\n/).flatMap((line) => /^!\/?(.*?)\/?\s*$/.exec(line)?.[1] ?? []);
    }),
  );
  return found.flat();
}

/** The same of the folder and all that it lies in. */
async function wantedAbove(folder: string): Promise<string[]> {
  const above = dirname(folder);
  return [...(await wantedIn(folder)), ...(above === folder ? [] : await wantedAbove(above))];
}
