import { readdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { repositoryRunsNothing } from "../shell/git.ts";
import { lookAround } from "./look-around.ts";
import { kindOf } from "./protected-places.ts";

/** How things were before a command. */
export interface Before {
  writable: readonly string[];
  repositories: readonly string[];
  /** Places where nothing was and nothing must be. */
  absent: readonly string[];
}

/**
 * Renames what a command made that other programs run by themselves, so that nobody runs it and nothing is lost. Returns
 * a sentence about it. To be called when the command and all that it started are gone.
 */
export async function moveAside({ writable, repositories, absent }: Before): Promise<string | undefined> {
  const moved: string[] = [];
  const made = (await lookAround(writable)).repositories.filter((path) => !repositories.includes(path));
  for (const path of [...absent, ...made]) {
    if ((await kindOf(path)) === "absent") continue;
    if (made.includes(path) && (await runsNothing(path))) continue;
    const name = await freeName(path);
    await rename(path, join(dirname(path), name));
    moved.push(`${path} is now ${name}`);
  }
  if (moved.length === 0) return undefined;
  return `a command in the sandbox must not make what other programs run by themselves, so it was renamed: ${moved.join("; ")}`;
}

/** Whether a new repository is as `git init` makes it, as far as programs go. */
async function runsNothing(repository: string): Promise<boolean> {
  const hooks = await readdir(join(repository, "hooks")).catch(() => []);
  return hooks.every((name) => name.endsWith(".sample")) && repositoryRunsNothing(dirname(repository));
}

async function freeName(path: string): Promise<string> {
  const taken = new Set(await readdir(dirname(path)));
  const wanted = `${basename(path)}.from-sandbox`;
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
  return name;
}
