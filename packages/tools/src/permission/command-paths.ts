import type { ShellCommand, ShellFacts } from "../shell/analyse.ts";
import { foldersOf } from "../shell/folders.ts";
import { goesThroughFiles } from "../shell/git-contents.ts";
import { topOf } from "../shell/git.ts";
import { possibleTexts, withSomething } from "../shell/possible-texts.ts";
import { SHOWING } from "../shell/readers.ts";
import { searchOf } from "../shell/searches.ts";
import { baseName, type ShellWord } from "../shell/words.ts";
import { pathsInside } from "./paths-inside.ts";

/** A path as a call names it, before anybody looked at it. */
export interface PathMention {
  shown: string;
  /** The path itself, where that is known already. */
  path?: string;
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
  /** Whether some of it may run in a folder that is not known. */
  elsewhere: boolean;
  /** Why it cannot be told which files it shows; empty when it can. */
  unclear: string[];
}

/** Collects the paths in a command, with the variables that it sets itself, in every folder that it may be in. */
export async function commandPaths(shell: ShellFacts, cwd: string): Promise<CommandPaths> {
  const { folders, known } = await foldersOf(shell, cwd);
  const recurses = shell.commands.some(({ words }) => RECURSING.test(baseName(words[0])));
  const paths: PathMention[] = [];
  const unclear = new Set<string>();

  // Git has its own names for files, which begin at the top of the repository.
  const usesGit = shell.commands.some(({ words }) => isGit(words));
  const tops = usesGit ? await Promise.all(folders.map((folder) => topOf(folder))) : [];
  const withTops = [...new Set([...folders, ...tops])];

  type Naming = Pick<PathMention, "access" | "by"> & { shows: boolean; hasPatterns?: boolean };

  function mention(shown: string, { access, by }: Naming, tilde: boolean, isPattern = false): void {
    for (const from of by && isGit(by.words) ? withTops : folders)
      paths.push({ shown, access, tilde, from, isPattern, by });
  }

  /** A text of which it is not known whether a `~` in it was quoted, and whether it is replaced behind a `=`. */
  function guess(text: string, naming: Naming, asPattern = isPattern(text)): void {
    mention(text, naming, false, asPattern);
    if (text.startsWith("~")) mention(text, naming, true, asPattern);
  }

  function take(word: ShellWord, naming: Naming): void {
    if (recurses && word.value.includes("**")) unclear.add(`it cannot be told how deep ${word.value} goes`);
    if (word.kind === "plain")
      mention(word.value, naming, word.tilde, naming.hasPatterns && isPattern(word.value));
    else if (word.kind === "glob") mention(word.value, naming, word.tilde, true);
    else if (word.certain) guess(word.ifEmpty, naming);
    else takeUnknown(word, naming);
    const isFixed = (shell.setsFolders ? /^(\/|-.|$)/ : /^([/~]|-.|$)/).test(word.ifEmpty);
    if (naming.shows && !known && !isFixed) unclear.add("it shows files of a folder that is not known");
  }

  function takeUnknown(word: ShellWord, naming: Naming): void {
    const texts = possibleTexts(word, shell.variables);
    if (!texts && naming.shows) unclear.add(`it cannot be told which file it shows: ${word.value}`);
    for (const text of texts ?? [word.ifEmpty, withSomething(word)]) {
      const named = texts !== undefined || /\/|\.env/.test(text);
      if (named) guess(text, naming, texts !== undefined && isPattern(text));
    }
  }

  for (const by of shell.commands) {
    const { words } = by;
    const shows = SHOWING.has(baseName(words[0]));
    const naming: Naming = { access: "mention", by, shows, hasPatterns: knowsPatterns(words) };
    for (const word of words.slice(1)) {
      take(word, naming);
      for (const text of pathsInside(word.value)) guess(text, naming);
    }
    if (searchesHere(words, shell)) mention(".", naming, false);
  }
  for (const word of shell.writes) take(word, { access: "write", by: undefined, shows: false });
  for (const word of shell.reads) take(word, { access: "read", by: undefined, shows: true });
  return { paths, elsewhere: !known, unclear: [...unclear] };
}

/** With these `**` may stand for folders of any depth. */
const RECURSING = /^(shopt|set|(ba|z|k|fi)?sh)$/;

function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

function isGit(words: readonly ShellWord[]): boolean {
  return baseName(words[0]) === "git";
}

/** Whether a command takes quoted words for patterns of names as well. */
function knowsPatterns(words: readonly ShellWord[]): boolean {
  return isGit(words) && (goesThroughFiles(words.slice(1)) || words.some(({ value }) => value === "rm"));
}

/** Whether a command goes through the folder that it is in, without naming it. */
function searchesHere(words: readonly ShellWord[], { variables }: ShellFacts): boolean {
  return isGit(words) ? goesThroughFiles(words.slice(1)) : searchOf(words, variables)?.here === true;
}
