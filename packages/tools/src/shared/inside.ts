import { isAbsolute, relative, sep } from "node:path";

/** Whether a path is a folder or lies below it. Both are absolute; nothing is looked up. */
export function isInside(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/** A path as it is compared where a file system may not tell capitals or ways to write an accent apart. */
export function foldPath(path: string): string {
  return path.normalize("NFKC").toLowerCase();
}
