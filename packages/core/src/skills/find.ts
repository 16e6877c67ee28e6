import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";

/** A folder that skills are looked for in. */
export interface SkillPlace {
  folder: string;
  /** The real path of the folder that links may not lead out of; anywhere when left out. */
  within?: string;
}

/** A `SKILL.md`. */
export interface SkillFile {
  path: string;
  /** Its path without links: the same for the same file. */
  realPath: string;
  /** The folders from the place to it. */
  folders: string[];
}

interface Folder {
  path: string;
  realPath: string;
  folders: string[];
}

const maxDepth = 10;
/** So many folders of one place are looked into: a link may lead to a whole disk. */
const maxFolders = 1_000;
/** Skills of others, brought along by what a skill needs. */
const passedOver = new Set(["node_modules", ".git"]);

/**
 * Finds the skills of a place, those near its top first, and those behind links last: a link is no new name for what
 * is there anyway. Real paths of folders are remembered in `seen`, and none of them is looked into twice. What is not
 * looked into is told in `warnings`.
 */
export async function* findSkillFiles(
  place: SkillPlace,
  seen: Set<string>,
  warnings: string[],
): AsyncGenerator<SkillFile, void> {
  const target = async (path: string, kind: "isFile" | "isDirectory"): Promise<string | undefined> => {
    try {
      if (!(await stat(path))[kind]()) return undefined;
      const real = await realpath(path);
      if (place.within === undefined || isInside(place.within, real)) return real;
      warnings.push(`${path}: leads out of the project, and was not followed`);
    } catch (error) {
      tell(path, error, warnings);
    }
    return undefined;
  };
  const root = await target(place.folder, "isDirectory");
  if (root === undefined) return;
  const queue: Folder[] = [{ path: place.folder, realPath: root, folders: [] }];
  const links: Omit<Folder, "realPath">[] = [];
  let searched = 0;
  let tooDeep = false;
  while (queue.length > 0 || links.length > 0) {
    if (searched === maxFolders) {
      warnings.push(`${place.folder}: only its first ${maxFolders} folders were searched for skills`);
      break;
    }
    searched += 1;
    const folder = queue.shift() ?? (await followed(links.shift()));
    if (!folder || seen.has(folder.realPath)) continue;
    seen.add(folder.realPath);
    for (const entry of await entriesOf(folder.path, warnings)) {
      const path = join(folder.path, entry.name);
      const folders = [...folder.folders, entry.name];
      if (entry.name === "SKILL.md") {
        const real = folder.folders.length > 0 ? await target(path, "isFile") : undefined;
        if (real !== undefined) yield { path, realPath: real, folders: folder.folders };
      } else if (passedOver.has(entry.name)) continue;
      else if (!entry.isDirectory() && !entry.isSymbolicLink()) continue;
      else if (folders.length > maxDepth) tooDeep = true;
      else if (entry.isDirectory())
        queue.push({ path, realPath: join(folder.realPath, entry.name), folders });
      else links.push({ path, folders });
    }
  }
  if (tooDeep) {
    warnings.push(`${place.folder}: folders below the ${maxDepth}th were not searched for skills`);
  }

  async function followed(link: Omit<Folder, "realPath"> | undefined): Promise<Folder | undefined> {
    const real = link && (await target(link.path, "isDirectory"));
    return link && real !== undefined ? { ...link, realPath: real } : undefined;
  }
}

async function entriesOf(path: string, warnings: string[]): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    tell(path, error, warnings);
    return [];
  }
}

/** What is not there, and a link in a circle, is no news. */
function tell(path: string, error: unknown, warnings: string[]): void {
  const code = (error as NodeJS.ErrnoException).code ?? "error";
  if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(code)) warnings.push(`${path}: cannot be read (${code})`);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
