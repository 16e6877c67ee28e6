import { lstat, stat } from "node:fs/promises";
import type { Confinement } from "../shared/confinement.ts";
import { notFound } from "../shared/near-names.ts";
import { displayPath, resolvePath } from "../shared/path.ts";
import { fromSystemError, systemCode, ToolError } from "../shared/tool-error.ts";
import { rulesAbove } from "./ignore-rules.ts";
import type { Pattern } from "./pattern.ts";
import { walk, type WalkReport } from "./walk.ts";

/** What was found. */
export interface Matches {
  /** As they are shown: sorted, folders with a `/`. */
  paths: string[];
  report: WalkReport;
  /** Why there cannot be any match. */
  missing?: string;
}

/** Where to look. */
export interface WhereToLook {
  cwd: string;
  path: string;
  signal: AbortSignal;
  confinement?: Confinement | undefined;
}

/** Finds everything that a pattern matches. */
export async function listMatches(
  pattern: Pattern,
  { cwd, path, signal, confinement }: WhereToLook,
): Promise<Matches> {
  const root = resolvePath(cwd, path);
  await confinement?.locate(root, path);
  await requireFolder(cwd, root, path);
  const top = pattern.base === "" ? root : resolvePath(root, pattern.base);
  await confinement?.locate(top, displayPath(cwd, top));
  const report: WalkReport = { ignored: 0, unreadable: 0, gaveUp: false };

  const { matches, kind } = pattern;
  if (!matches) {
    const stats = await lstat(top).catch(() => undefined);
    if (!stats)
      return { paths: [], report, missing: (await notFound(cwd, top, displayPath(cwd, top))).message };
    const isFolder = stats.isDirectory();
    return { paths: isFolder || kind !== "folders" ? [show(cwd, top, isFolder)] : [], report };
  }

  const stats = await stat(top).catch(() => undefined);
  if (!stats)
    return { paths: [], report, missing: (await notFound(cwd, top, displayPath(cwd, top))).message };
  if (!stats.isDirectory()) {
    return { paths: [], report, missing: `${displayPath(cwd, top)} is a file and not a folder` };
  }
  const paths: string[] = [];
  const rules = await rulesAbove(top, cwd);
  const seen = await walk(top, { depth: pattern.depth, rules, signal }, (entry) => {
    if (entry.isFolder ? kind === "files" : kind === "folders") return;
    if (matches(entry.below)) paths.push(show(cwd, entry.path, entry.isFolder));
  });
  return { paths: paths.sort(), report: seen };
}

async function requireFolder(cwd: string, root: string, shown: string): Promise<void> {
  const stats = await stat(root).catch(async (error: unknown) => {
    if (systemCode(error) === "ENOENT") throw await notFound(cwd, root, shown);
    throw fromSystemError(error, "look into", shown);
  });
  if (!stats.isDirectory())
    throw new ToolError("not_a_folder", `${shown} is not a folder; path says where to start`);
}

/** A name with control characters is shown as JSON, or it could pass for several names. */
function show(cwd: string, absolute: string, isFolder: boolean): string {
  const path = (displayPath(cwd, absolute) || ".") + (isFolder && absolute !== "/" ? "/" : "");
  return /[\0-\x1f\x7f-\x9f]/.test(path) ? JSON.stringify(path) : path;
}
