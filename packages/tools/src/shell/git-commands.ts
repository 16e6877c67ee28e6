import { readArguments, type Arguments, type GoodOptions } from "./options.ts";
import type { ShellWord } from "./words.ts";

/** A git command that only reads when it is given these options, and operands that pass. */
export interface GitReader {
  /** The only words that may stand first. */
  verbs?: readonly string[];
  options: GoodOptions;
  operands?: (given: Arguments) => boolean;
}

const DIFF =
  "-pusRabwWz -U: -M? -C? -S: -G: --patch --no-patch --unified= --stat[=] --numstat --shortstat --name-only --name-status --raw " +
  "--summary --compact-summary --minimal --patience --histogram --diff-algorithm= --word-diff[=] --color[=] --no-color " +
  "--color-words --color-moved[=] --no-renames --find-renames[=] --find-copies[=] --check --full-index --binary " +
  "--abbrev[=] --text --ignore-space-change --ignore-all-space --ignore-blank-lines --ignore-space-at-eol " +
  "--function-context --exit-code --quiet --pickaxe-all --pickaxe-regex --relative[=] --no-prefix --cached --staged " +
  "--merge-base --diff-filter= --inter-hunk-context= --dirstat[=] --no-ext-diff --no-textconv --cc";
const LOG =
  "-# -n: -iEFPgmtrcL: --oneline --graph --all --branches[=] --tags[=] --remotes[=] --decorate[=] --no-decorate --max-count= " +
  "--skip= --since= --after= --until= --before= --author= --committer= --grep= --all-match --invert-grep --merges " +
  "--no-merges --first-parent --reverse --date= --format= --pretty[=] --abbrev-commit --no-abbrev-commit --follow " +
  "--topo-order --date-order --author-date-order --left-right --cherry-pick --cherry-mark --ancestry-path " +
  "--simplify-by-decoration --full-history --no-walk[=] --walk-reflogs --source --no-notes --regexp-ignore-case " +
  "--extended-regexp --fixed-strings --count";
const REFS = "--sort= --count= --format= --points-at= --contains --no-contains --merged[=] --no-merged[=]";

/** What is known of each git command that can only read. */
export const READERS: Readonly<Record<string, GitReader>> = {
  blame: {
    options:
      "-wscelfnptb -L: -M? -C? --date= --porcelain --line-porcelain --show-email --root --since= --abbrev=",
  },
  branch: {
    options: `-arv --all --remotes --list --verbose --show-current --no-color --no-column --ignore-case ${REFS}`,
    operands: onlyLists,
  },
  "cat-file": { options: "-tspe", operands: ({ options }) => options.length > 0 },
  "check-ignore": { options: "-vqn --verbose --quiet --non-matching --no-index" },
  config: { options: "--get --get-all --local --global", operands: readsSetting },
  "count-objects": { options: "-vH --verbose --human-readable" },
  describe: {
    options:
      "--tags --all --always --long --abbrev= --match= --exclude= --exact-match --contains --candidates= --first-parent --dirty[=]",
  },
  diff: { options: DIFF },
  "diff-files": { options: `${DIFF} -q` },
  "diff-index": { options: `${DIFF} -r -t -m` },
  "diff-tree": { options: `${DIFF} -r -t -m -c --root --no-commit-id` },
  "for-each-ref": { options: REFS },
  grep: {
    options:
      "-niIlLcwEFPGvhHoWpqa -e: -A: -B: -C: -m: --line-number --ignore-case --name-only --files-with-matches " +
      "--files-without-match --count --word-regexp --extended-regexp --fixed-strings --perl-regexp --basic-regexp --cached " +
      "--and --or --not --heading --break --column --no-color --color[=] --max-depth= --show-function " +
      "--function-context --only-matching --invert-match --full-name --text --quiet",
  },
  log: { options: `${LOG} ${DIFF}` },
  "ls-files": {
    options:
      "-cdmosukztvi -x: --cached --others --modified --deleted --stage --unmerged --killed --exclude-standard --full-name " +
      "--error-unmatch --directory --ignored --exclude= --eol --deduplicate",
  },
  "ls-tree": { options: "-rdtlz --name-only --name-status --full-name --full-tree --long --abbrev[=]" },
  "merge-base": { options: "-a --all --is-ancestor --fork-point --octopus --independent" },
  "name-rev": { options: "--name-only --tags --refs= --always --all" },
  reflog: {
    options: `${LOG} ${DIFF}`,
    operands: ({ operands: [verb] }) =>
      verb === undefined || (verb.kind === "plain" && verb.value === "show"),
  },
  remote: { options: "-v --verbose", operands: readsRemote },
  "rev-list": { options: `${LOG} --objects` },
  "rev-parse": {
    options:
      "-q --quiet --verify --abbrev-ref[=] --short[=] --show-toplevel --show-prefix --show-cdup --git-dir --absolute-git-dir " +
      "--git-common-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository " +
      "--symbolic-full-name --symbolic --all --branches --tags --remotes",
  },
  shortlog: { options: `${LOG} -s -e -n --summary --numbered --email` },
  show: { options: `${LOG} ${DIFF}` },
  "show-ref": { options: "-sdq --heads --tags --head --hash[=] --dereference --verify --quiet --abbrev[=]" },
  stash: { verbs: ["list", "show"], options: `${LOG} ${DIFF}` },
  status: {
    options:
      "-sbvz -u? --short --branch --porcelain[=] --long --verbose --untracked-files[=] --ignored[=] --show-stash " +
      "--ahead-behind --no-ahead-behind --renames --no-renames --find-renames[=] --no-column",
  },
  tag: {
    options: `-ln? --list --ignore-case --no-color --no-column ${REFS}`,
    operands: onlyLists,
  },
  version: { options: "" },
  worktree: {
    verbs: ["list"],
    options: "-vz --porcelain --verbose",
    operands: ({ operands }) => operands.length === 0,
  },
};

