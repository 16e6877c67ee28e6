import { homedir } from "node:os";
import { analyseShell, type ShellCommand } from "../shell/analyse.ts";
import { baseName } from "../shell/analyse.ts";
import { deletionProblem, windowsDeletionProblem } from "../shell/deletions.ts";
import { variableProblem } from "../shell/evaluation.ts";
import { repositoryRunsNothing } from "../shell/git.ts";
import { onlyReads } from "../shell/read-only.ts";
import type { ShellWord } from "../shell/words.ts";
import type { CallFacts, NamedPath } from "./call-facts.ts";
import { foldPath, isInside } from "../shared/inside.ts";
import type { PolicyLayer } from "./policy.ts";
import { rulesToRemember } from "./remember.ts";
import type { Rule } from "./rule.ts";
import type { SensitivePaths } from "./sensitive-paths.ts";
import { onlyFetches, tellingWords } from "./senders.ts";

/** What is to become of a call. */
export interface Decision {
  effect: "allow" | "ask" | "deny";
  /** Why, for people and for the model. */
  reasons: string[];
  /** The rules that "always" would add; none when this has to be asked every time. */
  remember: string[];
}

/** What decisions are made from. */
export interface DecisionPlace {
  cwd: string;
  project: string;
  roots: readonly string[];
  layers: readonly PolicyLayer[];
  sensitive: SensitivePaths;
}

/** Decides about a call: what nobody may do, then deny, what is always asked, ask, allow, and reading. */
export async function decide(facts: CallFacts, place: DecisionPlace): Promise<Decision> {
  const deletion = deletions(facts, place);
  if (deletion?.verdict === "refuse") return { effect: "deny", reasons: [deletion.reason], remember: [] };

  const denied = matching(facts, place, "deny");
  if (denied) return { effect: "deny", reasons: [denied], remember: [] };

  const harmless = await commandJudge(facts, place);
  const always = [...(deletion ? [deletion.reason] : []), ...alwaysAsked(facts, place, harmless)];
  const asked = matching(facts, place, "ask") ?? guessed(facts, place);
  if (asked) always.push(asked);
  if (facts.unclear.length > 0 && hasCommandBans(place)) {
    always.push(`${facts.unclear[0]}, and there are commands that are forbidden`);
  }
  if (always.length > 0) return { effect: "ask", reasons: always, remember: [] };

  if (isAllowed(facts, place, harmless)) return { effect: "allow", reasons: [], remember: [] };
  const reasons = facts.unclear.length > 0 ? facts.unclear : [defaultReason(facts)];
  return { effect: "ask", reasons, remember: rulesToRemember(facts, place.project, harmless) };
}

function deletions(facts: CallFacts, { cwd, roots }: DecisionPlace): ReturnType<typeof deletionProblem> {
  if (facts.command === undefined) return undefined;
  const windows = /\b(powershell|pwsh|cmd(\.exe)?)\b/i.test(facts.command) || facts.shell === undefined;
  const found = windows ? windowsDeletionProblem(facts.command) : undefined;
  return found ?? deletionProblem(facts.shell ?? analyseShell(""), { cwd, roots });
}

/** Which commands of a call only read. */
async function commandJudge(
  facts: CallFacts,
  { cwd }: DecisionPlace,
): Promise<(command: ShellCommand) => boolean> {
  const shell = facts.shell;
  if (!shell) return () => false;
  const usesGit = shell.commands.some(({ words }) => baseName(words[0]) === "git");
  const gitIsSafe = usesGit && !shell.changesFolder && (await repositoryRunsNothing(cwd));
  const judge = (command: ShellCommand): boolean => {
    if (baseName(command.words[0]) === "git" && !gitIsSafe) return false;
    return onlyReads(command, (inner) => {
      const found = shell.commands.find(({ words }) => sameWords(words, inner));
      return found !== undefined && judge(found);
    });
  };
  return judge;
}

function sameWords(left: readonly ShellWord[], right: readonly ShellWord[]): boolean {
  return left.length === right.length && left.every((word, index) => word === right[index]);
}

function matching(facts: CallFacts, place: DecisionPlace, effect: "deny" | "ask"): string | undefined {
  for (const layer of place.layers) {
    const rule = layer[effect].find((candidate) => touches(candidate, facts, place));
    if (rule)
      return `${effect === "deny" ? "forbidden" : "to be asked"} by the rule ${rule.text} (${layer.source})`;
  }
  return undefined;
}

/** A prohibition that a command may fall under, depending on what nobody knows before it runs. */
function guessed(facts: CallFacts, { layers }: DecisionPlace): string | undefined {
  const rules = layers.flatMap(({ deny, ask }) => [...deny, ...ask]).filter(({ kind }) => kind === "command");
  const commands = facts.shell?.commands ?? [];
  const rule = rules.find((candidate) =>
    commands.some(({ words }) => candidate.matchesCommand(words, false)?.guessed),
  );
  return rule && `it may be what the rule ${rule.text} forbids`;
}

