import picomatch from "picomatch";
import { parse } from "unbash";
import { baseName, readWord, type ShellWord } from "../shell/words.ts";
import { ToolError } from "../shared/tool-error.ts";
import { systemProgram } from "../shell/read-only.ts";
import { folderMatcher, pathMatcher } from "./path-rule.ts";

/**
 * A rule, as a policy file has it:
 * `edit` (every call of a tool), `write(src/**)` and `read(~/notes/*)` (a path, by whatever tool),
 * `bash(npm test)` and `bash(git log *)` (a command; a last `*` stands for any further words), `host(*.example.com)`.
 */
export interface Rule {
  text: string;
  /** What the rule is about. */
  kind: "tool" | "read" | "write" | "command" | "host";
  /** `strict` is for permissions: in doubt it does not match. Without it, for prohibitions, in doubt it does. */
  matchesTool(name: string): boolean;
  matchesPath(paths: readonly string[], project: string, strict: boolean): boolean;
  /** Whether something below a folder could match. */
  reachesInto(folder: string, project: string): boolean;
  matchesCommand(words: readonly ShellWord[], strict: boolean): CommandMatch | undefined;
  matchesHost(host: string): boolean;
}

/** How a rule fits a command. */
export interface CommandMatch {
  /** Whether the rule names every word, rather than leaving the rest open. */
  exact: boolean;
  /** Whether a word that is not known was taken for one that fits. */
  guessed: boolean;
  /** Whether the rule names this word itself. */
  names(word: string): boolean;
}

const FORM = /^([\w*-]+)(?:\((.*)\))?$/s;

/** Reads a rule. Throws a {@link ToolError} (`bad_rule`) for what is none. */
export function parseRule(text: string): Rule {
  const match = FORM.exec(text.trim());
  const head = match?.[1];
  if (head === undefined) throw badRule(text, "expected a tool, or a kind with something in brackets");
  const body = match?.[2]?.trim();
  const rule: Rule = {
    text: text.trim(),
    kind: "tool",
    matchesTool: () => false,
    matchesPath: () => false,
    reachesInto: () => false,
    matchesCommand: () => undefined,
    matchesHost: () => false,
  };
  if (body === undefined) {
    const matches = picomatch(head, { dot: true });
    return { ...rule, matchesTool: (name) => matches(name) };
  }
  if (body === "") throw badRule(text, "there is nothing in the brackets");
  switch (head) {
    case "read":
    case "glob":
    case "grep":
      return { ...rule, kind: "read", matchesPath: pathMatcher(body), reachesInto: folderMatcher(body) };
    case "write":
    case "edit":
      return { ...rule, kind: "write", matchesPath: pathMatcher(body), reachesInto: folderMatcher(body) };
    case "bash":
    case "powershell":
    case "command":
      return { ...rule, kind: "command", matchesCommand: commandMatcher(body, text) };
    case "host":
      return { ...rule, kind: "host", matchesHost: hostMatcher(body) };
    default:
      throw badRule(text, "only read, write, bash and host take brackets");
  }
}

function badRule(text: string, why: string): ToolError {
  return new ToolError(
    "bad_rule",
    `"${text}" is not a rule: ${why}; such as write(src/**), bash(npm test), host(example.com), edit`,
  );
}

function commandMatcher(body: string, text: string): Rule["matchesCommand"] {
  const script = parse(body);
  const [statement] = script.commands;
  if (script.errors || script.commands.length !== 1 || statement?.command.type !== "Command") {
    throw badRule(text, "it must be one simple command");
  }
  const { name, args, redirects, prefix } = statement.command;
  if (!name || redirects.length > 0 || prefix.length > 0 || args.some((part) => part.type !== "Word")) {
    throw badRule(text, "it must be one simple command without assignments and redirections");
  }
  const words = [name, ...args.filter((part) => part.type === "Word")].map(readWord);
  if (words.some((word) => word.kind === "dynamic")) throw badRule(text, "it must not hold variables");
  const last = words.at(-1);
  const matchers = words.map(wordMatcher);
  const isStars = last?.kind === "glob" && /^\*+$/.test(last.value);
  const named = new Set(words.map((word) => word.value));

  return (given, strict) => {
    const open = words.length > 1 && isStars && (!strict || last.value === "*");
    const fixed = open ? matchers.slice(0, -1) : matchers;
    const match = (guessed: boolean): CommandMatch => ({
      guessed,
      exact: !open && words.every((word) => word.kind === "plain"),
      names: (word) => named.has(word),
    });
    if (!strict && isStars && words.length === 1) return match(false);
    // A word that is not known could be this one, or several: reason enough to ask, none to permit.
    const unknown = strict ? undefined : match(true);
    for (const [index, matches] of fixed.entries()) {
      const word = given[index];
      if (!word) return undefined;
      if (word.kind !== "plain") return unknown;
      const candidates = index === 0 ? programNames(word, strict) : [word.value];
      if (candidates.some(matches)) continue;
      // Options can stand before it, some with a word of their own.
      const later = given.slice(index).some(({ value, kind }) => kind !== "plain" || matches(value));
      return index > 0 && word.value.startsWith("-") && later ? unknown : undefined;
    }
    const more = given.slice(fixed.length);
    if (open) return strict && more.some(({ kind }) => kind === "dynamic") ? undefined : match(false);
    if (more.length === 0) return match(false);
    return more.every(({ kind }) => kind !== "plain") ? unknown : undefined;
  };
}

/** `/bin/rm` is `rm`; for a prohibition so is `./RM`. */
function programNames(word: ShellWord, strict: boolean): string[] {
  const plain = systemProgram(word.value);
  if (strict) return plain === undefined ? [word.value] : [word.value, plain];
  const name = baseName(word);
  return [word.value, name, name.toLowerCase(), name.replace(/\.(exe|cmd|bat)$/i, "")];
}

function wordMatcher(pattern: ShellWord): (word: string) => boolean {
  if (pattern.kind === "plain") return (word) => word === pattern.value;
  const source = pattern.value
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`, "s");
  return (word) => expression.test(word);
}

function hostMatcher(body: string): (host: string) => boolean {
  const wanted = body.toLowerCase().replace(/\.$/, "");
  if (wanted === "*") return () => true;
  return (host) => (wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted);
}
