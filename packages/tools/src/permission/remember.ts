import { isAbsolute, relative, sep } from "node:path";
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
  if (written.some(({ absolute, real }) => absolute !== real)) return [];
  const writes = written.map(({ absolute }) => `write(${pathText(absolute, project)})`);
  if (facts.command === undefined) {
    return facts.risk === "write" && writes.every((rule) => !/[*?[\]{}!()]/.test(rule.slice(6, -1)))
      ? writes
      : [];
  }
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

function pathText(absolute: string, project: string): string {
  const below = relative(project, absolute);
  const inside = below !== "" && below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  return inside ? below.split(sep).join("/") : absolute;
}
