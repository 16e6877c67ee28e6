import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isIgnored, withRulesOf, type IgnoreRules } from "./ignore-rules.ts";

/** Something that the walk came by. */
export interface Entry {
  /** Absolute. */
  path: string;
  /** Relative to where the walk began, with `/`. */
  below: string;
  isFolder: boolean;
}

/** What the walk saw and did not show. */
export interface WalkReport {
  /** Files and folders left out by `.gitignore` and by default. */
  ignored: number;
  unreadable: number;
  /** Whether the walk ended before the end. */
  gaveUp: boolean;
}

/** What a walk needs to know. */
export interface WalkOptions {
  /** How many levels down. */
  depth: number;
  /** The rules of the folders above. */
  rules: IgnoreRules | undefined;
  signal: AbortSignal;
}

/** So many files and folders are looked at; more would take minutes. */
export const MAX_VISITED = 1_000_000;

const NEVER_ENTERED = new Set([".git", "node_modules"]);
const BUSY_MS = 10;

/** Calls `visit` for everything below a folder that is not ignored. Links are visited and not followed. */
export async function walk(
  top: string,
  options: WalkOptions,
  visit: (entry: Entry) => void,
): Promise<WalkReport> {
  const report: WalkReport = { ignored: 0, unreadable: 0, gaveUp: false };
  const queue = [{ path: top, below: "", depth: 1, rules: options.rules }];
  let visited = 0;
  let restedAt = performance.now();

  // Others get their turn every few milliseconds, also inside one huge folder.
  async function rest(): Promise<void> {
    if (performance.now() - restedAt < BUSY_MS) return;
    await nextTurn();
    restedAt = performance.now();
    options.signal.throwIfAborted();
  }

  for (let folder = queue.pop(); folder && !report.gaveUp; folder = queue.pop()) {
    options.signal.throwIfAborted();
    const entries = await readFolder(folder.path);
    if (!entries) report.unreadable += 1;
    const hasRules = entries?.some((entry) => entry.name === ".gitignore") ?? false;
    const rules = hasRules ? await withRulesOf(folder.path, folder.rules) : folder.rules;
    for (const [index, entry] of (entries ?? []).entries()) {
      if (index % 64 === 63) await rest();
      const path = join(folder.path, entry.name);
      const isFolder = entry.isDirectory();
      if (NEVER_ENTERED.has(entry.name) || isIgnored(rules, path, isFolder)) {
        report.ignored += 1;
        continue;
      }
      visited += 1;
      if (visited > MAX_VISITED) {
        report.gaveUp = true;
        break;
      }
      const below = folder.below + entry.name;
      visit({ path, below, isFolder });
      if (isFolder && folder.depth < options.depth) {
        queue.push({ path, below: `${below}/`, depth: folder.depth + 1, rules });
      }
    }
  }
  return report;
}

async function readFolder(path: string): Promise<Dirent[] | undefined> {
  return readdir(path, { withFileTypes: true }).catch(() => undefined);
}
