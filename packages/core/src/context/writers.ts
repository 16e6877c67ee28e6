import { stat } from "node:fs/promises";
import { dirname } from "node:path";

/** What the file system says about who can change a file or folder. */
export interface Owned {
  uid: number;
  gid: number;
  mode: number;
}

/** Whether the person may be given rules by this file. */
export type WriterCheck = (path: string, file: Owned) => Promise<boolean>;

/** The check for a person who works in `cwd`. Windows has no owners to go by, and everything passes. */
export async function createWriterCheck(cwd: string): Promise<WriterCheck> {
  const person = process.getuid?.();
  if (person === undefined) return async () => true;
  const here = await stat(cwd).catch(() => undefined);
  return async (path, file) =>
    here !== undefined && mayGiveRules(file, await stat(dirname(path)), here, person);
}

/**
 * Whether a file in a folder on the way to `here`, where the person works, may give them rules: whoever can write it, or
 * put another in its place, is the person, root, or somebody who could put one into `here` as well.
 */
export function mayGiveRules(file: Owned, folder: Owned, here: Owned, person: number): boolean {
  // Many systems give each user a group of the same number.
  const trusted = new Set(["user 0", `user ${person}`, `group ${person}`, ...writers(here)]);
  const trusts = (writer: string): boolean => trusted.has(writer);
  if (!writers(folder).every(trusts)) return false;
  // Of a folder that a group shares, each of them may own a file; where all can write, the owner alone says who wrote it.
  const [owner = "", ...others] = writers(file);
  const shared = (folder.mode & 0o022) === 0o020;
  return (shared || trusts(owner)) && others.every(trusts);
}

/** The owner, and whoever else may write. */
function writers({ uid, gid, mode }: Owned): string[] {
  return [
    `user ${uid}`,
    ...((mode & 0o020) === 0 ? [] : [`group ${gid}`]),
    ...((mode & 0o002) === 0 ? [] : ["others"]),
  ];
}
