import { deletionProblem, type DeletionProblem } from "../shell/deletions.ts";
import { windowsDeletionProblem } from "../shell/windows-deletions.ts";
import { isAllowed } from "./allowance.ts";
import { alwaysAsked } from "./always-asked.ts";
import type { CallFacts } from "./call-facts.ts";
import type { DecisionPlace } from "./decision-place.ts";
import { harmlessCommands } from "./harmless-commands.ts";
import { guessedProhibition, hasCommandBans, prohibition } from "./prohibitions.ts";
import { guessedPath } from "./guessed-path.ts";
import { rulesToRemember } from "./remember.ts";

/** What is to become of a call. */
export interface Decision {
  effect: "allow" | "ask" | "deny";
  /** Why, for people and for the model. */
  reasons: string[];
  /** The rules that "always" would add; none when this has to be asked every time. */
  remember: string[];
  /** Whether a rule could permit it: not what is denied, or asked about whatever the rules say. */
  canBePermitted: boolean;
}

/** Decides about a call: what nobody may do, then deny, what is always asked, ask, allow, and reading. */
export async function decide(facts: CallFacts, place: DecisionPlace): Promise<Decision> {
  const deletion = await deletions(facts, place);
  if (deletion?.verdict === "refuse") return refuse(deletion.reason);

  const denied = prohibition(facts, place, "deny");
  if (denied) return refuse(denied);

  const harmless = await harmlessCommands(facts, place);
  const always = [...(deletion ? [deletion.reason] : []), ...alwaysAsked(facts, place, harmless)];
  const asked =
    prohibition(facts, place, "ask") ??
    guessedProhibition(facts, place) ??
    guessedPath(facts, place, harmless);
  if (asked) always.push(asked);
  if (facts.unclear.length > 0 && hasCommandBans(place)) {
    always.push(`${facts.unclear[0]}, and there are commands that are forbidden`);
  }
  if (always.length > 0) {
    return { effect: "ask", reasons: always, remember: [], canBePermitted: false };
  }

  if (isAllowed(facts, place, harmless)) {
    return { effect: "allow", reasons: [], remember: [], canBePermitted: true };
  }
  const reasons = facts.unclear.length > 0 ? facts.unclear : [defaultReason(facts)];
  const remember = rulesToRemember(facts, place.project, harmless);
  return { effect: "ask", reasons, remember, canBePermitted: true };
}

function refuse(reason: string): Decision {
  return { effect: "deny", reasons: [reason], remember: [], canBePermitted: false };
}

async function deletions(
  facts: CallFacts,
  { cwd, roots }: DecisionPlace,
): Promise<DeletionProblem | undefined> {
  if (facts.command === undefined) return undefined;
  const windows = /\b(powershell|pwsh|cmd(\.exe)?)\b/i.test(facts.command) || facts.shell === undefined;
  const found = windows ? windowsDeletionProblem(facts.command) : undefined;
  return found ?? (facts.shell && deletionProblem(facts.shell, { cwd, roots }));
}

function defaultReason(facts: CallFacts): string {
  if (facts.risk === "write") return "it changes files";
  return facts.risk === "read" ? "it takes something from another machine" : "it runs something";
}
