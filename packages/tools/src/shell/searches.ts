import type { ShellFacts } from "./analyse.ts";
import { startsOf } from "./deletion-targets.ts";
import { fittingNames } from "./names.ts";
import { readArguments, type Arguments } from "./options.ts";
import { possibleTexts } from "./possible-texts.ts";
import { READERS } from "./readers.ts";
import { baseName, plainWord, type ShellWord } from "./words.ts";

/** What a search, or a comparison, that goes through whole folders looks at. In doubt it looks at everything. */
export interface Search {
  /** Whether it may go through the folder that it runs in, without naming it. */
  here: boolean;
  /** Whether it goes where links lead. */
  follows: boolean;
  /** Whether it looks at a file of this name, or into a folder. */
  sees(name: string, isFolder: boolean): boolean;
  /** Whether a `.gitignore` and the like can have it look at more than that. */
  heedsIgnoreFiles: boolean;
}

const EVERYTHING: Search = { here: true, follows: true, sees: () => true, heedsIgnoreFiles: false };

const GREP =
  "-EFGPiyvwxcLlqosbHhnTZzUrRaI -# -e: -f: -m: -A: -B: -C: -D: -d: --extended-regexp --fixed-strings --basic-regexp " +
  "--perl-regexp --regexp= --file= --ignore-case --no-ignore-case --invert-match --word-regexp --line-regexp --count " +
  "--color[=] --colour[=] --files-with-matches --files-without-match --only-matching --quiet --silent --no-messages " +
  "--byte-offset --with-filename --no-filename --label= --line-number --initial-tab --null --after-context= " +
  "--before-context= --context= --text --binary-files= --devices= --directories= --exclude= --exclude-from= " +
  "--exclude-dir= --include= --recursive --dereference-recursive --line-buffered --null-data --max-count=";

/** Names of the types of ripgrep; a type that is not here may be about anything. */
const TYPES: Readonly<Record<string, string>> = {
  c: "*.c *.h",
  cpp: "*.cpp *.cc *.cxx *.hpp *.hh *.hxx *.h *.inl",
  css: "*.css *.scss",
  go: "*.go",
  html: "*.htm *.html",
  java: "*.java *.jsp",
  js: "*.js *.jsx *.cjs *.mjs *.vue",
  json: "*.json *.sarif",
  markdown: "*.md *.mdx *.markdown",
  md: "*.md *.mdx *.markdown",
  py: "*.py *.pyi",
  python: "*.py *.pyi",
  ruby: "*.rb *.rbw *.gemspec Gemfile Rakefile config.ru .irbrc",
  rust: "*.rs",
  toml: "*.toml Cargo.lock",
  ts: "*.ts *.tsx *.cts *.mts",
  typescript: "*.ts *.tsx *.cts *.mts",
  yaml: "*.yml *.yaml",
};

/** What a command searches, when it is one that goes through whole folders; undefined for all others. */
export function searchOf(
  [name, ...args]: readonly ShellWord[],
  variables: ShellFacts["variables"],
): Search | undefined {
  const words = args.map((word) => settled(word, variables));
  switch (baseName(name)) {
    case "rg":
      return ripgrep(words);
    case "grep":
    case "egrep":
    case "fgrep":
      return grep(words);
    case "diff":
      // Of two folders it compares what is in them, also without `-r`.
      return { ...EVERYTHING, here: false };
    // These are never harmless, but there may be files that nobody may read.
    case "rgrep":
    case "ag":
    case "ack":
    case "ugrep":
      return EVERYTHING;
    case "find":
      return { ...EVERYTHING, here: startsOf(words).length === 0, follows: has(words, /^-(L|follow)$/) };
    case "fd":
    case "fdfind":
      return { ...EVERYTHING, follows: has(words, /^-[^-]*L|^--fo/) };
    default:
      return undefined;
  }
}

