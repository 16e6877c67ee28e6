import { variableProblem } from "./evaluation.ts";
import type { ShellWord } from "./words.ts";

/** What a command that runs other commands runs. */
export interface Wrapping {
  /** Whether it changes nothing about what it runs, so that it is as harmless as that. */
  transparent: boolean;
  /** Commands that it runs. */
  commands: ShellWord[][];
  /** Shell text that it runs. */
  scripts: string[];
  /** Variables that it sets for them. */
  assigns: string[];
  /** Whether it adds arguments of its own to the commands. */
  addsArguments: boolean;
  changesFolder: boolean;
  /** Why it cannot be told what it runs. */
  unclear: string | undefined;
}

interface Wrapper {
  transparent?: boolean;
  /** Options that are followed by a value, without their dashes. */
  values?: readonly string[];
  /** How many words stand before the command. */
  skip?: number;
  /** Options with which it runs nothing. */
  query?: RegExp;
  addsArguments?: boolean;
  /** Options that hold shell text. */
  script?: RegExp;
  changesFolder?: RegExp;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  command: { transparent: true, query: /^-[pvV]*[vV]/ },
  builtin: { transparent: true },
  env: {
    transparent: true,
    values: ["u", "unset"],
    script: /^(-S|--split-string)/,
    changesFolder: /^(-C|--chdir)/,
  },
  nohup: { transparent: true },
  nice: { transparent: true, values: ["n", "adjustment"] },
  ionice: { transparent: true, values: ["c", "n", "class", "classdata"] },
  stdbuf: { transparent: true, values: ["i", "o", "e", "input", "output", "error"] },
  timeout: { transparent: true, values: ["s", "k", "signal", "kill-after"], skip: 1 },
  time: { transparent: true },
  setsid: { transparent: true },
  exec: { values: ["a"] },
  sudo: {
    values: [
      "u",
      "g",
      "C",
      "h",
      "p",
      "r",
      "t",
      "T",
      "U",
      "D",
      "R",
      "user",
      "group",
      "chdir",
      "chroot",
      "host",
    ],
    changesFolder: /^(-D|--chdir)/,
  },
  doas: { values: ["u", "C"] },
  xargs: {
    addsArguments: true,
    values: [
      "I",
      "n",
      "P",
      "L",
      "s",
      "d",
      "a",
      "E",
      "max-args",
      "max-procs",
      "delimiter",
      "arg-file",
      "replace",
    ],
  },
  parallel: { addsArguments: true, values: ["j", "jobs", "a", "arg-file", "I"] },
  watch: { values: ["n", "interval"] },
  strace: { values: ["o", "e", "p", "s", "f"] },
  ltrace: { values: ["o", "e", "p", "s"] },
  chroot: { skip: 1, changesFolder: /./ },
  flock: { skip: 1, values: ["w", "E"] },
  unshare: {},
  nsenter: { values: ["t"] },
  busybox: {},
  toybox: {},
  setarch: { skip: 1 },
  taskset: { skip: 1 },
  caffeinate: {},
  script: { values: ["c"] },
};

const SHELL = /^(ba|da|z|k|mk|a|fi)?sh$/;

/** Looks into a command that runs other commands; undefined for one that does not. */
export function unwrap(words: readonly ShellWord[]): Wrapping | undefined {
  const [name, ...rest] = words;
  if (name?.kind !== "plain") return undefined;
  const program = name.value.slice(name.value.lastIndexOf("/") + 1).toLowerCase();
  if (program === "eval") return runsText(rest, (all) => all.map((word) => word.value).join(" "));
  if (program === "trap") return runsText(rest.slice(0, 1), ([text]) => text?.value ?? "");
  if (SHELL.test(program) || program === "su") return shellCommand(rest);
  if (program === "find" || program === "gfind") return findCommand(rest);
  if (program === "fd" || program === "fdfind")
    return execCommand(rest, /^(-[a-wyzA-WYZ]*[xX]|--exec(-batch)?)$/);
  if (program === "source" || program === ".")
    return { ...nothing(), unclear: "it runs a file as shell text" };
  const wrapper = Object.hasOwn(WRAPPERS, program) ? WRAPPERS[program] : undefined;
  return wrapper && wrapped(program, rest, wrapper);
}

function nothing(): Wrapping {
  return {
    transparent: false,
    commands: [],
    scripts: [],
    assigns: [],
    addsArguments: false,
    changesFolder: false,
    unclear: undefined,
  };
}

function wrapped(program: string, words: readonly ShellWord[], wrapper: Wrapper): Wrapping {
  const result = { ...nothing(), transparent: wrapper.transparent ?? false };
  result.addsArguments = wrapper.addsArguments ?? false;
  let skip = wrapper.skip ?? 0;
  let ended = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (!word) break;
    if (word.mayBeOption) return { ...result, unclear: `it cannot be told what ${program} runs` };
    const { value } = word;
    if (!ended && value === "--") {
      ended = true;
      continue;
    }
    if (!ended && value.startsWith("-") && value !== "-") {
      if (wrapper.query?.test(value)) return result;
      if (wrapper.script?.test(value))
        return { ...result, unclear: `${program} splits its text by its own rules` };
      if (wrapper.changesFolder?.test(value)) result.changesFolder = true;
      if (takesNext(value, wrapper.values ?? [])) at += 1;
      continue;
    }
    const assignment = /^(\w+)=/.exec(value);
    if (program === "env" && assignment?.[1] !== undefined) {
      result.assigns.push(assignment[1]);
      if (variableProblem(assignment[1])) result.transparent = false;
      continue;
    }
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    result.commands.push(words.slice(at));
    break;
  }
  return result;
}

/** Whether an option is followed by its value: `-u NAME` and not `-uNAME`, `--user NAME` and not `--user=NAME`. */
function takesNext(option: string, values: readonly string[]): boolean {
  if (option.startsWith("--")) return values.includes(option.slice(2));
  return values.includes(option.slice(-1)) && !values.some((value) => option.slice(1, -1).includes(value));
}

function runsText(words: readonly ShellWord[], join: (words: readonly ShellWord[]) => string): Wrapping {
  const known = words.every((word) => word.kind === "plain");
  return known
    ? { ...nothing(), scripts: [join(words)] }
    : { ...nothing(), scripts: [join(words)], unclear: "it runs text that is not known" };
}

function shellCommand(words: readonly ShellWord[]): Wrapping {
  const at = words.findIndex(({ value }) => /^-\w*c$/.test(value) || value === "--command");
  const script = words[at + 1];
  if (at === -1 || !script) return nothing();
  return runsText([script], ([text]) => text?.value ?? "");
}

function findCommand(words: readonly ShellWord[]): Wrapping | undefined {
  return execCommand(words, /^-(exec|execdir|ok|okdir)$/);
}

function execCommand(words: readonly ShellWord[], option: RegExp): Wrapping | undefined {
  const commands: ShellWord[][] = [];
  for (let at = 0; at < words.length; at += 1) {
    if (!option.test(words[at]?.value ?? "")) continue;
    const rest = words.slice(at + 1);
    const end = rest.findIndex(({ value }) => value === ";" || value === "+");
    commands.push(end === -1 ? rest : rest.slice(0, end));
  }
  return commands.length === 0 ? undefined : { ...nothing(), commands, addsArguments: true };
}
