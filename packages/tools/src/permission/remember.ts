import { relative, sep } from "node:path";
import { isInside } from "../shared/inside.ts";
import type { ShellCommand } from "../shell/analyse.ts";
import { quoteWord } from "../shell/words.ts";
import type { CallFacts } from "./call-facts.ts";
import { isInterpreter, isSender } from "./senders.ts";

const MAX_RULES = 5;

/**
 * The rules that "always" stands for: exactly this command, exactly this file. None for what can run anything, for
 * what sends, and for what is not fully understood, since the next time it may mean something else.
 */
export function rulesToRemember(
  facts: CallFacts,
  project: string,
  harmless: (command: ShellCommand) => boolean,
): string[] {
  if (facts.unclear.length > 0) return [];
  const written = facts.paths.filter(({ access }) => access === "write");
  // A rule about a folder is about all that is in it.
  if (written.some(({ absolute, real, isFolder }) => absolute !== real || isFolder)) return [];
  const writes = written.flatMap(({ absolute }) => fileRule(absolute, project) ?? []);
  if (writes.length < written.length) return [];
  if (facts.command === undefined) return facts.risk === "write" ? writes : [];
  const { shell } = facts;
  if (!shell || shell.changesFolder) return [];
  const commands = shell.commands.filter((command) => !harmless(command));
  const fixed = commands.every(
    ({ words, assigns, wraps }) =>
      assigns.length === 0 &&
      wraps === undefined &&
      words.every((word) => word.kind === "plain" && !word.tilde) &&
      !isInterpreter(words) &&
      !isSender(words),
  );
  if (!fixed || facts.hosts.length > 0) return [];
  const rules = [
    ...commands.map(({ words }) => `bash(${words.map((word) => quoteWord(word.value)).join(" ")})`),
    ...writes,
  ];
  return rules.length > MAX_RULES || rules.some((rule) => /[\n\r]/.test(rule)) ? [] : [...new Set(rules)];
}

/** Letters without a meaning in a pattern. */
const LITERAL = /^(?! )[\p{L}\p{N}\p{M}\p{S}_./@+,:=%#&'~$ -]+(?<! )$/u;
const MEANINGFUL = /[|^<>`]/;

/** The rule for exactly this file; undefined when its name would mean more in a rule. */
function fileRule(absolute: string, project: string): string | undefined {
  const below = absolute !== project && isInside(absolute, project) ? relative(project, absolute) : "~";
  // In a rule `~` is the home folder.
  const path = (below.startsWith("~") ? absolute : below).split(sep).join("/");
  return LITERAL.test(path) && !MEANINGFUL.test(path) ? `write(${path})` : undefined;
}