/** Whether a prohibition is about any part of a call. */
function touches(rule: Rule, facts: CallFacts, { project }: DecisionPlace): boolean {
  switch (rule.kind) {
    case "tool":
      return rule.matchesTool(facts.tool);
    case "host":
      return facts.hosts.some((host) => rule.matchesHost(host));
    case "command":
      return (facts.shell?.commands ?? []).some(
        ({ words, wraps }) =>
          isAbout(rule, words) ||
          // A command that runs others could run what any of its words begins.
          (wraps !== undefined && words.some((_, at) => at > 0 && isAbout(rule, words.slice(at)))),
      );
    default: {
      // A command that names a file may read and may write it.
      const about = facts.paths.filter(({ access }) => access === "mention" || access === rule.kind);
      return about.some(({ absolute, real }) => rule.matchesPath([absolute, real], project, false));
    }
  }
}

function isAbout(rule: Rule, words: readonly ShellWord[]): boolean {
  return rule.matchesCommand(words, false)?.guessed === false;
}

function alwaysAsked(
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

function hasCommandBans({ layers }: DecisionPlace): boolean {
  return layers.some(({ deny, ask }) =>
    [...deny, ...ask].some(({ kind }) => kind === "command" || kind === "host"),
  );
}

function isAllowed(
  facts: CallFacts,
  place: DecisionPlace,
  harmless: (command: ShellCommand) => boolean,
): boolean {
  const allow = place.layers
    .filter(({ onlyIn }) => onlyIn === undefined || isInside(place.cwd, onlyIn))
    .flatMap((layer) => layer.allow);
  if (allow.some((rule) => rule.kind === "tool" && rule.matchesTool(facts.tool))) return true;
  if (facts.unclear.length > 0) return false;
  if (facts.command === undefined) {
    if (facts.risk === "read") return facts.hosts.length === 0;
    const written = facts.paths.filter(({ access }) => access === "write");
    return (
      facts.risk === "write" &&
      written.length > 0 &&
      written.every((path) => pathIsAllowed(path, allow, place))
    );
  }
  const { shell } = facts;
  if (!shell) return false;
  const stays = staysInside(shell.commands, place);
  // Without a known folder it is not known which files and programs a rule would be about.
  const covered = (command: ShellCommand): boolean =>
    harmless(command) ||
    ((!shell.changesFolder || stays) && commandIsAllowed(command, allow, shell.commands, covered));
  if (!shell.commands.every(covered)) return false;
  if (shell.writes.some(({ kind }) => kind !== "plain")) return false;
  const written = facts.paths.filter(({ access }) => access === "write");
  return (
    written.length === 0 ||
    (!shell.changesFolder && written.every((path) => pathIsAllowed(path, allow, place)))
  );
}

function pathIsAllowed(
  { absolute, real }: NamedPath,
  allow: readonly Rule[],
  { project }: DecisionPlace,
): boolean {
  return allow.some((rule) => rule.kind === "write" && rule.matchesPath([absolute, real], project, true));
}

function commandIsAllowed(
  command: ShellCommand,
  allow: readonly Rule[],
  all: readonly ShellCommand[],
  covered: (command: ShellCommand) => boolean,
): boolean {
  const { words, assigns, wraps } = command;
  if (assigns.some(variableProblem)) return false;
  const inner = wraps?.commands ?? [];
  const innerIsCovered =
    wraps !== undefined &&
    wraps.unclear === undefined &&
    inner.every((each) => all.some((found) => sameWords(found.words, each) && covered(found)));
  if (wraps?.transparent && inner.length > 0) return innerIsCovered && !wraps.assigns.some(variableProblem);
  const telling = tellingWords(words);
  for (const rule of allow) {
    const match = rule.kind === "command" ? rule.matchesCommand(words, true) : undefined;
    if (!match) continue;
    if (match.exact) return true;
    // An open rule does not open what turns the command into another one.
    const open = telling.every((word) => match.names(word)) && !words.some((word) => word.mayBeOption);
    if (open && (wraps === undefined || (innerIsCovered && wraps.scripts.length === 0))) return true;
  }
  const hosts = allow.filter((rule) => rule.kind === "host");
  if (hosts.length === 0 || !onlyFetches(words)) return false;
  const urls = words.slice(1).filter((word) => word.value.startsWith("https://"));
  return (
    urls.length > 0 &&
    urls.every((word) => hosts.some((rule) => rule.matchesHost(new URL(word.value).hostname)))
  );
}

function staysInside(commands: readonly ShellCommand[], { cwd, project }: DecisionPlace): boolean {
  if (commands.some(({ wraps }) => wraps?.changesFolder)) return false;
  const moves = commands.filter(({ words }) => /^(cd|pushd|popd)$/.test(baseName(words[0])));
  // Two moves could add up, and a link could lead out.
  if (moves.length > 1) return false;
  return moves.every(({ words }) => {
    const [, target, ...more] = words;
    if (target?.kind !== "plain" || more.length > 0 || target.tilde) return false;
    return /^[\w./-]+$/.test(target.value) &&
      !/(^|\/)\.\.(\/|$)|^-/.test(target.value) &&
      !target.value.startsWith("/")
      ? isInside(cwd, project)
      : false;
  });
}

function defaultReason(facts: CallFacts): string {
  if (facts.risk === "write") return "it changes files";
  return facts.risk === "read" ? "it takes something from another machine" : "it runs something";
}
