import { homedir } from "node:os";
import { foldPath, isInside } from "../shared/inside.ts";
import type { ShellCommand } from "../shell/analyse.ts";
import { isHarmlessSetting } from "../shell/git-config.ts";
import type { CallFacts } from "./call-facts.ts";
import type { DecisionPlace } from "./decision-place.ts";
import { baseName } from "../shell/words.ts";

/** Why a call is asked about whatever the rules say: it touches what belongs to nobody's task. */
export function alwaysAsked(
  facts: CallFacts,
  place: DecisionPlace,
  harmless: (command: ShellCommand) => boolean,
): string[] {
  const reasons: string[] = [];
  for (const { shown, absolute, real, access, links, by } of [...facts.paths, ...facts.matches]) {
    const writes = access === "write" || (by !== undefined && !harmless(by));
    for (const path of new Set([absolute, real])) {
      const why = writes ? place.sensitive.writing(path) : place.sensitive.reading(path);
      // Programs are run from the places of the system all the time.
      const isUsual = access === "mention" && why === "it belongs to the system" && !changesFiles(facts);
      const also = isUsual ? place.sensitive.reading(path) : why;
      if (also !== undefined) reasons.push(`${shown}: ${also}`);
    }
    if (access === "write" && links > 1)
      reasons.push(`${shown} has ${links} names (hard links), and all would change`);
    if (access === "mention" && searches(facts) && reachesHome(real)) {
      reasons.push(`${shown}: secrets are kept below it`);
    }
  }
  reasons.push(
    ...(facts.shell?.commands ?? []).flatMap((command) =>
      harmless(command) ? [] : changedSettings(command),
    ),
  );
  for (const pattern of facts.patterns) {
    const why = place.sensitive.readingPattern(pattern);
    if (why !== undefined) reasons.push(`${pattern}: ${why}`);
  }
  return [...new Set(reasons)];
}

/** Commands that write settings without naming the file. */
const SETTINGS =
  /^(git (config|submodule (add|set-\w+))|(npm|pnpm|yarn) (config|c) (set|delete|edit)|crontab) /;

function changedSettings({ words }: ShellCommand): string[] {
  const operands = words.slice(1).filter(({ value }) => !value.startsWith("-"));
  const text = [baseName(words[0]), ...operands.map(({ value }) => value), ""].join(" ");
  if (text.startsWith("git config ") && isHarmlessSetting(operands[1]?.value ?? "")) return [];
  return SETTINGS.test(text) ? ["programs take their settings from what it writes"] : [];
}

const CHANGING =
  /^(rm|mv|cp|ln|install|tee|touch|mkdir|chmod|chown|dd|truncate|sed|patch|rsync|tar|unzip|sudo|doas)$/;

function changesFiles(facts: CallFacts): boolean {
  return facts.shell?.commands.some(({ words }) => CHANGING.test(baseName(words[0]))) ?? true;
}

function searches(facts: CallFacts): boolean {
  return (
    facts.shell?.commands.some(({ words }) =>
      /^([ef]?grep|rg|diff|cat|tar|zip|cp)$/.test(baseName(words[0])),
    ) ?? false
  );
}

function reachesHome(path: string): boolean {
  return isInside(foldPath(homedir()), foldPath(path));
}
