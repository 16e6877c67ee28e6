import { lstat, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

// Options that write a file or run a program, also shortened as git allows it.
const DANGEROUS =
  /^--o($|u)|^--e($|x($|t))|^--te|^--fi(lters)?$|^--op|^-O|^--show-s|%G|^--upload-pack|^--exec|^--re?ceive-pack|^--pag/;

const READING = new Set(
  (
    "status log show diff rev-parse ls-files ls-tree blame describe shortlog cat-file rev-list merge-base name-rev " +
    "show-ref for-each-ref count-objects check-ignore grep diff-tree diff-index diff-files version whatchanged"
  ).split(" "),
);

/** Whether `git` with these arguments only reads, in a repository without programs in its settings. */
export function gitOnlyReads(words: readonly string[]): boolean {
  const [first, ...others] = words;
  if (first === "--version") return others.length === 0;
  const [command, ...rest] = first === "--no-pager" ? others : words;
  if (command === undefined || rest.some((word) => DANGEROUS.test(word))) return false;
  if (READING.has(command)) return true;
  const [verb] = rest;
  switch (command) {
    case "branch":
      return rest.every((word) =>
        /^(-[arv]+|--(all|remotes|list|verbose|show-current|merged|no-merged))$/.test(word),
      );
    case "tag":
      return rest.length === 0 || (/^(-l|--list)$/.test(verb ?? "") && rest.slice(1).every(isOperand));
    case "remote":
      return (
        rest.length === 0 || (rest.length === 1 && verb === "-v") || (verb === "get-url" && rest.length === 2)
      );
    case "stash":
      return verb === "list" && rest.length === 1;
    case "worktree":
      return verb === "list";
    case "reflog":
      return rest.length === 0 || (verb === "show" && rest.slice(1).every(isOperand));
    case "config":
      return (
        /^(--get|--list|-l|--get-all)$/.test(verb ?? "") && rest.slice(1).every(isOperand) && rest.length <= 2
      );
    default:
      return false;
  }
}

function isOperand(word: string): boolean {
  return !word.startsWith("-");
}

// Settings that name a program, or another file with settings.
const PROGRAMS =
  /fsmonitor|external|textconv|pager|sshcommand|askpass|editor|helper|program|\bcommand\b|\bcmd\b|worktree|^\s*\[\s*(include|includeif|filter|alias|credential|uploadpack)/im;

/** The one hook that runs when git merely looks: `git status` writes what it learned to the index. */
const HOOK = "post-index-change";
const MAX_CONFIG_BYTES = 256 * 1024;

/**
 * Whether reading the repository around a folder runs nothing that came with it: its own settings name no program and
 * it has no hook that looking would run. A folder outside any repository is harmless.
 */
export async function repositoryRunsNothing(folder: string): Promise<boolean> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    // A bare repository inside a work tree is found before the one around it.
    if ((await exists(join(current, "HEAD"))) && (await exists(join(current, "objects")))) return false;
    const dot = join(current, ".git");
    const stats = await lstat(dot).catch(() => undefined);
    if (stats) return stats.isDirectory() && (await isHarmless(dot));
    if (dirname(current) === current) return true;
  }
}

async function isHarmless(folder: string): Promise<boolean> {
  for (const name of ["config", "config.worktree"]) {
    const file = join(folder, name);
    const stats = await stat(file).catch(() => undefined);
    if (!stats) continue;
    if (!stats.isFile() || stats.size > MAX_CONFIG_BYTES) return false;
    const text = await readFile(file, "utf8").catch(() => undefined);
    // A line may go on in the next one.
    if (text === undefined || text.includes("\\\n") || PROGRAMS.test(text)) return false;
    const hooks = /^\s*hookspath\s*=\s*(.+)$/im.exec(text)?.[1]?.trim();
    if (hooks !== undefined && (hooks.startsWith('"') || (await exists(resolve(folder, "..", hooks, HOOK)))))
      return false;
  }
  return !(await exists(join(folder, "hooks", HOOK)));
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
