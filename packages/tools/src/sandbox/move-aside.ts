import { lstat, readdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { kindOf } from "../shared/kind-of.ts";
import { fromSystemError } from "../shared/tool-error.ts";
import { repositoryRunsNothing } from "../shell/git.ts";
import { lookAround, type Surroundings } from "./look-around.ts";
import { linkOf, type ProtectedPlaces } from "./protected-places.ts";

/** How things were before a command. */
export interface Before extends Pick<ProtectedPlaces, "absent" | "links"> {
  writable: readonly string[];
  around: Surroundings;
  /** When it began, in milliseconds since 1970. */
  startedAt: number;
}

/** By how much the time of a file can be behind the clock: some file systems count in whole seconds, or in two. */
const COARSE_MS = 2_000;

/**
 * Renames what a command made that other programs run by themselves, so that nobody runs it and nothing is lost. Returns
 * a sentence about it. To be called when the command and all that it started are gone.
 */
export async function moveAside(before: Before): Promise<string | undefined> {
  const moved: string[] = [];
  const stuck: string[] = [];
  for (const path of await whatMustNotBe(before)) {
    // Nothing was made, or it went along with a folder above it.
    if ((await kindOf(path)) === "absent") continue;
    try {
      const name = await freeName(path);
      await rename(path, join(dirname(path), name));
      moved.push(`${path} is now ${name}`);
    } catch (error) {
      const reason = fromSystemError(error, "rename", path);
      stuck.push(reason instanceof Error ? reason.message : String(reason));
    }
  }
  if (moved.length === 0 && stuck.length === 0) return undefined;
  const rule = "a command in the sandbox must not make what other programs run by themselves";
  const told = moved.length > 0 ? [`so it was renamed: ${moved.join("; ")}`] : [];
  if (stuck.length > 0) told.push(`remove it yourself, since it could not be renamed: ${stuck.join("; ")}`);
  return `${rule}, ${told.join("; ")}`;
}

async function whatMustNotBe({ writable, around, absent, links, startedAt }: Before): Promise<string[]> {
  const found = [...absent];
  for (const [path, target] of links)
    if ((await kindOf(path)) !== "other" || (await linkOf(path)) !== target) found.push(path);
  const known = new Set(around.repositories);
  const unseen = new Set(around.unseen);
  for (const path of (await lookAround(writable)).repositories) {
    if (known.has(path) || (await runsNothing(path))) continue;
    // Where nobody looked before, it may have been all the time. Moving it there would have renewed its time.
    if (isBelow(path, unseen) && (await changedAt(path)) < startedAt - COARSE_MS) continue;
    found.push(path);
  }
  return found;
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let current = path; current !== dirname(current); current = dirname(current))
    if (folders.has(current)) return true;
  return false;
}

async function changedAt(path: string): Promise<number> {
  return (await lstat(path).catch(() => undefined))?.ctimeMs ?? Number.POSITIVE_INFINITY;
}

/** Whether a new repository is as `git init` makes it, as far as programs go. */
async function runsNothing(repository: string): Promise<boolean> {
  const hooks = await readdir(join(repository, "hooks")).catch(() => []);
  return (
    hooks.every((name) => name.endsWith(".sample")) &&
    repositoryRunsNothing(dirname(repository)).catch(() => false)
  );
}

async function freeName(path: string): Promise<string> {
  const taken = new Set(await readdir(dirname(path)));
  const wanted = `${basename(path)}.from-sandbox`;
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
  return name;
}
