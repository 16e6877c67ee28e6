import type { ShellCommand } from "./analyse.ts";
import { variableProblem } from "./evaluation.ts";
import { gitOnlyReads } from "./git-commands.ts";
import { printfOnlyPrints } from "./filter-programs.ts";
import { readArguments } from "./options.ts";
import { HARMLESS, HARMLESS_WITH_ANY, READERS, VERSIONED, WORD_BY_WORD } from "./readers.ts";
import type { ShellWord } from "./words.ts";

/** Whether a command does nothing but read: it changes no file, runs nothing else and sends nothing. */
export function onlyReads(command: ShellCommand, inner: (words: readonly ShellWord[]) => boolean): boolean {
  const [name, ...args] = command.words;
  if (command.assigns.some(variableProblem)) return false;
  if (!name) return command.assigns.length > 0;
  const program = programName(name);
  if (program === undefined) return false;
  return command.wraps ? wrapperOnlyReads(command, program, inner) : programOnlyReads(program, args);
}

/** A program that is looked for where the system has its programs; undefined for one that may be anything. */
export function programName(name: ShellWord): string | undefined {
  if (name.kind !== "plain") return undefined;
  return systemProgram(name.value) ?? (name.value.includes("/") ? undefined : name.value);
}

/** The name of a program that is called by its path, where the system has its programs. */
export function systemProgram(path: string): string | undefined {
  return /^(?:\/usr)?\/bin\/([^/]+)$/.exec(path)?.[1];
}

/** Whether there is a list of what this program does without harm. */
export function isKnownReader(program: string): boolean {
  return (
    program === "printf" ||
    HARMLESS.has(program) ||
    Object.hasOwn(READERS, program) ||
    Object.hasOwn(WORD_BY_WORD, program)
  );
}

/** Whether a program does nothing but read when it is called like this. */
export function programOnlyReads(program: string, args: readonly ShellWord[]): boolean {
  if (HARMLESS.has(program)) return true;
  if (program === "git") return gitOnlyReads(args);
  if (program === "printf") return args[0]?.kind === "plain" && printfOnlyPrints(args[0].value);
  if (Object.hasOwn(READERS, program)) {
    const reader = READERS[program];
    const given = reader && readArguments(args, reader.options);
    if (given && (reader.operands?.(given) ?? true)) return true;
  }
  if (Object.hasOwn(WORD_BY_WORD, program)) {
    const isGood = WORD_BY_WORD[program];
    // A file can be called like an option.
    return args.every((word) => !word.mayBeOption && isGood?.(word.value));
  }
  const [option] = args;
  return args.length === 1 && option?.kind === "plain" && VERSIONED[program]?.includes(option.value) === true;
}

function wrapperOnlyReads(
  { wraps }: ShellCommand,
  program: string,
  inner: (words: readonly ShellWord[]) => boolean,
): boolean {
  if (!wraps || wraps.unclear !== undefined || wraps.assigns.some(variableProblem)) return false;
  if (wraps.queries) return true;
  // `env` alone prints the environment, secrets included.
  if (wraps.commands.length === 0) return false;
  if (wraps.transparent) return wraps.commands.every(inner);
  // What xargs adds is not known.
  return program === "xargs" && wraps.commands.every(([name]) => HARMLESS_WITH_ANY.has(name?.value ?? ""));
}
