import { isInside } from "../shared/inside.ts";
import type { ShellCommand } from "../shell/analyse.ts";
import { isHarmlessVariable } from "../shell/evaluation.ts";
import { baseName } from "../shell/words.ts";
import type { CallFacts, NamedPath } from "./call-facts.ts";
import type { DecisionPlace } from "./decision-place.ts";
import type { Rule } from "./rule.ts";
import { staysWithin } from "./open-rules.ts";
import { onlyFetches } from "./senders.ts";

/** Whether nothing of a call goes beyond reading and what the rules permit. In doubt it does. */
export function isAllowed(
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
  const stays = staysInside(facts, shell.commands, place);
  // What a program does can depend on any variable, such as `npm_config_script_shell`.
  const setsVariables = [...shell.variables.keys()].some((name) => !isHarmlessVariable(name));
  // Without a known folder it is not known which files and programs a rule would be about.
  const covered = (command: ShellCommand): boolean =>
    harmless(command) ||
    (!setsVariables &&
      (!shell.changesFolder || stays) &&
      commandIsAllowed(command, allow, shell.commands, covered));
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
  const { words, wraps } = command;
  const inner = wraps?.commands ?? [];
  const innerIsCovered =
    wraps !== undefined &&
    wraps.unclear === undefined &&
    inner.every((each) => all.some((found) => found.words === each && covered(found)));
  if (wraps?.transparent && inner.length > 0)
    return innerIsCovered && wraps.assigns.every(isHarmlessVariable);
  for (const rule of allow) {
    const match = rule.kind === "command" ? rule.matchesCommand(words, true) : undefined;
    if (!match) continue;
    if (match.exact) return true;
    if (staysWithin(words, match) && (wraps === undefined || (innerIsCovered && wraps.scripts.length === 0)))
      return true;
  }
  const hosts = allow.filter((rule) => rule.kind === "host");
  if (hosts.length === 0 || !onlyFetches(words)) return false;
  const urls = words.slice(1).filter((word) => word.value.startsWith("https://"));
  return (
    urls.length > 0 &&
    urls.every(({ value }) => {
      const host = URL.parse(value)?.hostname;
      return host !== undefined && hosts.some((rule) => rule.matchesHost(host));
    })
  );
}

function staysInside(
  { paths }: CallFacts,
  commands: readonly ShellCommand[],
  { cwd, project }: DecisionPlace,
): boolean {
  if (commands.some(({ wraps }) => wraps?.changesFolder)) return false;
  const moves = commands.filter(({ words }) => /^(cd|pushd|popd)$/.test(baseName(words[0])));
  // Two moves could add up, a link could lead out, and so could the environment.
  if (moves.length > 1 || (moves.length > 0 && process.env["CDPATH"])) return false;
  if (paths.some(({ by, real }) => by && moves.includes(by) && !isInside(real, project))) return false;
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
