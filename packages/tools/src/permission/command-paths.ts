import { homedir } from "node:os";
import { resolve } from "node:path";
import { baseName, type ShellCommand, type ShellFacts } from "../shell/analyse.ts";
import { isRecursiveSearch } from "../shell/readers.ts";
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
  /** Whether it is a pattern of names, whose matches take its place. */
  isPattern: boolean;
  /** The command that names it, unless a redirection or another tool does. */
  by: ShellCommand | undefined;
}

/** The files that a command names. */
export interface CommandPaths {
  paths: PathMention[];
  /** Why it cannot be told which files it shows; empty when it can. */
  unclear: string[];
}

const MAX_FOLDERS = 8;

/** Collects the paths in a command, with the variables that it sets itself, in every folder that it may be in. */
export function commandPaths(shell: ShellFacts, cwd: string): CommandPaths {
  const { folders, known } = foldersOf(shell, cwd);
  const paths: PathMention[] = [];
  const unclear = new Set<string>();

  type Naming = Pick<PathMention, "access" | "by"> & { shows: boolean };

  function mention(shown: string, { access, by }: Naming, tilde: boolean, isPattern = false): void {
    for (const from of folders) paths.push({ shown, access, tilde, from, isPattern, by });
  }

  function take(word: ShellWord, naming: Naming): void {
    if (word.kind === "plain") mention(word.value, naming, word.tilde);
    else if (word.kind === "glob") mention(word.value, naming, word.tilde, true);
    else if (word.certain)
      mention(word.ifEmpty, naming, word.ifEmpty.startsWith("~"), isPattern(word.ifEmpty));
    else takeUnknown(word, naming);
    const isFixed = /^([/~]|-.)/.test(word.ifEmpty) || !word.ifEmpty;
    if (naming.shows && !known && !isFixed) unclear.add("it shows files of a folder that is not known");
  }

  function takeUnknown(word: ShellWord, naming: Naming): void {
    const texts = possibleTexts(word, shell.variables);
    if (!texts && naming.shows) unclear.add(`it cannot be told which file it shows: ${word.value}`);
    for (const text of texts ?? [word.ifEmpty, withSomething(word)]) {
      const named = texts !== undefined || /\/|\.env/.test(text);
      if (named) mention(text, naming, text.startsWith("~"), texts !== undefined && isPattern(text));
    }
  }

  for (const by of shell.commands) {
    const { words } = by;
    const shows = SHOWING.has(baseName(words[0]));
    const naming: Naming = { access: "mention", by, shows };
    for (const word of words.slice(1)) {
      take(word, naming);
      for (const text of pathsInside(word.value))
        mention(text, naming, text.startsWith("~"), isPattern(text));
    }
    if (searchesHere(words)) mention(".", naming, false);
  }
  for (const word of shell.writes) take(word, { access: "write", by: undefined, shows: false });
  for (const word of shell.reads) take(word, { access: "read", by: undefined, shows: true });
  return { paths, unclear: [...unclear] };
}

/** `--file=path`, `-f/path`, `-fpath` and `HEAD:path` name a path as well. */
function pathsInside(word: string): string[] {
  const forms = [/^-[\w-]*?=?([~/.].*)$/, /^[\w-]+=(.+)$/, /^-[A-Za-z]([^~/.].*)$/, /^[^:/]*:(.+)$/];
  return forms.flatMap((form) => form.exec(word)?.[1] ?? []);
}

function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Whether a command goes through the folder that it is in, without naming it. */
function searchesHere(words: readonly ShellWord[]): boolean {
  const program = baseName(words[0]);
  const rest = words.slice(1);
  if (program === "git") return rest.some(({ value }) => /^(grep|diff|show|stash|log|archive)$/.test(value));
  const operands = rest.filter(({ value }) => !value.startsWith("-"));
  return isRecursiveSearch(program, rest) && operands.length < 2;
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
