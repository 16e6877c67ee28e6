import { variableProblem } from "./evaluation.ts";
import { readArguments, type GoodOptions } from "./options.ts";
import { shellText, type ShellText } from "./shell-text.ts";
import { baseName, UNKNOWN_WORDS, type ShellWord } from "./words.ts";

/** What a command that runs other commands runs. */
export interface Wrapping extends ShellText {
  /** Whether it changes nothing about what it runs, so that it is as harmless as that. */
  transparent: boolean;
  /** Whether it runs nothing and only tells about commands. */
  queries: boolean;
  /** Commands that it runs. Words that it adds to them are there as words that nobody knows. */
  commands: ShellWord[][];
  /** Variables that it sets for them. */
  assigns: string[];
  changesFolder: boolean;
}

interface Wrapper {
  /** With these options, and no others, it is known what it runs. */
  options: GoodOptions;
  transparent?: boolean;
  /** How many words stand before the command. */
  skip?: number;
  /** Whether variables can be set before the command. */
  assigns?: boolean;
  addsArguments?: boolean;
  changesFolder?: boolean;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  builtin: { options: "", transparent: true },
  command: { options: "-pvV", transparent: true },
  env: { options: "-i -u: --ignore-environment --unset=", transparent: true, assigns: true },
  ionice: { options: "-t -c: -n: --class= --classdata=", transparent: true },
  nice: { options: "-# -n: --adjustment=", transparent: true },
  stdbuf: { options: "-i: -o: -e: --input= --output= --error=", transparent: true },
  time: { options: "-p", transparent: true },
  timeout: {
    options: "-v -s: -k: --signal= --kill-after= --foreground --preserve-status --verbose",
    transparent: true,
    skip: 1,
  },
  busybox: { options: "" },
  caffeinate: { options: "-dims" },
  chroot: { options: "", skip: 1, changesFolder: true },
  doas: { options: "-n -u:" },
  exec: { options: "-cl -a:" },
  fakeroot: { options: "" },
  flock: { options: "-nsxu -w: -E:", skip: 1 },
  ltrace: { options: "-fS -o: -e: -p: -s:" },
  nohup: { options: "" },
  nsenter: { options: "" },
  pkexec: { options: "--user=" },
  setarch: { options: "", skip: 1 },
  setsid: { options: "-cfw --ctty --fork --wait" },
  strace: { options: "-fqy -o: -e: -p: -s:" },
  sudo: { options: "-nEHSk -u: -g: --user= --group= --non-interactive", assigns: true },
  taskset: { options: "-c", skip: 1 },
  toybox: { options: "" },
  unshare: { options: "-rmnpuUif" },
  xargs: {
    options:
      "-0rtx -n: -P: -L: -I: -d: -s: --null --no-run-if-empty --verbose --max-args= --max-procs= --max-chars= --delimiter=",
    addsArguments: true,
  },
};

/** Looks into a command that runs other commands; undefined for one that does not. */
export function unwrap(words: readonly ShellWord[]): Wrapping | undefined {
  const [name, ...rest] = words;
  if (name?.kind !== "plain") return undefined;
  const program = baseName(name).toLowerCase();
  const text = shellText(program, rest);
  if (text) return { ...nothing(), ...text };
  if (program === "find" || program === "gfind") return execCommand(rest, /^-(exec|execdir|ok|okdir)$/);
  if (program === "fd" || program === "fdfind")
    return execCommand(rest, /^(-[a-wyzA-WYZ]*[xX]|--exec(-batch)?)$/);
  const wrapper = Object.hasOwn(WRAPPERS, program) ? WRAPPERS[program] : undefined;
  return wrapper && wrapped(program, rest, wrapper);
}

function nothing(): Wrapping {
  return {
    transparent: false,
    queries: false,
    commands: [],
    scripts: [],
    assigns: [],
    readsScript: false,
    hidden: false,
    changesFolder: false,
    unclear: undefined,
  };
}

function wrapped(program: string, words: readonly ShellWord[], wrapper: Wrapper): Wrapping {
  const given = readArguments(words, wrapper.options, "options first");
  if (!given) {
    // `env -S` takes a text apart by its own rules.
    const unclear = `it cannot be told what ${program} runs`;
    const hidden = program === "env" && words.some(({ value }) => /^(-[^-]*S|--s)/.test(value));
    return { ...nothing(), hidden, changesFolder: true, unclear };
  }
  const { options, operands } = given;
  const result = {
    ...nothing(),
    transparent: wrapper.transparent ?? false,
    changesFolder: wrapper.changesFolder ?? false,
    queries: program === "command" && options.some(({ name }) => name !== "-p") && operands.length > 0,
  };
  if (result.queries) return result;
  const rest = [...operands];
  while (wrapper.assigns && rest[0] && /^\w+=/.test(rest[0].value)) {
    const [variable = ""] = rest.shift()?.value.split("=") ?? [];
    result.assigns.push(variable);
    if (variableProblem(variable)) result.transparent = false;
  }
  const command = rest.slice(wrapper.skip ?? 0);
  const isKnown = rest.slice(0, wrapper.skip ?? 0).every(({ mayBeOption }) => !mayBeOption);
  if (!isKnown || command[0]?.mayBeOption)
    return { ...result, unclear: `it cannot be told what ${program} runs` };
  if (command.length > 0) result.commands.push(wrapper.addsArguments ? [...command, UNKNOWN_WORDS] : command);
  return result;
}

function execCommand(words: readonly ShellWord[], option: RegExp): Wrapping | undefined {
  const commands: ShellWord[][] = [];
  for (let at = 0; at < words.length; at += 1) {
    if (!option.test(words[at]?.value ?? "")) continue;
    const rest = words.slice(at + 1);
    const end = rest.findIndex(({ value }) => value === ";" || value === "+");
    commands.push(end === -1 ? rest : rest.slice(0, end));
  }
  return commands.length === 0 ? undefined : { ...nothing(), commands };
}
