import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { foldPath, isInside } from "../shared/inside.ts";
import { baseName, type ShellFacts } from "./analyse.ts";
import type { ShellWord } from "./words.ts";

/** What a command would delete that is nobody's to delete without a word. */
export interface DeletionProblem {
  /** `refuse`: not even on request. `ask`: a person decides, whatever the rules say. */
  verdict: "refuse" | "ask";
  reason: string;
}

/** Where the command would run. */
export interface DeletionPlace {
  cwd: string;
  /** The folders in which deleting is part of the work. */
  roots: readonly string[];
  home?: string;
}

const DELETING = new Set([
  "rm",
  "rmdir",
  "unlink",
  "shred",
  "srm",
  "truncate",
  "trash",
  "rd",
  "del",
  "erase",
  "rimraf",
]);
const WHOLE_TREES = new Set(["chmod", "chown", "chgrp", "chattr"]);
const DISK = /^(mkfs(\..+)?|mke2fs|wipefs|fdisk|parted|sgdisk|blkdiscard|diskutil)$/;
const DEVICE = /^\/dev\/(sd|hd|vd|nvme|mmcblk|disk|mapper|loop|md)/;

/** Looks for deletions of what lies outside the work, or of everything. */
export function deletionProblem(facts: ShellFacts, place: DeletionPlace): DeletionProblem | undefined {
  const problems = facts.commands.flatMap(({ words }) => commandProblems(words, facts, place));
  for (const { value } of facts.writes) {
    if (DEVICE.test(value)) problems.push({ verdict: "refuse", reason: `it overwrites the disk ${value}` });
  }
  return problems.find(({ verdict }) => verdict === "refuse") ?? problems[0];
}

function commandProblems(
  words: readonly ShellWord[],
  facts: ShellFacts,
  place: DeletionPlace,
): DeletionProblem[] {
  const name = baseName(words[0])
    .toLowerCase()
    .replace(/\.exe$/, "");
  const rest = words.slice(1);
  if (DISK.test(name)) return [{ verdict: "refuse", reason: `${name} overwrites disks` }];
  if (name === "dd") {
    const device = rest.find(({ value }) => value.startsWith("of=") && DEVICE.test(value.slice(3)));
    return device ? [{ verdict: "refuse", reason: `it overwrites the disk ${device.value.slice(3)}` }] : [];
  }
  if (WHOLE_TREES.has(name)) {
    const recursive = rest.some(({ value }) => /^-\w*R|^--recursive$/.test(value));
    return recursive ? operands(rest).flatMap((word) => targetProblem(word, facts, place, "change")) : [];
  }
  if (name === "find" && rest.some(({ value }) => value === "-delete" || DELETING.has(value))) {
    const starts = takeWhile(rest, ({ value }) => !/^[-(!]/.test(value));
    // A search may begin at the top of the project, since it need not find everything.
    return starts.flatMap((word) => (word.value === "." ? [] : targetProblem(word, facts, place, "delete")));
  }
  if (name === "mv")
    return operands(rest)
      .slice(0, -1)
      .flatMap((word) => targetProblem(word, facts, place, "move"));
  return DELETING.has(name)
    ? operands(rest).flatMap((word) => targetProblem(word, facts, place, "delete"))
    : [];
}

function operands(words: readonly ShellWord[]): ShellWord[] {
  const end = words.findIndex(({ value }) => value === "--");
  return words.filter(
    ({ value }, index) => index !== end && ((end !== -1 && index > end) || !value.startsWith("-")),
  );
}

function targetProblem(
  word: ShellWord,
  facts: ShellFacts,
  { cwd, roots, home = homedir() }: DeletionPlace,
  action: string,
): DeletionProblem[] {
  const text = word.ifEmpty.replace(/(?<=\/|^)(\*|\.\*|\{[^/]*\})+\/?$/, "");
  // In the home folder `*` is all of it.
  const target = text === "" ? (word.ifEmpty === "" ? undefined : cwd) : absolute(text, cwd, home);
  const shown = word.value;
  if (target !== undefined && isEverything(target, home) && !isInside(home, cwd)) {
    const everything: DeletionProblem = {
      verdict: "refuse",
      reason: `it would ${action} everything in ${target}`,
    };
    if (word.certain) return [everything];
  } else if (target !== undefined && word.certain && target === home && action !== "move") {
    return [{ verdict: "refuse", reason: `it would ${action} everything in ${target}` }];
  }
  if (!word.certain) return [{ verdict: "ask", reason: `what it would ${action} is not known: ${shown}` }];
  if (facts.changesFolder && !/^[/~]/.test(text)) {
    return [{ verdict: "ask", reason: `it would ${action} ${shown} in another folder` }];
  }
  if (
    target !== undefined &&
    !roots.some((root) => target !== root && isInside(target, root)) &&
    !(target === cwd && text === "")
  ) {
    return [{ verdict: "ask", reason: `it would ${action} ${shown}, which is not inside the project` }];
  }
  return [];
}

function absolute(text: string, cwd: string, home: string): string {
  if (text === "~" || text.startsWith("~/")) return resolve(home, text.slice(2));
  return resolve(cwd, text);
}

/** The home folder, and all that it lies in. */
function isEverything(path: string, home: string): boolean {
  return isInside(foldPath(home), foldPath(path)) || dirname(path) === path || /^[a-z]:[\\/]*$/i.test(path);
}

function takeWhile<Item>(items: readonly Item[], test: (item: Item) => boolean): Item[] {
  const end = items.findIndex((item) => !test(item));
  return end === -1 ? [...items] : items.slice(0, end);
}

const WINDOWS_DELETES =
  /(^|[\s;&|({'"])(remove-item|ri|rm|del|erase|rd|rmdir|clear-content|clear-item|clear-recyclebin|format|format-volume|diskpart|clear-disk|remove-partition)(\.exe)?([\s'"]|$)|\.delete\(|\[(system\.)?io\.(file|directory)\]::delete/i;
const WINDOWS_ROOTS =
  /(^|[\s"'=,(])(([a-z]:|\\\\[?.]\\[a-z]:)?[\\/]+\*?(\.\*)?|[a-z]:\*?|~[\\/]?\*?|\$home[\\/]?\*?|\$\{?env:(userprofile|homedrive|systemdrive|homepath|systemroot|windir|programfiles)\}?[\\/]?\*?|%(userprofile|homedrive|systemdrive|systemroot|homepath|windir)%[\\/]?\*?|[a-z]:\\(users|windows)([\\/][^\\/\s"']*)?[\\/]?\*?)["']?([\s;,)|&]|$)/i;

/** The same for text that PowerShell or cmd runs, whose grammar is not known here. */
export function windowsDeletionProblem(source: string): DeletionProblem | undefined {
  // A back tick is how PowerShell hides letters, a caret how cmd does.
  const text = source.replaceAll(/[`^]/g, "");
  if (!WINDOWS_DELETES.test(text)) return undefined;
  if (WINDOWS_ROOTS.test(text))
    return { verdict: "refuse", reason: "it would delete a drive or a home folder" };
  return { verdict: "ask", reason: "it deletes something, and it cannot be told what" };
}
