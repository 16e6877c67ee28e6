import { resolve } from "node:path";
import { physicalPath, realPathOf } from "../shared/real-path.ts";
import type { ShellFacts } from "./analyse.ts";
import { possibleTexts } from "./possible-texts.ts";
import { expandTilde } from "./tilde.ts";
import { baseName, type ShellWord } from "./words.ts";

/** The folders that commands may run in. */
export interface CommandFolders {
  folders: readonly string[];
  /** Whether there are no others. */
  known: boolean;
}

const MAX_FOLDERS = 8;

/** The folders that a piece of shell text may be in: the one where it begins, and those that it goes to. */
export async function foldersOf(shell: ShellFacts, cwd: string): Promise<CommandFolders> {
  const folders = new Set([cwd]);
  let known = !shell.setsFolders && !shell.commands.some(({ wraps }) => wraps?.changesFolder);
  for (const { words } of shell.commands) {
    if (!/^(cd|pushd)$/.test(baseName(words[0]))) continue;
    const target = targetOf(words.slice(1));
    const texts = target ? possibleTexts(target, shell.variables) : ["~"];
    if (!texts || texts.some((text) => /[*?[]/.test(text))) {
      known = false;
      continue;
    }
    const before = [...folders];
    for (const from of before) {
      for (const text of texts) for (const folder of await leadsTo(text, from)) folders.add(folder);
    }
    if (folders.size > MAX_FOLDERS) return { folders: [cwd], known: false };
  }
  return { folders: [...folders], known };
}

/** The operand of `cd` and `pushd`. */
function targetOf(args: readonly ShellWord[]): ShellWord | undefined {
  const at = args.findIndex(({ value }) => !/^-[LPen@]+$/.test(value));
  return args[at]?.value === "--" ? args[at + 1] : args[at];
}

/** What `cd` makes of a text. It goes up in what is written, or with `-P` in what is there. */
async function leadsTo(text: string, from: string): Promise<string[]> {
  // What it was before the shell began, it has from its environment.
  if (text === "-") return [process.env["OLDPWD"] ?? from];
  const logical = resolve(from, text);
  const parents = /^([/~]|\.\.?(\/|$))/.test(text) ? [] : (process.env["CDPATH"]?.split(":") ?? []);
  const physical = await physicalPath(text, from);
  const found = physical === (await realPathOf(logical)) ? [logical] : [logical, physical];
  found.push(...parents.map((parent) => resolve(from, parent, text)));
  // With quotes around it, `~` is the name of a folder.
  return text.startsWith("~") ? [...found, resolve(from, expandTilde(text))] : found;
}
