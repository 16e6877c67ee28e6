import { UNKNOWN_WORDS, type ShellWord } from "./words.ts";

/** Shell text that a command runs. */
export interface ShellText {
  scripts: string[];
  /** Whether it runs what it reads from its input. */
  readsScript: boolean;
  /** Whether it runs shell text that nobody can see before. */
  hidden: boolean;
  /** Why it cannot be told what it runs. */
  unclear: string | undefined;
}

const SHELL = /^(ba|da|z|k|mk|a|fi|c|tc)?sh$/;

/** What a command that runs shell text runs; undefined for another command. `words` are its arguments. */
export function shellText(program: string, words: readonly ShellWord[]): ShellText | undefined {
  if (program === "eval") return text(withoutEnd(words));
  if (program === "watch") return text(words.filter(({ value }) => !value.startsWith("-")));
  if (program === "trap") return text(withoutEnd(words).slice(0, 1));
  if (program === "source" || program === ".")
    return { ...text([]), unclear: "it runs a file as shell text" };
  if (program === "parallel") return { ...text([]), hidden: true, unclear: "it puts shell text together" };
  if (program === "mapfile" || program === "readarray") return ofOption(words, /^-\w*C$/);
  if (SHELL.test(program)) return shell(words);
  if (program === "su" || program === "runuser" || program === "script") return ofOption(words);
  return undefined;
}

function shell(words: readonly ShellWord[]): ShellText {
  const found = ofOption(words);
  if (found) return found;
  if (words.some(({ value }) => /^--(version|help)$/.test(value))) return text([]);
  const file = words.find(({ value }) => !/^[-+]./.test(value));
  const reads =
    !file || /^(-|\/dev\/(stdin|fd\/0))$/.test(file.value) || words.some(({ value }) => /^-\w*s/.test(value));
  return { ...text([]), readsScript: reads, hidden: words.includes(UNKNOWN_WORDS) };
}

/** The text behind `-c`, which can stand among other letters, and options behind it. */
function ofOption(words: readonly ShellWord[], option = /^-\w*c\w*$|^--command$/): ShellText | undefined {
  const at = words.findIndex(({ value }) => option.test(value));
  if (at === -1) return undefined;
  const script = words.slice(at + 1).find(({ value }) => !/^[-+]\w/.test(value));
  return script && text([script]);
}

function text(words: readonly ShellWord[]): ShellText {
  const scripts = words.length === 0 ? [] : [words.map(({ value }) => value).join(" ")];
  const isKnown = words.every(({ kind }) => kind === "plain");
  return {
    scripts,
    readsScript: false,
    hidden: !isKnown,
    unclear: isKnown ? undefined : "it runs text that is not known",
  };
}

function withoutEnd(words: readonly ShellWord[]): readonly ShellWord[] {
  return words[0]?.value === "--" ? words.slice(1) : words;
}
