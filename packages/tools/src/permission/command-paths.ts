import { homedir } from "node:os";
import { resolve } from "node:path";
import { baseName, type ShellFacts } from "../shell/analyse.ts";
import { possibleTexts, withSomething } from "../shell/possible-texts.ts";
import { SHOWING } from "../shell/readers.ts";
import type { ShellWord } from "../shell/words.ts";

/** A path as a call names it, before anybody looked at it. */
export interface PathMention {
  shown: string;
  access: "read" | "write" | "mention";
  /** Whether a `~` at its beginning is the home folder. */
  tilde: boolean;
  /** The folder that it starts from. */
  from: string;
}

/** The files that a command names. */
export interface CommandPaths {
  paths: PathMention[];
  /** Patterns that the shell replaces by names of files. */
  patterns: string[];
  /** Why it cannot be told which files it shows; empty when it can. */
  unclear: string[];
}

const MAX_FOLDERS = 8;

/** Collects the paths in a command, with the variables that it sets itself, in every folder that it may be in. */
export function commandPaths(shell: ShellFacts, cwd: string): CommandPaths {
  const { folders, known } = foldersOf(shell, cwd);
  const paths: PathMention[] = [];
  const patterns = new Set<string>();
  const unclear = new Set<string>();

  function mention(text: string, access: PathMention["access"], tilde: boolean): void {
    for (const from of folders) paths.push({ shown: text, access, tilde, from });
  }

  function take(word: ShellWord, access: PathMention["access"], shows: boolean): void {
    if (word.kind === "plain") mention(word.value, access, word.tilde);
    else if (word.kind === "glob") patterns.add(word.value);
    else if (word.certain) mention(word.ifEmpty, access, word.ifEmpty.startsWith("~"));
    else takeUnknown(word, access, shows);
    const isFixed = /^([/~]|-.)/.test(word.ifEmpty) || !word.ifEmpty;
    if (shows && !known && !isFixed) unclear.add("it shows files of a folder that is not known");
  }

  function takeUnknown(word: ShellWord, access: PathMention["access"], shows: boolean): void {
    const texts = possibleTexts(word, shell.variables);
    if (!texts && shows) unclear.add(`it cannot be told which file it shows: ${word.value}`);
    for (const text of texts ?? [word.ifEmpty, withSomething(word)]) {
      if (texts && /[*?[]/.test(text)) patterns.add(text);
      if (texts || /\/|\.env/.test(text)) mention(text, access, text.startsWith("~"));
    }
  }

  for (const { words } of shell.commands) {
    const shows = SHOWING.has(baseName(words[0]));
    for (const word of words.slice(1)) {
      take(word, "mention", shows);
      // --file=/path and -f/path name a path as well.
      const inside = /^-[\w-]*?[=]?([~/.].*)$/.exec(word.value)?.[1] ?? /^[\w-]+=(.+)$/.exec(word.value)?.[1];
      if (inside === undefined) continue;
      const value = {
        ...word,
        value: inside,
        ifEmpty: inside,
        tilde: inside.startsWith("~"),
        pieces: [inside],
      };
      take(value, "mention", false);
    }
  }
  for (const word of shell.writes) take(word, "write", false);
  for (const word of shell.reads) take(word, "read", true);
  return { paths, patterns: [...patterns], unclear: [...unclear] };
}

/** The folders that a command may be in: the one where it begins, and those that it goes to. */
function foldersOf(shell: ShellFacts, cwd: string): { folders: readonly string[]; known: boolean } {
  const folders = new Set([cwd]);
  let known = !shell.commands.some(({ wraps }) => wraps?.changesFolder);
  for (const { words } of shell.commands) {
    if (!/^(cd|pushd)$/.test(baseName(words[0]))) continue;
    const target = words.slice(1).find(({ value }) => !/^-[LPe@]*$/.test(value));
    // Back to where it was before: that is among the folders already.
    if (words.some(({ value }) => value === "-")) continue;
    const texts = target ? possibleTexts(target, shell.variables) : ["~"];
    const isKnown = texts?.every((text) => !/[*?[]/.test(text)) ?? false;
    known &&= isKnown;
    const next = isKnown && texts ? texts : [];
    const reached = [...folders].flatMap((from) => next.map((text) => folderOf(text, from)));
    for (const folder of reached) folders.add(folder);
    if (folders.size > MAX_FOLDERS) return { folders: [cwd], known: false };
  }
  return { folders: [...folders], known };
}

function folderOf(text: string, from: string): string {
  return text === "~" || text.startsWith("~/") ? resolve(homedir(), text.slice(2)) : resolve(from, text);
}
