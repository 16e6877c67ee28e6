import { homedir } from "node:os";
import { foldPath, isInside } from "../shared/inside.ts";
import { baseName, type ShellCommand } from "../shell/analyse.ts";
import type { CallFacts } from "./call-facts.ts";
import type { DecisionPlace } from "./decision-place.ts";

/** Why a call is asked about whatever the rules say: it touches what belongs to nobody's task. */
export function alwaysAsked(
  facts: CallFacts,
  place: DecisionPlace,
  harmless: (command: ShellCommand) => boolean,
): string[] {
  const reasons: string[] = [];
  const reads = facts.shell?.commands.every(harmless) ?? facts.risk === "read";
  for (const { shown, absolute, real, access, links } of facts.paths) {
    const writes = access === "write" || (access === "mention" && !reads);
    for (const path of new Set([absolute, real])) {
      const why = writes ? place.sensitive.writing(path) : place.sensitive.reading(path);
      // Programs are run from such places all the time.
      if (
        why !== undefined &&
        !(access === "mention" && why === "it belongs to the system" && !changesFiles(facts))
      ) {
        reasons.push(`${shown}: ${why}`);
      }
    }
    if (access === "write" && links > 1)
      reasons.push(`${shown} has ${links} names (hard links), and all would change`);
    if (access === "mention" && searches(facts) && reachesHome(real)) {
      reasons.push(`${shown}: secrets are kept below it`);
    }
  }
  for (const pattern of facts.tool === "glob" ? [] : facts.patterns) {
    const why = place.sensitive.readingPattern(pattern);
    if (why !== undefined) reasons.push(`${pattern}: ${why}`);
  }
  return [...new Set(reasons)];
}

const CHANGING =
  /^(rm|mv|cp|ln|install|tee|touch|mkdir|chmod|chown|dd|truncate|sed|patch|rsync|tar|unzip|sudo|doas)$/;

function changesFiles(facts: CallFacts): boolean {
  return facts.shell?.commands.some(({ words }) => CHANGING.test(baseName(words[0]))) ?? true;
}

function searches(facts: CallFacts): boolean {
  return (
    facts.shell?.commands.some(({ words }) => /^([ef]?grep|rg|cat|tar|zip|cp)$/.test(baseName(words[0]))) ??
    false
  );
}

function reachesHome(path: string): boolean {
  return isInside(foldPath(homedir()), foldPath(path));
}
