import { gitOnlyReads } from "./git.ts";
import type { ShellCommand } from "./analyse.ts";
import { variableProblem } from "./evaluation.ts";
import type { ShellWord } from "./words.ts";

/** `any`: harmless with whatever arguments. A function looks at the arguments, all of which are known. */
type Rule = "any" | ((words: readonly string[]) => boolean);

function only(options: RegExp, operands = Number.POSITIVE_INFINITY): Rule {
  return (words) => {
    const given = words.filter((word) => !word.startsWith("-") || word === "-");
    return given.length <= operands && words.every((word) => given.includes(word) || options.test(word));
  };
}

function without(options: RegExp): Rule {
  return (words) => !words.some((word) => options.test(word));
}

const ANY = (
  "cat head wc ls pwd echo true false : basename dirname realpath readlink stat du df id whoami groups uname nl tac " +
  "rev cut tr comm paste join fold expand unexpand fmt column cmp md5sum sha1sum sha224sum sha256sum sha384sum " +
  "sha512sum b2sum cksum sum od hexdump strings which type nproc uptime free seq sleep expr grep egrep fgrep " +
  "diff arch tty cd pushd popd exit return break continue wait"
).split(" ");

/** Of these, programs that show what is in the files they are given. */
export const SHOWING: ReadonlySet<string> = new Set(
  (
    "cat head tail nl tac rev cut paste join fold expand unexpand fmt column cmp comm od hexdump strings grep egrep " +
    "fgrep diff"
  ).split(" "),
);
/** A search shows lines, as one through a whole folder does. */
const SEARCHING = new Set(["grep", "egrep", "fgrep"]);

const VERSIONED =
  /^(node|npm|pnpm|yarn|bun|deno|python3?|pip3?|ruby|go|cargo|rustc|gcc|g\+\+|clang|java|javac|make|cmake|tsc|git|docker)$/;

const FIND =
  /^-(a|amin|and|anewer|atime|cmin|cnewer|ctime|daystart|depth|empty|executable|false|follow|fstype|gid|group|H|iname|inum|ipath|iregex|iwholename|L|links|ls|maxdepth|mindepth|mmin|mount|mtime|name|newer|newer[aBcmt]{2}|nogroup|noleaf|not|nouser|o|or|P|path|perm|print|print0|printf|prune|quit|readable|regex|regextype|samefile|size|true|type|uid|user|wholename|writable|xdev|xtype)$|^-\d/;

const RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(ANY.map((name) => [name, "any" as const])),
  // `printf -v` and `test -v` set or look up variables, and may run what they hold.
  printf: without(/^-v|^--?v/),
  test: without(/^-[vR]$/),
  "[": without(/^-[vR]$/),
  tail: "any",
  find: only(FIND),
  rg: without(/^--(pre|hostname-bin|search-zip)|^-[^-]*z/),
  fd: only(
    /^-[HIuasip0gL1FQ]+$|^-[etd].*$|^--(hidden|no-ignore|glob|type|extension|max-depth|full-path|absolute-path)/,
  ),
  sort: only(/^-[bdfghiMnRrVcCmsuz]+$|^-[kt]\S*$|^--(reverse|unique|numeric-sort|version-sort|key=.*)$/),
  uniq: only(/^-[cdiuD]+$|^-[fsw]\d+$|^--(count|repeated|unique|ignore-case)$/, 1),
  date: (words) => words.every((word) => /^\+|^-[uRI]$|^--(utc|iso-8601(=\w+)?)$/.test(word)),
  hostname: only(/^$/, 0),
  // With `e` (on macOS `-E`) it shows the environment of processes.
  ps: (words) => words.every((word) => !/^[^-].*e|^e|^-.*E/.test(word)),
  tree: without(/^-[^-]*[oR]|^--(output|html|fromfile)/),
  file: only(/^-[biLh]+$|^--(brief|mime|mime-type|mime-encoding|dereference)$/),
  jq: without(/\benv\b|\$ENV|\$__prog|^--(run-tests|from-file)|^-[^-]*f|debug|input_filename/),
  sed: sedOnlyReads,
  git: gitOnlyReads,
  set: (words) => words.length > 0 && words.every((word) => /^[-+][eu]*o?$|^pipefail$/.test(word)),
};

/** Whether a command does nothing but read: it changes no file, runs nothing else and sends nothing. */
export function onlyReads(command: ShellCommand, inner: (words: readonly ShellWord[]) => boolean): boolean {
  if (command.assigns.some(variableProblem)) return false;
  const [name, ...args] = command.words;
  if (!name) return command.assigns.length > 0;
  if (name.kind !== "plain") return false;
  // What is called by a path of its own may be anything.
  const program = /^(?:\/usr)?\/bin\/([^/]+)$/.exec(name.value)?.[1] ?? name.value;
  if (command.wraps) return wrapperOnlyReads(command, program, args, inner);
  if (VERSIONED.test(program) && args.length === 1 && /^(--version|-[vV])$/.test(args[0]?.value ?? "")) {
    return args[0]?.kind === "plain";
  }
  const rule = Object.hasOwn(RULES, program) ? RULES[program] : undefined;
  if (rule === undefined) return false;
  if (rule === "any") return true;
  // A file can be called like an option.
  if (args.some((word) => word.mayBeOption)) return false;
  return rule(args.map((word) => word.value));
}

function wrapperOnlyReads(
  command: ShellCommand,
  program: string,
  args: readonly ShellWord[],
  inner: (words: readonly ShellWord[]) => boolean,
): boolean {
  const { wraps } = command;
  if (!wraps || wraps.unclear !== undefined) return false;
  if (wraps.assigns.some(variableProblem)) return false;
  if (wraps.transparent) {
    // `env` alone prints the environment, secrets included.
    if (wraps.commands.length === 0) return program === "command" && args.length > 0;
    return wraps.commands.every(inner);
  }
  if (program !== "xargs") return false;
  // What xargs adds is not known, so the command must be harmless with whatever arguments.
  return wraps.commands.length > 0 && wraps.commands.every(([name]) => showsNothing(name?.value ?? ""));
}

function showsNothing(program: string): boolean {
  return ANY.includes(program) && (!SHOWING.has(program) || SEARCHING.has(program));
}

const SED_COMMAND =
  /^(?:(?:\d+|\$)(?:,(?:\d+|\$|\+\d+))?[pdq=]|\/(?:[^/\\\n]|\\[^\n])*\/[pd=]|s\/(?:[^/\\\n]|\\[^\n])*\/(?:[^/\\\n]|\\[^\n])*\/[gpI0-9]*)$/;

function sedOnlyReads(words: readonly string[]): boolean {
  const scripts: string[] = [];
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (/^-[nErsuz]+$|^--(quiet|silent|regexp-extended|null-data)$/.test(word)) continue;
    if (word === "-e") scripts.push(words[(at += 1)] ?? "");
    else if (word.startsWith("-") && word !== "-") return false;
    else operands.push(word);
  }
  if (scripts.length === 0) scripts.push(operands.shift() ?? "");
  return scripts.every((script) => SED_COMMAND.test(script));
}
