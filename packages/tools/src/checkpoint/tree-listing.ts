import { lstatSync } from "node:fs";
import { join } from "node:path";
import { rulesAbove } from "../glob/ignore-rules.ts";
import { walk } from "../glob/walk.ts";

/** What tells that a file is still the same, without reading it. */
export interface Stamp {
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  ino: number;
  mode: number;
}

/** What is in a work tree. */
export interface TreeListing {
  /** By name below the top, with `/`. */
  files: Map<string, Stamp>;
  folders: Set<string>;
}

/** More files than this are too many to look at around each command. */
const MAX_FILES = 100_000;

/**
 * Lists a work tree: what its ignore rules do not leave out, and what is in `tracked` although they do. Gives undefined
 * when it is too large.
 */
export async function listTree(
  top: string,
  tracked: Iterable<string>,
  signal: AbortSignal,
): Promise<TreeListing | undefined> {
  const files = new Map<string, Stamp>();
  const folders = new Set<string>();
  const tooMany = new AbortController();
  const options = {
    depth: Number.POSITIVE_INFINITY,
    rules: await rulesAbove(top, top),
    onUnreadable: () => undefined,
    signal: AbortSignal.any([signal, tooMany.signal]),
  };
  try {
    await walk(top, options, ({ path, below, isFolder }) => {
      if (isFolder) folders.add(below);
      else look(path, below);
      if (files.size > MAX_FILES) tooMany.abort();
    });
  } catch (error) {
    if (!tooMany.signal.aborted) throw error;
  }
  for (const name of tracked) {
    // Only where a folder really is one: below a link the name stands for a file of somebody else.
    const parent = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    if (!files.has(name) && (parent === "" || folders.has(parent))) look(join(top, name), name);
  }
  return files.size > MAX_FILES ? undefined : { files, folders };

  // At once and not in turn: asked one by one, the system needs several times as long.
  function look(path: string, name: string): void {
    try {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (!stats || stats.isDirectory()) return;
      const { size, mtimeMs, ctimeMs, ino, mode } = stats;
      files.set(name, { size, mtimeMs, ctimeMs, ino, mode });
    } catch {
      // What cannot be looked at cannot be kept either.
    }
  }
}

/** Whether nothing happened to a file between two looks. */
export function isSame(left: Stamp | undefined, right: Stamp | undefined): boolean {
  return (
    left === right ||
    (left !== undefined &&
      right !== undefined &&
      left.size === right.size &&
      left.mtimeMs === right.mtimeMs &&
      left.ctimeMs === right.ctimeMs &&
      left.ino === right.ino &&
      left.mode === right.mode)
  );
}
