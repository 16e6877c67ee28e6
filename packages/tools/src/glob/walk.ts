import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { sep } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isIgnored, withRulesOf, type IgnoreRules } from "./ignore-rules.ts";

/** Something that the walk came by. */
export interface Entry {
  /** Absolute. */
  path: string;
  /** Relative to where the walk began, with `/`. */
  below: string;
  isFolder: boolean;
  /** A plain file: no folder, and no link, pipe or device either. */
  isFile: boolean;
}

/** What the walk saw and did not show. */
export interface WalkReport {
  /** Files and folders left out by `.gitignore` and by default. */
  ignored: number;
  /** Hidden files and folders left out, of which some may be ignored as well. */
  hidden: number;
  /** Whether the walk ended before the end. */
  gaveUp: boolean;
}

/** What a walk needs to know. */
export interface WalkOptions {
  /** How many levels down. */
  depth: number;
  /** The rules of the folders above. */
  rules: IgnoreRules | undefined;
  /** Whether a file or folder is looked at whose name begins with a dot. All are when left out. */
  looksAtHidden?: (name: string) => boolean;
  /** How a folder is read; as the system does it when left out. */
  readFolder?: ReadFolder | undefined;
  /** Told about each folder that could not be read. */
  onUnreadable: (path: string, error: unknown) => void;
  signal: AbortSignal;
}

/** Lists what is in a folder. */
export type ReadFolder = (path: string) => Promise<Dirent[]>;

/** So many files and folders are looked at; more would take minutes. */
export const MAX_VISITED = 1_000_000;

const NEVER_ENTERED = new Set([".git", "node_modules"]);
const BUSY_MS = 10;
/** So many folders are read side by side: one alone would mostly wait for the next thread that reads. */
const SIDE_BY_SIDE = 16;

/** Calls `visit` for everything below a folder that is not ignored, in no order. Links are visited and not followed. */
export async function walk(
  top: string,
  options: WalkOptions,
  visit: (entry: Entry) => void,
): Promise<WalkReport> {
  const { depth, readFolder = listFolder, looksAtHidden, onUnreadable, signal } = options;
  const report: WalkReport = { ignored: 0, hidden: 0, gaveUp: false };
  const queue = [{ path: top, below: "", depth: 1, rules: options.rules }];
  let visited = 0;
  let restedAt = performance.now();

  // Others get their turn every few milliseconds, also inside one huge folder.
  async function rest(): Promise<void> {
    if (performance.now() - restedAt < BUSY_MS) return;
    await nextTurn();
    restedAt = performance.now();
    signal.throwIfAborted();
  }

  async function enter(folder: (typeof queue)[number], entries: readonly Dirent[]): Promise<void> {
    const hasRules = entries.some((entry) => entry.name === ".gitignore");
    const rules = hasRules ? await withRulesOf(folder.path, folder.rules) : folder.rules;
    const start = folder.path.endsWith(sep) ? folder.path : folder.path + sep;
    for (const [index, entry] of entries.entries()) {
      if (index % 64 === 63) await rest();
      const { name } = entry;
      const path = start + name;
      const isFolder = entry.isDirectory();
      const isHidden = looksAtHidden && name.startsWith(".") && name !== ".git" && !looksAtHidden(name);
      if (isHidden || NEVER_ENTERED.has(name) || isIgnored(rules, path, isFolder)) {
        report[isHidden ? "hidden" : "ignored"] += 1;
        continue;
      }
      visited += 1;
      if (visited > MAX_VISITED) {
        report.gaveUp = true;
        return;
      }
      const below = folder.below + name;
      visit({ path, below, isFolder, isFile: entry.isFile() });
      if (isFolder && folder.depth < depth) {
        queue.push({ path, below: `${below}/`, depth: folder.depth + 1, rules });
      }
    }
  }

  while (queue.length > 0 && !report.gaveUp) {
    signal.throwIfAborted();
    const folders = queue.splice(-SIDE_BY_SIDE);
    const listings = await Promise.all(
      folders.map(({ path }) => readFolder(path).catch((error: unknown) => onUnreadable(path, error))),
    );
    for (const [index, folder] of folders.entries()) {
      const entries = listings[index];
      if (entries && !report.gaveUp) await enter(folder, entries);
    }
  }
  return report;
}

function listFolder(path: string): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true });
}
