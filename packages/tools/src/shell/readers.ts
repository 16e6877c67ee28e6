import type { Arguments, GoodOptions } from "./options.ts";
import { jqOnlyReads, sedOnlyReads } from "./filter-programs.ts";
import type { ShellWord } from "./words.ts";

/** A program that only reads when it is given nothing but these options, and operands that pass. */
export interface Reader {
  options: GoodOptions;
  operands?: (given: Arguments) => boolean;
}

const words = (text: string): string[] => text.split(" ");

/** Programs that show no contents and do no harm whatever their arguments are: none of their options writes or runs. */
const TELLING = words(
  "ls pwd cd pushd popd echo true false : basename dirname realpath readlink stat du df id whoami groups uname wc md5sum sha1sum " +
    "sha224sum sha256sum sha384sum sha512sum b2sum cksum sum which type nproc seq sleep expr tty exit return break continue",
);

/** The same for programs that show what is in the files they are given. */
const SHOWING_ANYHOW = words(
  "cat head tail nl tac cut tr paste join fold expand unexpand fmt column cmp comm od grep egrep fgrep",
);

/** Programs that show what is in the files they are given. */
export const SHOWING: ReadonlySet<string> = new Set([
  ...SHOWING_ANYHOW.filter((name) => name !== "tr"),
  ...words("diff sort uniq sed jq rg rev hexdump strings"),
]);

/** Programs that are harmless with arguments that nobody knows, and show nothing of files that nobody knows. */
export const HARMLESS_WITH_ANY: ReadonlySet<string> = new Set([...TELLING, "tr"]);

/** Programs that are harmless whatever their arguments are. */
export const HARMLESS: ReadonlySet<string> = new Set([...TELLING, ...SHOWING_ANYHOW]);

/** How programs say which version they are, without asking the folder that they are called in. */
export const VERSIONED: Readonly<Record<string, readonly string[]>> = {
  cmake: ["--version"],
  docker: ["--version"],
  gcc: ["--version"],
  make: ["--version"],
  node: ["--version", "-v"],
  npm: ["--version", "-v"],
  python: ["--version", "-V"],
  python3: ["--version", "-V"],
};

const none = ({ operands }: Arguments): boolean => operands.length === 0;
const isPlain = ({ kind }: ShellWord): boolean => kind === "plain";

