import { lstat, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { kindOf } from "../shared/kind-of.ts";
import { settingsRunNothing } from "./git-config.ts";
import { readIndex, type GitIndex } from "./git-index.ts";

/** The one hook that runs when git merely looks: `git status` writes what it learned to the index. */
const HOOK = join("hooks", "post-index-change");
/** What makes git look into another folder. */
const ELSEWHERE = [
  "commondir",
  join("objects", "info", "alternates"),
  join("objects", "info", "http-alternates"),
];
const MAX_CONFIG_BYTES = 256 * 1024;
const MAX_INDEX_BYTES = 64 * 1024 * 1024;

/**
 * Whether reading the repository around a folder runs nothing that came with it: its settings are all known to be
 * harmless, it has no hook that looking would run, and git would look into no other repository. A folder outside any
 * repository is harmless.
 */
export async function repositoryRunsNothing(folder: string): Promise<boolean> {
  const start = await realpath(folder).catch(() => undefined);
  if (start === undefined) return false;
  for (let current = start; ; current = dirname(current)) {
    // A folder can be a bare repository itself, which git finds before the one around it.
    if (await exists(join(current, "HEAD"))) return false;
    const dot = join(current, ".git");
    if (await exists(dot)) return isHarmless(dot);
    if (dirname(current) === current) return true;
  }
}

async function isHarmless(folder: string): Promise<boolean> {
  // Git passes over what is no repository in its eyes, and looks further up.
  const [self, objects, refs] = await Promise.all(
    ["", "objects", "refs"].map((name) => kindOf(join(folder, name))),
  );
  if (self !== "folder" || objects !== "folder" || refs !== "folder") return false;
  const head = (await contentOf(join(folder, "HEAD"), 4096))?.toString() ?? "";
  if (!/^(ref: ?refs\/|[0-9a-f]{40})/.test(head)) return false;
  const others = await Promise.all([HOOK, ...ELSEWHERE].map((name) => exists(join(folder, name))));
  if (others.includes(true)) return false;
  const config = await contentOf(join(folder, "config"), MAX_CONFIG_BYTES);
  if (config === undefined || !settingsRunNothing(config.toString())) return false;
  return (await indexOf(folder))?.holdsOtherRepositories === false;
}

/** What a `.git` folder says is kept: nothing when there is no index, undefined when it cannot be told. */
async function indexOf(folder: string): Promise<GitIndex | undefined> {
  const path = join(folder, "index");
  if (!(await exists(path))) return { names: [], holdsOtherRepositories: false };
  const index = await contentOf(path, MAX_INDEX_BYTES);
  return index && readIndex(index);
}

/** The folder at the top of the repository that a folder is in; the folder itself when it is in none. */
export async function topOf(folder: string): Promise<string> {
  for (let current = folder; dirname(current) !== current; current = dirname(current)) {
    if (await exists(join(current, ".git"))) return current;
  }
  return folder;
}

/** Whether the repository around a folder keeps a file of which `isSecret` holds, or it cannot be told. */
export async function keepsSecrets(folder: string, isSecret: (path: string) => boolean): Promise<boolean> {
  const top = await topOf(await realpath(folder).catch(() => folder));
  const index = await indexOf(join(top, ".git"));
  return index?.names.some((name) => isSecret(join(top, name))) ?? true;
}

async function contentOf(file: string, most: number): Promise<Buffer | undefined> {
  const stats = await lstat(file).catch(() => undefined);
  if (!stats?.isFile() || stats.size > most) return undefined;
  return readFile(file).catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return (await kindOf(path)) !== "absent";
}
