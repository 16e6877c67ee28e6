import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isInside } from "../shared/inside.ts";
import { realPathOf } from "../shared/real-path.ts";

/** A link somewhere below a folder. */
export interface LinkBelow {
  absolute: string;
  /** Where it leads. */
  real: string;
  isFolder: boolean;
}

const MAX_SEEN = 100_000;
const MAX_LINKS = 1_000;

/**
 * The links below a folder that lead out of it, and those below the folders that these lead to. Undefined when there is too
 * much to look at.
 */
export async function linksBelow(folder: string): Promise<LinkBelow[] | undefined> {
  const found: LinkBelow[] = [];
  const queue = [folder];
  const visited = new Set(queue);
  let seen = 0;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch((): Dirent[] => []);
    seen += entries.length;
    if (seen > MAX_SEEN || found.length > MAX_LINKS) return undefined;
    for (const entry of entries) {
      const absolute = join(next, entry.name);
      if (entry.isDirectory()) queue.push(absolute);
      if (!entry.isSymbolicLink()) continue;
      const real = await realPathOf(absolute);
      if (isInside(real, folder)) continue;
      const isFolder = (await stat(real).catch(() => undefined))?.isDirectory() ?? false;
      found.push({ absolute, real, isFolder });
      if (isFolder && !visited.has(real)) queue.push(real);
      visited.add(real);
    }
  }
  return found;
}
