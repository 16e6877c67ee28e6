import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { foldPath, isInside } from "../shared/inside.ts";
import { physicalPath } from "../shared/real-path.ts";
import { matchingFiles } from "./matching-files.ts";
import { DISK_PROGRAM, isDisk, targetsOf, type DeletionTarget } from "./deletion-targets.ts";
import { programName, isKnownReader } from "./read-only.ts";
import { possibleTexts } from "./possible-texts.ts";
import type { ShellCommand, ShellFacts } from "./analyse.ts";
import { baseName, plainWord, UNKNOWN_WORDS, type ShellWord } from "./words.ts";

/** What a command would delete that is nobody's to delete without a word. */
export interface DeletionProblem {
  /** `refuse`: not even on request. `ask`: a person decides, whatever the rules say. */
  verdict: "refuse" | "ask";
  reason: string;
}

/** Where the command would run. */
export interface DeletionPlace {
  cwd: string;
  /** The folders in which deleting is part of the work, with links followed. */
  roots: readonly string[];
  home?: string;
}

/** Looks for deletions of what lies outside the work, or of everything. Links are followed by asking the file system. */
export async function deletionProblem(
  facts: ShellFacts,
  place: DeletionPlace,
): Promise<DeletionProblem | undefined> {
  const found = await Promise.all(facts.commands.map((command) => commandProblems(command, facts, place)));
  const problems = found.flat();
  for (const { value } of facts.writes) {
    if (isDisk(value)) problems.push({ verdict: "refuse", reason: `it overwrites the disk ${value}` });
  }
  if (facts.hidden) problems.push({ verdict: "ask", reason: "a shell runs text that cannot be seen before" });
  return problems.find(({ verdict }) => verdict === "refuse") ?? problems[0];
}

async function commandProblems(
  command: ShellCommand,
  facts: ShellFacts,
  place: DeletionPlace,
): Promise<DeletionProblem[]> {
  const [name, ...rest] = command.words;
  if (!name) return [];
  if (name.kind === "plain") {
    const candidates = possibleCommands(command);
    return (await Promise.all(candidates.map((words) => problemsOf(words, facts, place)))).flat();
  }
  // It may be any program, so what it is given may be deleted.
  const names = possibleTexts(name, facts.variables) ?? ["rm"];
  const problems = await Promise.all(
    names.map((each) => problemsOf([plainWord(each), ...rest], facts, place)),
  );
  const spelledOut = /[{,]/.test(name.value)
    ? [{ verdict: "ask" as const, reason: "its name is not known" }]
    : [];
  return [...spelledOut, ...problems.flat().map((problem) => ({ ...problem, verdict: "ask" as const }))];
}

/** The command, and what it could run when it is one that runs others: anything that any of its words begins. */
function possibleCommands({ words, wraps }: ShellCommand): ShellWord[][] {
  const [name] = words;
  const program = name && programName(name);
  if (program !== undefined && isKnownReader(program) && program !== "find") return [];
  const more = wraps?.unclear === undefined ? [] : [UNKNOWN_WORDS];
  return words.flatMap((word, at) =>
    word.kind === "plain" && (at === 0 || baseName(word) !== "find") ? [[...words.slice(at), ...more]] : [],
  );
}

async function problemsOf(
  words: readonly ShellWord[],
  facts: ShellFacts,
  place: DeletionPlace,
): Promise<DeletionProblem[]> {
  const name = baseName(words[0]).toLowerCase();
  if (DISK_PROGRAM.test(name)) return [{ verdict: "refuse", reason: `${name} overwrites disks` }];
  const disk = name === "dd" && words.find(({ value }) => value.startsWith("of=") && isDisk(value.slice(3)));
  if (disk) return [{ verdict: "refuse", reason: `it overwrites the disk ${disk.value.slice(3)}` }];
  const problems = await Promise.all(targetsOf(words).map((target) => targetProblem(target, facts, place)));
  return problems.filter((problem) => problem !== undefined);
}

async function targetProblem(
  { word, action, follows }: DeletionTarget,
  facts: ShellFacts,
  { cwd, roots, home = homedir() }: DeletionPlace,
): Promise<DeletionProblem | undefined> {
  const text = word.ifEmpty.replace(/(?<=\/|^)(\*|\.\*|\{[^/]*\})+\/?$/, "");
  const shown = word.value;
  const unknown: DeletionProblem = {
    verdict: "ask",
    reason: `what it would ${action} is not known: ${shown}`,
  };
  if (text === "" && word.ifEmpty === "") return word.certain ? undefined : unknown;
  // In the home folder `*` is all of it.
  const path = text === "" ? cwd : withoutTilde(text, home);
  if (path === undefined) return unknown;
  const target = resolve(cwd, path);
  const inFolder = text !== word.ifEmpty || follows;
  const places = await placesOf(path, cwd, inFolder);
  const everything = [target, ...(places ?? [])].find((place) => isEverything(place, home));
  if (everything !== undefined && word.certain && !(action === "move" && everything === home)) {
    if (everything === home || !isInside(home, cwd))
      return { verdict: "refuse", reason: `it would ${action} everything in ${everything}` };
  }
  const movesHome = facts.setsFolders && (word.kind === "dynamic" || text.startsWith("~"));
  if (!word.certain || movesHome || !places) return unknown;
  if (facts.changesFolder && !/^[/~]/.test(text)) {
    return { verdict: "ask", reason: `it would ${action} ${shown} in another folder` };
  }
  const isOurs = places.every((place) => roots.some((root) => place !== root && isInside(place, root)));
  // `*` empties the folder that it runs in, and a search from there need not find everything.
  if (isOurs || (target === cwd && (text === "" || (follows && text === ".")))) return undefined;
  return { verdict: "ask", reason: `it would ${action} ${shown}, which is not inside the project` };
}

/**
 * Where something really stands, or where it leads to when what is in it counts; several places for a pattern. Undefined when
 * these are too many to look at.
 */
async function placesOf(path: string, cwd: string, inFolder: boolean): Promise<string[] | undefined> {
  const isWhole = inFolder || /(^|\/)\.{0,2}\/*$/.test(path);
  const [folder, name] = isWhole ? [path, ""] : [dirname(path), basename(path)];
  const found = /[*?[]/.test(folder) ? await matchingFiles(folder, cwd, false) : [];
  if (found?.length === 0) return [join(await physicalPath(folder, cwd), name)];
  return found?.map(({ real }) => join(real, name));
}

/** Undefined for the home folder of somebody else, and for what only the shell knows. */
function withoutTilde(text: string, home: string): string | undefined {
  if (text === "~" || text.startsWith("~/")) return `${home}/${text.slice(2)}`;
  return text.startsWith("~") ? undefined : text;
}

/** The home folder, and all that it lies in. */
function isEverything(path: string, home: string): boolean {
  return isInside(foldPath(home), foldPath(path)) || dirname(path) === path || /^[a-z]:[\\/]*$/i.test(path);
}
