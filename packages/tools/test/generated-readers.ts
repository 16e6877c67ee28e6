import * as fc from "fast-check";

/** Options of programs that search and compare, most of them good; some take a value, some look at more files. */
const OPTIONS: Readonly<Record<"grep" | "rg" | "diff" | "git", readonly string[]>> = {
  grep: [
    ..."-r -R -rn -h -i -A1 -eS -o -l -c -L -s -2 -rh -nr -Rh -z -w -y -a -H -x -v -q -drecurse".split(" "),
    ..."--color=always --directories=recurse --dereference-recursive --recur --include='.e*' --include=f".split(
      " ",
    ),
    "-A 1",
    "-m 5",
    "-C 1",
    "-e S",
    "-f a",
    "-d recurse",
    "-D skip",
    "--include '*'",
    "--exclude-dir src",
    "--label x",
    "--binary-files text",
  ],
  rg: [
    ..."-n --hidden -. -u -uu -uuu -tts -L --follow --files -l -c -i -a -o --json -v --no-ignore -w --stats".split(
      " ",
    ),
    "-g '*'",
    "-g '.e*'",
    "-g '!x'",
    "--iglob '.E*'",
    "-t json",
    "-T md",
    "-A 1",
    "-m 5",
    "-r y",
    "-e S",
    "--max-depth 3",
    "-M 50",
    "--sort path",
  ],
  diff: ["-r", "-rN", "-u", "-q", "--recursive", "-s", "-y", "-x a", "-W 80"],
  git: [
    ..."-p --stat --cached -1 -U1 --name-only --oneline --patch -v -vv --root -m -c --cc -l -h -s --raw -w".split(
      " ",
    ),
    ..."--word-diff --binary --untracked --color-words --follow --reverse -R -W --text --all HEAD HEAD~1".split(
      " ",
    ),
    "-S S",
    "-n 2",
    "-L 1,2:a",
  ],
};

const VERBS = [
  ..."log show diff reflog status diff-tree diff-index diff-files blame shortlog".split(" "),
  "grep S",
  "stash show",
  "cat-file -p",
  "diff HEAD~1",
  "diff 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
];

const SHOWING =
  "cat head sort nl tac od sed=-n=p paste cut=-c1- uniq wc jq=-R=. head=-n=3=-- cat=-- cmp=-b=a comm=a join=a fold column"
    .split(" ")
    .map((text) => text.replaceAll("=", " "));

const PLACES = [
  ...". src linked a .. ~ * s* secret secret/f ./secret linked/l linked/m .env .e* HEAD:a HEAD:secret/f :0:.env".split(
    " ",
  ),
  ..."src/.. linked/l/.. linked/* */f ~+ ~+/secret/f ~/.aws {a,b} src/../secret/f f credentials m l -r $x".split(
    " ",
  ),
  ..."$PWD $PWD/secret ../project link*/l/* '.e*' 's*' main:.env \"$x\"".split(" "),
  "-- .",
  "-- '.e*'",
  "-- 'sec*'",
];

const MOVES = [
  ..."secret linked/l linked src/.. linked/l/.. secret/.. ~/.aws".split(" ").map((folder) => `cd ${folder}`),
  "cd -- linked/l",
  "cd -P linked/l/..",
  "pushd -n secret; pushd",
  "cd src; cd ..",
  "cd src && cd -",
  "x=-r",
  "x=secret/f",
  "x=linked",
];

/** Commands that show what is in files, in ever other ways. */
export function generatedReaders(): fc.Arbitrary<string> {
  const some = (words: readonly string[], maxLength: number): fc.Arbitrary<string[]> =>
    fc.array(fc.constantFrom(...words), { maxLength });
  const command = (...parts: fc.Arbitrary<string | string[]>[]): fc.Arbitrary<string> =>
    fc.tuple(...parts).map((words) => words.flat().filter(Boolean).join(" "));
  const searched = fc.constantFrom("S", "S", "=", "");
  const places = some(PLACES, 2);
  const simple = fc.oneof(
    command(fc.constantFrom("grep", "egrep"), some(OPTIONS.grep, 3), searched, places),
    command(fc.constant("rg"), some(OPTIONS.rg, 3), searched, places),
    command(fc.constant("diff"), some(OPTIONS.diff, 2), places),
    command(fc.constant("git"), fc.constantFrom(...VERBS), some(OPTIONS.git, 2), places),
    command(fc.constantFrom(...SHOWING), places),
  );
  const moved = fc.tuple(fc.constantFrom(...MOVES), simple).map((commands) => commands.join("; "));
  return fc.oneof(simple, simple, moved);
}