/** Whether a command that is given a folder goes on to where the links in it lead. */
export function followsLinks(command: readonly ShellWord[], variables: ShellFacts["variables"]): boolean {
  const [name, ...args] = command;
  switch (baseName(name)) {
    case "cp":
      return has(args, /^-[^-]*L|^--de/);
    case "tar":
      return has(args, /^-?[A-Za-z]*h|^--de/);
    case "rsync":
      return has(args, /^-[^-]*[Lk]|^--copy/);
    case "zip":
      return !has(args, /^-[^-]*y|^--symlinks$/);
    case "scp":
      return true;
    default:
      return searchOf(command, variables)?.follows === true;
  }
}

function has(words: readonly ShellWord[], option: RegExp): boolean {
  return words.some(({ value, kind }) => kind === "dynamic" || option.test(value));
}

/** A word that stands for one text that is no option, as that text. */
function settled(word: ShellWord, variables: ShellFacts["variables"]): ShellWord {
  if (word.kind !== "dynamic") return word;
  const texts = possibleTexts(word, variables);
  return texts?.[0] !== undefined && texts.every((text) => /^[^-\s*?[][^\s*?[]*$/.test(text))
    ? plainWord(texts[0])
    : word;
}

function grep(words: readonly ShellWord[]): Search | undefined {
  const given = readArguments(words, GREP);
  if (!given) return has(words, /^-[^-]*[rRd]|^--[rd]/) ? EVERYTHING : undefined;
  const recursive = given.options.some(
    ({ name, value }) =>
      /^(-[rR]|--recursive|--dereference-recursive)$/.test(name) ||
      (/^(-d|--directories)$/.test(name) && value?.startsWith("r") === true),
  );
  if (!recursive) return undefined;
  const included = valuesOf(given, /^--include$/);
  const fits = fittingNames(included);
  return {
    here: isHere(given, /^(-[ef]|--(regexp|file))$/),
    follows: given.options.some(({ name }) => /^(-R|--dereference-recursive)$/.test(name)),
    sees: (name, isFolder) => isFolder || included.length === 0 || fits(name, false),
    heedsIgnoreFiles: false,
  };
}

function ripgrep(words: readonly ShellWord[]): Search | undefined {
  const given = readArguments(words, READERS["rg"]?.options ?? "");
  if (!given) return EVERYTHING;
  const { options } = given;
  const uses = (option: RegExp): boolean => options.some(({ name }) => option.test(name));
  // These only tell names.
  if (uses(/^--(files|type-list)$/)) return undefined;
  const globs = valuesOf(given, /^(-g|--i?glob)$/).filter((glob) => !glob.startsWith("!"));
  const types = valuesOf(given, /^(-t|--type)$/).flatMap(
    (type) => (Object.hasOwn(TYPES, type) ? TYPES[type] : undefined)?.split(" ") ?? ["*"],
  );
  const hidden =
    uses(/^(-\.|--hidden)$/) || options.filter(({ name }) => /^(-u|--unrestricted)$/.test(name)).length > 1;
  const fits = fittingNames([...globs, ...types]);
  const isNarrow = globs.length + types.length > 0;
  return {
    here: isHere(given, /^(-e|--regexp)$/),
    follows: uses(/^(-L|--follow)$/),
    // What an option names is looked at although it is hidden.
    sees(name, isFolder) {
      const shown = hidden || !name.startsWith(".");
      if (isFolder) return shown || fits(name, true);
      return isNarrow ? fits(name, false) : shown;
    },
    heedsIgnoreFiles: !isNarrow,
  };
}

function valuesOf({ options }: Arguments, wanted: RegExp): string[] {
  return options.flatMap(({ name, value }) => (wanted.test(name) && value !== undefined ? [value] : []));
}

/** Whether there is no operand but the pattern, which can also be the value of an option. */
function isHere({ options, operands }: Arguments, pattern: RegExp): boolean {
  return operands.length < (options.some(({ name }) => pattern.test(name)) ? 1 : 2);
}
