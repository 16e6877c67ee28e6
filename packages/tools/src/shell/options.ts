import type { ShellWord } from "./words.ts";

/**
 * The options of a program that do no harm; all others are unknown. Separated by spaces:
 * `-abc` single letters, also together in one word; `-n:` a letter with a value, attached or the next word; `-U?` a
 * letter with a value that can only be attached; `-#` a number such as `-5`; `--name`, `--name=` with a value, attached or
 * the next word, `--name[=]` with a value that can only be attached. Shortened names are unknown.
 */
export type GoodOptions = string;

/** One option as it was given. */
export interface GivenOption {
  /** With its dashes. */
  name: string;
  value: string | undefined;
}

/** The arguments of a command whose options are all known. */
export interface Arguments {
  options: GivenOption[];
  operands: ShellWord[];
}

interface OptionTable {
  letters: ReadonlyMap<string, ValueForm>;
  names: ReadonlyMap<string, ValueForm>;
  numbers: boolean;
}

type ValueForm = "none" | "needed" | "attached";

/**
 * Tells options from operands. Undefined when there is an option that is not on the list, or a word that could become an
 * option. With `options first` the first operand ends the options, as it does for a program that runs another one.
 */
export function readArguments(
  words: readonly ShellWord[],
  good: GoodOptions,
  order: "any" | "options first" = "any",
): Arguments | undefined {
  const table = tableOf(good);
  const given: Arguments = { options: [], operands: [] };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (!word) break;
    if (word.kind === "plain" && word.value === "--") {
      const rest = words.slice(at + 1);
      if (order === "any" && rest.some(({ kind, certain }) => kind === "dynamic" && !certain))
        return undefined;
      return { ...given, operands: [...given.operands, ...rest] };
    }
    if (word.mayBeOption) return undefined;
    if (!word.value.startsWith("-") || word.value === "-") {
      if (order === "options first") return { ...given, operands: words.slice(at) };
      given.operands.push(word);
      continue;
    }
    const next = words[at + 1];
    const following = next?.kind === "plain" ? next.value : undefined;
    const options = word.kind === "plain" ? readOption(word.value, following, table) : undefined;
    if (!options) return undefined;
    given.options.push(...options.given);
    if (options.tookNext) at += 1;
  }
  return given;
}

function readOption(
  text: string,
  next: string | undefined,
  { letters, names, numbers }: OptionTable,
): { given: GivenOption[]; tookNext: boolean } | undefined {
  if (text.startsWith("--")) {
    const equals = text.indexOf("=");
    const name = equals === -1 ? text : text.slice(0, equals);
    const form = names.get(name);
    if (form === undefined || (form === "none" && equals !== -1)) return undefined;
    if (equals !== -1) return { given: [{ name, value: text.slice(equals + 1) }], tookNext: false };
    if (form !== "needed") return { given: [{ name, value: undefined }], tookNext: false };
    return next === undefined ? undefined : { given: [{ name, value: next }], tookNext: true };
  }
  if (numbers && /^-\d+$/.test(text))
    return { given: [{ name: "-#", value: text.slice(1) }], tookNext: false };
  const given: GivenOption[] = [];
  for (let at = 1; at < text.length; at += 1) {
    const name = `-${text[at] ?? ""}`;
    const form = letters.get(name);
    if (form === undefined) return undefined;
    const rest = text.slice(at + 1);
    if (form === "none") given.push({ name, value: undefined });
    else if (rest !== "" || form === "attached")
      return { given: [...given, { name, value: rest }], tookNext: false };
    else return next === undefined ? undefined : { given: [...given, { name, value: next }], tookNext: true };
  }
  return { given, tookNext: false };
}

function tableOf(good: GoodOptions): OptionTable {
  const letters = new Map<string, ValueForm>();
  const names = new Map<string, ValueForm>();
  for (const entry of good.split(/\s+/)) {
    if (entry === "-#") continue;
    if (entry.startsWith("--")) {
      const [, name = "", form] = /^(--[^=[]+)(=|\[=\])?$/.exec(entry) ?? [];
      names.set(name, form === undefined ? "none" : form === "=" ? "needed" : "attached");
    } else {
      for (const [, letter, form] of entry.slice(1).matchAll(/(.)([:?]?)/g)) {
        letters.set(`-${letter}`, form === "" ? "none" : form === ":" ? "needed" : "attached");
      }
    }
  }
  return { letters, names, numbers: /(^|\s)-#(\s|$)/.test(good) };
}
