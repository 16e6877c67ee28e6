import { gitOptionsAreGood } from "../shell/git-commands.ts";
import { readArguments, type Arguments, type GoodOptions } from "../shell/options.ts";
import { isKnownReader, programOnlyReads } from "../shell/read-only.ts";
import { baseName, plainWord, type ShellWord } from "../shell/words.ts";
import type { CommandMatch } from "./rule.ts";

/**
 * Options of programs that often run others, or send and store files, with which these do no more than their name says.
 */
const GOOD_OPTIONS: Readonly<Record<string, GoodOptions>> = {
  awk: "",
  cargo:
    "-vqr -p: -j: --release --verbose --quiet --workspace --all --all-targets --all-features --no-default-features " +
    "--features= --package= --lib --bins --bin= --tests --test= --doc --locked --offline --frozen --no-fail-fast --jobs=",
  curl: "-sSfiIvLkgG46 -m: -H: -A: --silent --show-error --fail --include --head --verbose --location --compressed --max-time= --header=",
  man: "",
  npm: "-ws -w: --silent --workspaces --workspace= --if-present --include-workspace-root --omit= --no-audit --no-fund",
  pnpm: "-rws -F: --silent --recursive --workspace-root --filter= --if-present --frozen-lockfile --offline",
  pytest:
    "-vqxsl -k: -m: -n: -r: --verbose --quiet --exitfirst --maxfail= --tb= --lf --ff --durations= --collect-only --no-header",
  rsync:
    "-avzrltpnhP --archive --verbose --compress --recursive --dry-run --progress --stats --human-readable --exclude= --include=",
  tar: "-cxtzjJvf: -C: --create --extract --list --gzip --bzip2 --xz --verbose --file= --directory= --exclude= --strip-components=",
  wget: "-qvcN --quiet --continue --timestamping --no-verbose",
  zip: "-rqvj -x: --recurse-paths --quiet",
};

/** What else is wanted of some of them. */
const CHECKS: Readonly<Record<string, (given: Arguments) => boolean>> = {
  // It sends the file behind an `@`, and reads files by their address.
  curl: ({ options, operands }) =>
    options.every(({ value }) => !value?.startsWith("@")) &&
    operands.every(({ value }) => /^https?:\/\//i.test(value) || !/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(value)),
  // With a colon in its name, an archive is on another machine.
  tar: ({ options }) =>
    options.every(({ name, value }) => !/^(-f|--file)$/.test(name) || !/^[^/]*:/.test(value ?? "")),
};

/** The same where options are whole names behind a single dash. */
const GO =
  /^-(v|x|race|cover|short|failfast|json|benchmem|trimpath|(run|bench|count|timeout|parallel|p|tags|skip)(=.*)?)$/;

/**
 * Whether the words that an open rule leaves open do no more than the rule says. What it names itself is permitted. Of
 * the programs that are known here only known options are; for all others, `X *` means whatever X can do.
 */
export function staysWithin(words: readonly ShellWord[], match: CommandMatch): boolean {
  const [name, ...args] = words;
  if (args.some((word) => word.mayBeOption)) return false;
  const rest = args.filter(({ value }) => !(value.startsWith("-") && match.names(value)));
  const program = baseName(name);
  if (program === "git") return gitOptionsAreGood(rest);
  if (program === "go") return rest.every(({ value }) => !value.startsWith("-") || GO.test(value));
  if (isKnownReader(program)) return programOnlyReads(program, rest);
  // Its first word is options, with or without a dash.
  const [first] = rest;
  if (program === "tar" && first && !first.value.startsWith("-"))
    rest.splice(0, 1, plainWord(`-${first.value}`));
  const good = Object.hasOwn(GOOD_OPTIONS, program) ? GOOD_OPTIONS[program] : undefined;
  if (good === undefined) return true;
  const given = readArguments(rest, good);
  return given !== undefined && (CHECKS[program]?.(given) ?? true);
}