/** Programs that are harmless with these arguments and no others. */
export const READERS: Readonly<Record<string, Reader>> = {
  date: {
    options: "-uRI? --utc --iso-8601[=] --rfc-email",
    operands: ({ operands }) =>
      operands.length === 0 ||
      (operands.length === 1 && operands.every((word) => isPlain(word) && word.value.startsWith("+"))),
  },
  diff: {
    options:
      "-abBcdEHiNpqrstTuwyZ -U: -C: -x: -W: --brief --recursive --unified[=] --context[=] --side-by-side --color[=] " +
      "--ignore-all-space --ignore-space-change --ignore-blank-lines --ignore-case --new-file --text --exclude= " +
      "--strip-trailing-cr --suppress-common-lines --width= --minimal",
  },
  fd: {
    options:
      "-HIuasipg0L1FQ -e: -t: -d: -E: --hidden --no-ignore --no-ignore-vcs --glob --type= --extension= --max-depth= " +
      "--min-depth= --full-path --absolute-path --exclude= --follow --fixed-strings --ignore-case --case-sensitive --print0",
  },
  file: { options: "-biLhN --brief --mime --mime-type --mime-encoding --dereference" },
  free: { options: "-bkmghtwl --human --total", operands: none },
  hostname: { options: "", operands: none },
  jq: {
    options:
      "-rcnsSeRajCM --raw-output --compact-output --null-input --slurp --sort-keys --exit-status --raw-input " +
      "--ascii-output --join-output --color-output --monochrome-output --tab --indent=",
    operands: jqOnlyReads,
  },
  // With `e` (on macOS `-E`) it would show the environment of processes.
  ps: {
    options: "-AaefFlx -p: -u:",
    operands: ({ operands }) => operands.every(({ value }) => /^a?u?x?w*f?$/.test(value)),
  },
  rg: {
    options:
      "-nNicvwxFPSsolLHIhqUuap0. -e: -g: -t: -T: -A: -B: -C: -m: -M: -d: -r: -j: --after-context= --before-context= " +
      "--binary --case-sensitive --color= --column --context= --count --count-matches --crlf --files --files-with-matches " +
      "--files-without-match --fixed-strings --follow --glob= --heading --hidden --iglob= --ignore-case --invert-match " +
      "--json --line-number --line-regexp --max-columns= --max-count= --max-depth= --max-filesize= --multiline " +
      "--multiline-dotall --no-config --no-filename --no-heading --no-ignore --no-ignore-parent --no-ignore-vcs " +
      "--no-line-number --no-messages --null --one-file-system --only-matching --passthru --pcre2 --pretty --quiet " +
      "--regexp= --replace= --smart-case --sort= --sortr= --stats --text --trim --type-list --type-not= --type= " +
      "--unrestricted --vimgrep --with-filename --word-regexp",
  },
  sed: {
    options: "-nErsuz -e: --quiet --silent --regexp-extended --null-data --separate --expression=",
    operands: sedOnlyReads,
  },
  set: {
    options: "-eu -o:",
    operands: ({ options, operands }) =>
      // Alone it shows every variable.
      operands.length === 0 && options.length > 0 && options.every(isStrictness),
  },
  sort: {
    options:
      "-bdfghiMnRrVcCmsuz -k: -t: --reverse --unique --numeric-sort --human-numeric-sort --version-sort --general-numeric-sort " +
      "--month-sort --ignore-case --ignore-leading-blanks --dictionary-order --stable --zero-terminated --merge --check[=] " +
      "--key= --field-separator=",
  },
  tree: {
    options:
      "-adfhilnpqsuvtrCDFS -L: -I: -P: --dirsfirst --noreport --gitignore --filelimit= --prune --du --sort= --matchdirs --ignore-case",
  },
  // A second operand is the file that it writes.
  uniq: {
    options:
      "-cdiuDz -f: -s: -w: --count --repeated --unique --ignore-case --all-repeated[=] --skip-fields= --skip-chars= --check-chars=",
    operands: ({ operands }) => operands.length <= 1 && operands.every(isPlain),
  },
  uptime: { options: "-ps --pretty --since", operands: none },
  wait: { options: "", operands: ({ operands }) => operands.every(isPlain) },
};

function isStrictness({ name, value }: Arguments["options"][number]): boolean {
  return name !== "-o" || value === "pipefail" || value === "errexit" || value === "nounset";
}

const FIND =
  /^-(a|amin|and|anewer|atime|cmin|cnewer|ctime|daystart|depth|empty|executable|false|follow|fstype|gid|group|H|iname|inum|ipath|iregex|iwholename|L|links|ls|maxdepth|mindepth|mmin|mount|mtime|name|newer|newer[aBcmt]{2}|nogroup|noleaf|not|nouser|o|or|P|path|perm|print|print0|printf|prune|quit|readable|regex|regextype|samefile|size|true|type|uid|user|wholename|writable|xdev|xtype)$|^-\d/;

const TEST = /^-(a|b|c|d|e|f|g|h|k|n|o|p|r|s|t|u|w|x|z|G|L|N|O|S|nt|ot|ef|eq|ne|lt|le|gt|ge)$|^-\d+$/;

/** Programs whose options have a single dash and a whole name, so that each word stands for itself. */
export const WORD_BY_WORD: Readonly<Record<string, (word: string) => boolean>> = {
  find: (word) => !word.startsWith("-") || FIND.test(word),
  // Others look up variables by name, and so may run what these hold.
  test: (word) => !word.startsWith("-") || TEST.test(word),
  "[": (word) => !word.startsWith("-") || TEST.test(word),
};
