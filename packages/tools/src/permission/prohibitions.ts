import { isKnownReader, programName } from "../shell/read-only.ts";
import type { ShellWord } from "../shell/words.ts";
import type { CallFacts } from "./call-facts.ts";
import type { DecisionPlace } from "./decision-place.ts";
import type { Rule } from "./rule.ts";
import { hidesHost, hostLike } from "./hosts.ts";
import { isSender } from "./senders.ts";

/** The first rule of this kind that is about any part of a call, as a reason for people; undefined for none. */
export function prohibition(
  facts: CallFacts,
  place: DecisionPlace,
  effect: "deny" | "ask",
): string | undefined {
  for (const layer of place.layers) {
    const rule = layer[effect].find((candidate) => touches(candidate, facts, place));
    if (rule)
      return `${effect === "deny" ? "forbidden" : "to be asked"} by the rule ${rule.text} (${layer.source})`;
  }
  return undefined;
}

/** A prohibition that a command may fall under, depending on what nobody knows before it runs. */
export function guessedProhibition(facts: CallFacts, { layers }: DecisionPlace): string | undefined {
  const all = layers.flatMap(({ deny, ask }) => [...deny, ...ask]);
  const rules = all.filter(({ kind }) => kind === "command");
  const commands = facts.shell?.commands ?? [];
  const host = all.find(({ kind }) => kind === "host");
  const isUnknown = ({ kind, value }: ShellWord): boolean => kind === "dynamic" || hidesHost(value);
  if (host && commands.some(({ words }) => isSender(words) && words.slice(1).some(isUnknown))) {
    return `it may reach what the rule ${host.text} forbids`;
  }
  const rule = rules.find((candidate) => commands.some(({ words }) => mayBeAbout(candidate, words)));
  return rule && `it may be what the rule ${rule.text} forbids`;
}

/** Whether a prohibition is about any part of a call. */
function touches(rule: Rule, facts: CallFacts, { project }: DecisionPlace): boolean {
  switch (rule.kind) {
    case "tool":
      return rule.matchesTool(facts.tool);
    case "host":
      return [...facts.hosts, ...hostsOfSenders(facts)].some((host) => rule.matchesHost(host));
    case "command":
      // A rule about all commands is also about one without words, and of a shell that is not known here.
      if (facts.command !== undefined && isAbout(rule, [])) return true;
      return (facts.shell?.commands ?? []).some(
        ({ words, wraps }) =>
          isAbout(rule, words) ||
          // A command that runs others could run what any of its words begins.
          (wraps !== undefined && words.some((_, at) => at > 0 && isAbout(rule, words.slice(at)))),
      );
    default: {
      // A command that names a file may read and may write it.
      const about = [...facts.paths, ...facts.matches].filter(
        ({ access }) => access === "mention" || access === rule.kind,
      );
      return about.some(({ absolute, real }) => rule.matchesPath([absolute, real], project, false));
    }
  }
}

/** What could be the name of a host in commands that send, and an empty one for those that name none. */
function hostsOfSenders({ shell }: CallFacts): string[] {
  const senders = (shell?.commands ?? []).filter(({ words }) => isSender(words));
  // Such as `https_proxy`.
  const values = [...(shell?.variables.values() ?? [])].flatMap((words) => words ?? []);
  const named = senders.length > 0 ? values.flatMap(({ value }) => hostLike(value)) : [];
  return senders.flatMap(({ words }) => [
    "",
    ...named,
    ...words.slice(1).flatMap(({ value }) => (value.includes("://") ? [] : hostLike(value))),
  ]);
}

function isAbout(rule: Rule, words: readonly ShellWord[]): boolean {
  return rule.matchesCommand(words, false)?.guessed === false;
}

/** Whether the rule is about the command if it is lucky, or about one that an unknown program could run. */
function mayBeAbout(rule: Rule, words: readonly ShellWord[]): boolean {
  const program = words[0] && programName(words[0]);
  if (program !== undefined && isKnownReader(program)) return false;
  return words.some((_, at) => {
    const match = rule.matchesCommand(words.slice(at), false);
    return at === 0 ? match?.guessed === true : match !== undefined && words[at]?.kind === "plain";
  });
}

/** Whether any rule forbids something about commands, or has it asked about. */
export function hasCommandBans({ layers }: DecisionPlace): boolean {
  return layers.some(({ deny, ask }) => [...deny, ...ask].some(({ kind }) => kind !== "tool"));
}
