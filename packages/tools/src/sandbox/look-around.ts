import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sensitivePaths } from "../permission/sensitive-paths.ts";

/** What stands in the folders that commands may write to. All absolute. */
export interface Surroundings {
  /** Files that hold secrets, by their names and places. */
  secrets: string[];
  /** Folders or files named `.git`. */
  repositories: string[];
  /** Folders that were not looked into, because there were too many before them. */
  unseen: string[];
}

/** Certificates of authorities, without which programs of some languages trust nobody. */
const PUBLIC = /^cacert\.pem$/i;
const MAX_DEPTH = 6;
/** Looked at before each command, so there cannot be very many. */
const MAX_FOLDERS = 4_000;
const NOT_ENTERED = new Set(["node_modules", ".git"]);

/** Looks through some folders, the upper levels first, as far as it can be done before each command. */
export async function lookAround(folders: readonly string[]): Promise<Surroundings> {
  const { reading } = sensitivePaths();
  const found: Surroundings = { secrets: [], repositories: [], unseen: [] };
  let level = [...folders];
  let visited = 0;
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const [index, folder] of level.entries()) {
      if ((visited += 1) > MAX_FOLDERS) return { ...found, unseen: [...level.slice(index), ...next] };
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        const path = join(folder, entry.name);
        if (entry.name === ".git") found.repositories.push(path);
        else if (entry.isDirectory()) {
          if (!NOT_ENTERED.has(entry.name)) next.push(path);
        } else if (reading(path) !== undefined && !PUBLIC.test(entry.name)) found.secrets.push(path);
      }
    }
    level = next;
  }
  return found;
}