/** Whether `git` with these arguments only reads, in a repository whose settings run nothing. */
export function gitOnlyReads(words: readonly ShellWord[]): boolean {
  const [first, ...others] = words;
  if (first?.kind === "plain" && first.value === "--version") return others.length === 0;
  const paged = first?.kind === "plain" && (first.value === "--no-pager" || first.value === "-P");
  const [command, ...rest] = paged ? others : words;
  if (command?.kind !== "plain" || !Object.hasOwn(READERS, command.value)) return false;
  const reader = READERS[command.value];
  if (!reader) return false;
  const isVerb = ({ kind, value }: ShellWord): boolean =>
    kind === "plain" && reader.verbs?.includes(value) === true;
  if (reader.verbs && !rest.slice(0, 1).some(isVerb)) return false;
  const given = readArguments(reader.verbs ? rest.slice(1) : rest, reader.options);
  return given !== undefined && formatsAreGood(given) && (reader.operands?.(given) ?? true);
}

/**
 * Whether the options of a git command are harmless, also of one that may write. Before its name there may be none, since
 * these can make it another command.
 */
export function gitOptionsAreGood([command, ...rest]: readonly ShellWord[]): boolean {
  if (command?.value === "--no-pager") return gitOptionsAreGood(rest);
  if (command?.kind !== "plain" || command.value.startsWith("-")) return false;
  const reader = Object.hasOwn(READERS, command.value) ? READERS[command.value] : undefined;
  // Of those that write with other words nothing is known.
  if (!reader || reader.verbs || reader.operands) return true;
  const given = readArguments(rest, reader.options);
  return given !== undefined && formatsAreGood(given);
}

/** Without an option that lists, a name is one to be made. */
function onlyLists({ options, operands }: Arguments): boolean {
  const lists = /^(-l|--list|--(no-)?(merged|contains)|--points-at)$/;
  return operands.length === 0 || options.some(({ name }) => lists.test(name));
}

function readsRemote({ options, operands }: Arguments): boolean {
  const [verb] = operands;
  if (!verb) return true;
  return options.length === 0 && operands.length === 2 && verb.kind === "plain" && verb.value === "get-url";
}

/** Only settings that are no secrets; a second word would be the new value. */
function readsSetting({ operands: [key, ...more] }: Arguments): boolean {
  if (key?.kind !== "plain" || more.length > 0) return false;
  return /^(user\.(name|email)|core|remote|branch|init|pull|push|merge|rebase|diff)(\.[\w./-]+)?$/.test(
    key.value,
  );
}

const FORMAT_NAMES = /^(oneline|short|medium|full|fuller|reference|email|raw|mboxrd)$/;
/** What a format shows without running anything; a signature would be checked by a program. */
const GOOD_FORMAT =
  /^(?:[^%]|%[-+ ]?(?:%|n|[HTtPphSsbBefdDNm]|[ac][nNeElLdDrtiIs]|g[dDsnNeE]|C(?:red|green|blue|reset|\([\w ,#]*\))|x[\da-fA-F]{2}|[<>]{1,2}\(\d+(?:,\w+)?\)|w\([\d,]*\)|\((?:refname|objectname|objecttype|upstream|HEAD|subject|authorname|authoremail|authordate|committername|committerdate|creatordate|contents|trailers)(?::[\w:=,-]+)?\)))*$/;

function formatsAreGood({ options }: Arguments): boolean {
  return options
    .filter(({ name, value }) => /^--(format|pretty|sort)$/.test(name) && value !== undefined)
    .every(({ name, value = "" }) =>
      name === "--sort"
        ? /^-?[\w:]+$/.test(value) && !value.includes("signature")
        : FORMAT_NAMES.test(value) || GOOD_FORMAT.test(value),
    );
}
