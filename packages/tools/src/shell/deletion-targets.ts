import { baseName, plainWord, UNKNOWN_WORDS, type ShellWord } from "./words.ts";

/** Something that a command deletes, or changes as a whole. */
export interface DeletionTarget {
  word: ShellWord;
  /** What it does to it, as a word for people. */
  action: "delete" | "move" | "change";
  /** Whether it goes to where a link leads. */
  follows: boolean;
}

const DELETING = /^(rm|rmdir|unlink|shred|srm|truncate|trash|rd|del|erase|rimraf)$/;
const WHOLE_TREES = /^(chmod|chown|chgrp|chattr)$/;
const DEVICE = /^\/dev\/(sd|hd|vd|nvme|mmcblk|disk|mapper|loop|md)/;

/** Programs that do nothing but overwrite disks. */
export const DISK_PROGRAM = /^(mkfs(\..+)?|mke2fs|wipefs|fdisk|parted|sgdisk|blkdiscard|diskutil)$/;

/** Whether a path is a disk. */
export function isDisk(path: string): boolean {
  return DEVICE.test(path);
}

/** What a command deletes, moves away or changes as a whole; nothing for all other commands. */
export function targetsOf([name, ...rest]: readonly ShellWord[]): DeletionTarget[] {
  const program = baseName(name)
    .toLowerCase()
    .replace(/\.exe$/, "");
  const has = (option: RegExp): boolean => rest.some(({ value }) => option.test(value));
  if (DELETING.test(program)) return operands(rest).map(to("delete"));
  if (WHOLE_TREES.test(program))
    return has(/^-\w*R|^--recursive$/) ? operands(rest).map(to("change", true)) : [];
  switch (program) {
    case "find":
      if (!rest.some(({ value }) => value === "-delete" || DELETING.test(value))) return [];
      return has(/^-(L|follow)$/) ? [unknown] : orHere(startsOf(rest)).map(to("delete", true));
    case "git":
      if (!has(/^clean$/)) return [];
      if (has(/^(-C|--git-dir|--work-tree)/)) return [unknown];
      return orHere(operands(rest).filter(({ value }) => value !== "clean")).map(to("delete", true));
    case "mv": {
      const sources = operands(rest).map(to("move"));
      return has(/^(-\w*t|--t)/) ? sources : sources.slice(0, -1);
    }
    case "rsync":
      return has(/^--del/) ? operands(rest).slice(-1).map(to("delete", true)) : [];
    default:
      return [];
  }
}

const unknown: DeletionTarget = { word: UNKNOWN_WORDS, action: "delete", follows: true };

function to(action: DeletionTarget["action"], follows = false): (word: ShellWord) => DeletionTarget {
  return (word) => ({ word, action, follows });
}

function orHere(words: readonly ShellWord[]): readonly ShellWord[] {
  return words.length > 0 ? words : [plainWord(".")];
}

function operands(words: readonly ShellWord[]): ShellWord[] {
  const end = words.findIndex(({ value }) => value === "--");
  return words.filter(
    ({ value }, index) => index !== end && ((end !== -1 && index > end) || !value.startsWith("-")),
  );
}

/** Where `find` begins. */
export function startsOf(words: readonly ShellWord[]): ShellWord[] {
  const first = words.findIndex(
    ({ value }, at) => !/^-([HLP]|D|O\d?)$/.test(value) && words[at - 1]?.value !== "-D",
  );
  const rest = words.slice(first === -1 ? words.length : first);
  const end = rest.findIndex(({ value }) => /^[-(!]/.test(value));
  return end === -1 ? rest : rest.slice(0, end);
}
