import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { SensitivePaths } from "./sensitive-paths.ts";

const MAX_SEEN = 100_000;
const LEFT_OUT = new Set([".git", "node_modules"]);

/** Whether there is a file below a folder whose reading is asked about, or too many files to tell. Links are not followed. */
export async function keepsSecrets(
  folder: string,
  { reading }: SensitivePaths,
  hidden: boolean,
): Promise<boolean> {
  if (reading(folder) !== undefined) return true;
  const queue = [folder];
  let seen = 0;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch((): Dirent[] => []);
    seen += entries.length;
    if (seen > MAX_SEEN) return true;
    for (const entry of entries) {
      if (LEFT_OUT.has(entry.name) || (!hidden && entry.name.startsWith("."))) continue;
      const path = join(next, entry.name);
      if (reading(path) !== undefined) return true;
      if (entry.isDirectory()) queue.push(path);
    }
  }
  return false;
}
