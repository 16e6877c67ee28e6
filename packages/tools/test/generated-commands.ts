import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { READERS as GIT_READERS } from "../src/shell/git-commands.ts";
import { HARMLESS, READERS, WORD_BY_WORD } from "../src/shell/readers.ts";

/** What a program can be made to write, run or reach. */
const TARGETS = [
  "./evil",
  "evil",
  "pwn",
  "'touch pwn'",
  "touch\\ pwn",
  "a",
  "src",
  "PATH",
  "127.0.0.1",
  "%G?",
  ".",
];

const OPERANDS = [
  ...TARGETS,
  "b",
  "src/a1",
  "src/*",
  "*",
  "-*",
  "s*/a?",
  "{a,b}",
  "{-o,pwn}",
  "-o{pwn,x}",
  "$x",
  '"$x"',
  "$(echo -o) pwn",
  "`echo a`",
  "~",
  "HEAD",
  "HEAD~1",
  "HEAD:a",
  "--",
  "-",
  "p",
  "'1e touch pwn'",
  "'w pwn'",
  "s/x/touch/e",
  "s/x/y/wpwn",
  "+%s",
  "-exec",
  "-delete",
  "-fprint",
  "-name",
  "\\;",
  "'a[$(touch pwn)]'",
  "1",
  "pipefail",
  "show",
  "list",
  "env",
  ".",
];

const WRAPPERS = [
  "env",
  "env A=b",
  "env -i",
  "env -S",
  "env -vS",
  "env -u x",
  "command",
  "command -p",
  "builtin",
  "nice",
  "nice -n 5",
  "nice -5",
  "timeout 5",
  "timeout -s KILL 5",
  "stdbuf -o0",
  "stdbuf -o",
  "time",
  "time -p",
  "\\time -o",
  "\\time -p",
  "ionice -c3",
  "nohup",
  "setsid",
  "exec",
  "! ",
  "x=-o",
  "x='--pre ./evil'",
  "PATH=.",
  "echo a | xargs",
  "echo a | xargs -I{}",
  "ls | xargs -n1",
  "echo pwn | xargs --replace touch",
  "echo a | xargs --process-slot-var=PATH",
  "wait -p PATH;",
  "cd src;",
];

const SHAPES: readonly ((command: string, other: string) => string)[] = [
  (command) => command,
  (command, other) => `${command} | ${other}`,
  (command, other) => `${command}; ${other}`,
  (command, other) => `${command} && ${other}`,
  (command) => `echo "$(${command})"`,
  (command) => `for x in a -opwn; do ${command}; done`,
  (command) => `cat <<E\n$(${command})\nE`,
  (command) => `cat <<E\n\${x:-'$(${command})'}\nE`,
  (command) => `a['$(${command})']=1`,
  (command) => `x='a[$(${command})]'; a[x]=1`,
  (command) => `x='a[$(${command})]'; b=([x]=1)`,
  (command) => `[[ 'a[$(${command})]' -eq 1 ]]`,
  (command) => `${command} > pwn`,
  (command) => `${command} 2>/dev/null`,
  (command) => `${command} < a`,
];

/** Programs, and for each the options that it says it has. What it does not say is guessed. */
function programs(): Map<string, string[]> {
  const names = [
    ...HARMLESS,
    ...Object.keys(READERS),
    ...Object.keys(WORD_BY_WORD),
    "printf",
    "touch",
    "npm",
  ];
  const found = new Map<string, string[]>();
  for (const name of names) found.set(name, optionsIn([name, "--help"]));
  for (const name of Object.keys(GIT_READERS)) found.set(`git ${name}`, optionsIn(["git", name, "-h"]));
  return found;
}

function optionsIn([program = "", ...args]: readonly string[]): string[] {
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 5_000, input: "" });
  const text = `${stdout ?? ""}${stderr ?? ""}`;
  return [...new Set(text.match(/(?<![\w-])--?[A-Za-z][\w-]*/g) ?? [])];
}

/** Commands of all kinds, most of them of programs that only read when they are given the right options. */
export function generatedCommands(): fc.Arbitrary<string> {
  const known = [...programs()];
  const letters = fc.stringMatching(/^-[A-Za-z0-9]{1,3}$/);
  const target = fc.constantFrom(...TARGETS);
  const simple = fc.constantFrom(...known).chain(([program, options]) => {
    const listed = options.length > 0 ? fc.constantFrom(...options) : letters;
    const shortened = fc.tuple(listed, fc.nat(12)).map(([option, length]) => option.slice(0, 3 + length));
    const name = fc.oneof(listed, listed, shortened, letters);
    const option = fc.oneof(
      name,
      fc.tuple(name, target).map(([text, value]) => `${text}=${value}`),
      fc.tuple(name, target).map(([text, value]) => `${text} ${value}`),
      fc.tuple(name, target).map(([text, value]) => `${text}${value}`),
    );
    const word = fc.oneof(option, fc.constantFrom(...OPERANDS));
    return fc.array(word, { maxLength: 3 }).map((words) => [program, ...words].join(" "));
  });
  const wrapped = fc
    .tuple(fc.option(fc.constantFrom(...WRAPPERS), { freq: 3 }), simple)
    .map(([wrapper, command]) => (wrapper === null ? command : `${wrapper} ${command}`));
  return fc
    .tuple(fc.oneof(fc.constant(SHAPES[0]), fc.constantFrom(...SHAPES)), wrapped, simple)
    .map(([shape, command, other]) => shape?.(command, other) ?? command);
}
