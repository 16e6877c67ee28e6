import type { ShellWord } from "./words.ts";

/** Commands that neither show nor change what is in the files of a repository, unless they are named. */
const TELLING = new Set(
  (
    "add annotate blame branch check-attr check-ignore clone commit config count-objects describe fetch for-each-ref gc help " +
    "init ls-files ls-remote ls-tree maintenance merge-base mv name-rev notes prune push reflog remote rev-list rev-parse rm " +
    "log shortlog show-ref stage status symbolic-ref tag update-ref version"
  ).split(" "),
);
/** Options with which some of them do, and which others need for that. */
const PATCH =
  /^-(?!-)[^-]*[puUWcLm]|^--(patch|unified|function|cc|word-diff|color-words|binary|full-diff|remerge|diff-merges|dd)/;
const VERBOSE = /^-(?!-)[^-]*[vpie]|^--(verbose|patch|interactive|edit)/;
/** Options with which a comparison tells only which files differ. */
const SUMMARY =
  /^(--(stat|numstat|shortstat|name-only|name-status|summary|dirstat|compact-summary|quiet|no-patch)(=.*)?|-s)$/;
/** Options before the command that have a value of their own. */
const VALUED = /^(-[cC]|--(git-dir|work-tree|namespace|config-env|super-prefix|attr-source|exec-path))$/;

/**
 * Whether a git command may show, or change, what is in files that it does not name. `words` are those behind `git`. In
 * doubt it may.
 */
export function goesThroughFiles(words: readonly ShellWord[]): boolean {
  const at = words.findIndex(
    ({ value }, index) => !value.startsWith("-") && !VALUED.test(words[index - 1]?.value ?? ""),
  );
  const [command, ...rest] = words.slice(at === -1 ? words.length : at);
  if (command?.kind !== "plain") return command !== undefined;
  const has = (option: RegExp): boolean =>
    rest.some(({ value, kind }) => kind === "dynamic" || option.test(value));
  switch (command.value) {
    case "log":
    case "reflog":
      return has(PATCH);
    case "add":
    case "commit":
    case "stage":
    case "status":
      return has(VERBOSE);
    case "cat-file":
      return !rest.every(({ value }) => /^(-[tse]|[^-].*)$/.test(value)) || !has(/^-[tse]$/);
    case "stash":
      return rest[0]?.value !== "list" || has(PATCH);
    case "worktree":
      return rest[0]?.value !== "list";
    case "diff":
    case "diff-files":
    case "diff-index":
    case "diff-tree":
    case "show":
      return !has(SUMMARY) || has(PATCH);
    default:
      return !TELLING.has(command.value);
  }
}
