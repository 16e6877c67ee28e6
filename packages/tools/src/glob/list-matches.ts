import { lstat, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Confinement } from "../shared/confinement.ts";
import { isInside } from "../shared/inside.ts";
import { displayPath, resolvePath } from "../shared/path.ts";
import type { IsForbidden } from "../shared/forbidden-files.ts";
import { realPathOf } from "../shared/real-path.ts";
import { ToolError } from "../shared/tool-error.ts";
import { rulesAbove } from "./ignore-rules.ts";
import { lookAt } from "./look-at.ts";
import type { Pattern } from "./pattern.ts";
import { readConfined } from "./read-confined.ts";
import { createUnreadable } from "./unreadable.ts";
import { walk, type Entry, type WalkReport } from "./walk.ts";

/** What was found. */
export interface Matches {
  /** As they are shown: sorted, folders with a `/`. */
  paths: string[];
  report: WalkReport;
  /** One line about what could not be read; undefined when everything could. */
  unreadable?: string | undefined;
  /** How many of them a rule forbids to read, which are not among the paths. */
  forbidden?: number;
  /** How many folders match a pattern that is about files. */
  folders?: number;
  /** Why there cannot be any match. */
  missing?: string;
}

/** Where to look. */
export interface WhereToLook {
  cwd: string;
  path: string;
  signal: AbortSignal;
  confinement?: Confinement | undefined;
  isForbidden: IsForbidden;
}

/** Finds everything that a pattern matches. */
export async function listMatches(
  pattern: Pattern,
  { cwd, path, signal, confinement, isForbidden }: WhereToLook,
): Promise<Matches> {
  const root = resolvePath(cwd, path);
  await confinement?.locate(root, path);
  await requireFolder(cwd, root, path);
  const top = pattern.base === "" ? root : resolvePath(root, pattern.base);
  await confinement?.locate(top, displayPath(cwd, top));
  const report: WalkReport = { ignored: 0, hidden: 0, gaveUp: false };
  const shown = displayPath(cwd, top);

  const { matches, kind } = pattern;
  // A link stands for itself where it is named, and for where it leads where something below it is.
  const stats = await lookAt(cwd, top, shown, matches ? stat : lstat).catch((error: unknown) => {
    if (error instanceof ToolError) return error;
    throw error;
  });
  if (stats instanceof ToolError) return { paths: [], report, missing: stats.message };
  const isFolder = stats.isDirectory();
  const real = await realPathOf(top);
  if (!matches && (isForbidden(top) || isForbidden(real))) return { paths: [], report, forbidden: 1 };
  if (!matches) return { paths: isFolder || kind !== "folders" ? [show(cwd, top, isFolder)] : [], report };
  if (!isFolder) return { paths: [], report, missing: `${shown} is a file and not a folder` };

  // Below the working folder a name is put together, since there can be very many.
  const start = isInside(top, cwd) ? (shown === "" ? "" : `${shown}/`) : undefined;
  const named = ({ path, below, isFolder }: Entry): string =>
    start === undefined ? show(cwd, path, isFolder) : safe(`${start}${below}${isFolder ? "/" : ""}`);
  const paths: string[] = [];
  let forbidden = 0;
  let folders = 0;
  const unreadable = createUnreadable();
  const options = {
    depth: pattern.depth,
    rules: await rulesAbove(top, cwd),
    looksAtHidden: pattern.looksAtHidden,
    readFolder: confinement && readConfined(confinement),
    onUnreadable: (folder: string, error: unknown) => unreadable.add(show(cwd, folder, true), error),
    signal,
  };
  const seen = await walk(top, options, (entry) => {
    if (!entry.isFolder && kind === "folders") return;
    if (!matches(entry.below)) return;
    // The search may have begun at a link.
    const isAllowed = !isForbidden(entry.path) && !isForbidden(resolve(real, entry.below));
    if (entry.isFolder && kind === "files") folders += isAllowed ? 1 : 0;
    else if (isAllowed) paths.push(named(entry));
    else forbidden += 1;
  });
  return { paths: paths.sort(), report: seen, unreadable: unreadable.note(), forbidden, folders };
}

async function requireFolder(cwd: string, root: string, shown: string): Promise<void> {
  const stats = await lookAt(cwd, root, shown);
  if (!stats.isDirectory())
    throw new ToolError("not_a_folder", `${shown} is not a folder; path says where to start`);
}

function show(cwd: string, absolute: string, isFolder: boolean): string {
  return safe((displayPath(cwd, absolute) || ".") + (isFolder && absolute !== "/" ? "/" : ""));
}

/** A name with control characters is shown as JSON, or it could pass for several names. */
function safe(path: string): string {
  return /[\0-\x1f\x7f-\x9f]/.test(path) ? JSON.stringify(path) : path;
}
