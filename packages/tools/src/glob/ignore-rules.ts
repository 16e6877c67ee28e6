import { lstat, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

/** The rules that hold in a folder: its own, then those of the folders above it. */
export interface IgnoreRules {
  folder: string;
  own: Ignore;
  above: IgnoreRules | undefined;
}

const MAX_RULE_FILE_BYTES = 1024 * 1024;
const CASE_BLIND = process.platform === "win32" || process.platform === "darwin";

/**
 * The rules that hold in `folder` before its own are added: those of the folders above, up to the top of the
 * repository, or to `cwd` where there is none.
 */
export async function rulesAbove(folder: string, cwd: string): Promise<IgnoreRules | undefined> {
  const repository = await repositoryOf(folder);
  let current = repository ?? (isInside(folder, cwd) ? cwd : folder);
  let rules: IgnoreRules | undefined;
  if (repository !== undefined) {
    rules = await addRules(repository, join(repository, ".git", "info", "exclude"), undefined);
  }
  for (const name of relative(current, folder).split(sep).filter(Boolean)) {
    rules = await withRulesOf(current, rules);
    current = join(current, name);
    // Who starts inside an ignored folder wants to look there.
    if (isIgnored(rules, current, true)) rules = undefined;
  }
  return rules;
}

/** Adds the `.gitignore` of a folder, when it has one. */
export function withRulesOf(
  folder: string,
  above: IgnoreRules | undefined,
): Promise<IgnoreRules | undefined> {
  return addRules(folder, join(folder, ".gitignore"), above);
}

/** Whether the rules leave a path out. The nearest file that says something about it decides. */
export function isIgnored(rules: IgnoreRules | undefined, path: string, isFolder: boolean): boolean {
  for (let current = rules; current; current = current.above) {
    const below = path.slice(current.folder.length + (current.folder.endsWith(sep) ? 0 : 1));
    const { ignored, unignored } = current.own.test(
      (sep === "/" ? below : below.replaceAll(sep, "/")) + (isFolder ? "/" : ""),
    );
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

async function addRules(
  folder: string,
  file: string,
  above: IgnoreRules | undefined,
): Promise<IgnoreRules | undefined> {
  // As git, a link is not followed here; and a named pipe must not be opened.
  const stats = await lstat(file).catch(() => undefined);
  if (!stats?.isFile() || stats.size > MAX_RULE_FILE_BYTES) return above;
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return above;
  return { folder, own: ignore({ ignorecase: CASE_BLIND }).add(text), above };
}

async function repositoryOf(folder: string): Promise<string | undefined> {
  for (let current = folder; ; current = dirname(current)) {
    if (await lstat(join(current, ".git")).catch(() => undefined)) return current;
    if (dirname(current) === current) return undefined;
  }
}

function isInside(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}
