import type { ShellCommand } from "../shell/analyse.ts";
import { possibleTexts } from "../shell/possible-texts.ts";
import { SHOWING } from "../shell/readers.ts";
import { baseName, type ShellWord } from "../shell/words.ts";
import type { CallFacts, NamedPath } from "./call-facts.ts";
import type { DecisionPlace } from "./decision-place.ts";
import type { Rule } from "./rule.ts";

/** A path that a command may read or write although a rule forbids it: in a folder that it is given, or of an unknown name. */
export function guessedPath(
  facts: CallFacts,
  { layers, project }: DecisionPlace,
  harmless: (command: ShellCommand) => boolean,
): string | undefined {
  const { shell } = facts;
  const rules = layers.flatMap(({ deny, ask }) => [...deny, ...ask]);
  const rule = shell && rules.find((candidate) => mayTouch(candidate));
  return rule && `it may touch what the rule ${rule.text} forbids`;

  function mayTouch(rule: Rule): boolean {
    if (rule.kind !== "read" && rule.kind !== "write") return false;
    const opens = (command: ShellCommand): boolean =>
      rule.kind === "write" ? !harmless(command) : !harmless(command) || shows(command);
    const reaches = ({ by, isFolder, absolute, real }: NamedPath): boolean =>
      by !== undefined &&
      isFolder &&
      opens(by) &&
      [absolute, real].some((folder) => rule.reachesInto(folder, project));
    const redirected = rule.kind === "write" ? shell?.writes : shell?.reads;
    return (
      [...facts.paths, ...facts.matches].some(reaches) ||
      (redirected ?? []).some(isUnknown) ||
      facts.elsewhere ||
      (shell?.commands ?? []).some((command) => opens(command) && command.words.some(isUnknown))
    );
  }

  function isUnknown(word: ShellWord): boolean {
    return word.kind === "dynamic" && !word.certain && !possibleTexts(word, shell?.variables ?? new Map());
  }
}

/** Whether it shows what is in files, and not only that they are there. */
function shows({ words }: ShellCommand): boolean {
  const program = baseName(words[0]);
  return SHOWING.has(program) || program === "git";
}
