import {
  forEachChild,
  parse,
  type Assignment,
  type Command,
  type Redirect,
  type Script,
  type SyntaxNode,
} from "unbash";
import { expressionProblem, isTelling, variableProblem } from "./evaluation.ts";
import { unwrap, type Wrapping } from "./wrappers.ts";
import { baseName, readWord, type ShellWord } from "./words.ts";

/** One simple command that may run. */
export interface ShellCommand {
  words: readonly ShellWord[];
  /** Variables that are set for it, or by it. */
  assigns: readonly string[];
  /** What it runs in turn; undefined when it is no such command. */
  wraps: Wrapping | undefined;
}

/** All that a piece of shell text may do, as far as it can be told without running it. */
export interface ShellFacts {
  /** Every simple command, also those inside substitutions, subshells, functions and other commands. */
  commands: ShellCommand[];
  /** Files that redirections open for writing. */
  writes: ShellWord[];
  /** Files that redirections open for reading. */
  reads: ShellWord[];
  /** Whether some of it runs in another folder than the one it was called in. */
  changesFolder: boolean;
  /** The words that it puts into variables; undefined for a variable of which nobody knows what it will hold. */
  variables: Map<string, ShellWord[] | undefined>;
  /** Variables that it takes from its environment, other than those that hold no secret. */
  environment: Set<string>;
  /** Whether it sets a variable that says where `~` or `cd` lead to. */
  setsFolders: boolean;
  /** Whether a shell runs text that nobody can see before it runs. */
  hidden: boolean;
  /** Why it cannot be told what it does; empty when it can. */
  unclear: string[];
}

const MAX_LENGTH = 10_000;
const MAX_DEPTH = 6;

// Control characters, and characters that make text look like something else.
const DISGUISE =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u00a0\u00ad\u061c\u115f\u1160\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufeff\uffa0]|\udb40[\udc00-\udc7f]/;

/** Variables by which a shell finds folders. */
const FOLDERS = new Set(["HOME", "PWD", "OLDPWD", "CDPATH", "DIRSTACK"]);

/** Commands that put something into the variables they are told. */
const SETTING = new Set(["read", "mapfile", "readarray", "getopts", "printf", "local", "declare", "typeset"]);

/** Takes shell text apart with the grammar of bash. Never throws: what it does not understand is in `unclear`. */
export function analyseShell(source: string): ShellFacts {
  const facts: ShellFacts = {
    commands: [],
    writes: [],
    reads: [],
    changesFolder: false,
    variables: new Map(),
    environment: new Set(),
    setsFolders: false,
    hidden: false,
    unclear: [],
  };
  analyse(source, facts, 0);
  for (const name of facts.environment) if (facts.variables.has(name)) facts.environment.delete(name);
  facts.setsFolders ||= [...facts.variables.keys()].some((name) => FOLDERS.has(name));
  return facts;
}

function analyse(source: string, facts: ShellFacts, depth: number): void {
  if (source.length > MAX_LENGTH) return say(`it is longer than ${MAX_LENGTH} characters`);
  if (depth > MAX_DEPTH) return say("commands inside commands go too deep");
  if (DISGUISE.test(source)) say("it holds invisible or control characters");
  try {
    visit(parse(source));
  } catch {
    say("it could not be parsed");
  }

  function say(reason: string): void {
    if (!facts.unclear.includes(reason)) facts.unclear.push(reason);
  }

  function visit(node: SyntaxNode): void {
    switch (node.type) {
      case "Script":
        if (node.errors && node.errors.length > 0) say("it could not be parsed");
        if (node.source === undefined && hasLeftOvers(node, source)) say("it could not be parsed");
        break;
      case "Command":
        takeCommand(node);
        break;
      case "Redirect":
        takeRedirect(node);
        break;
      case "Function":
        say("it defines a function");
        break;
      case "Coproc":
        say("it starts a coprocess");
        break;
      case "For":
      case "Select":
        if (variableProblem(node.name.value)) say(`it sets the variable ${node.name.value}`);
        set(node.name.value, node.type === "For" ? node.wordlist?.map(readWord) : undefined);
        break;
      case "SimpleExpansion":
        takeVariable(node.text.slice(1));
        break;
      case "HereDoc":
        // Quotes are no quotes there, which the parser does not know inside of expansions.
        if (!node.delimiter?.quoted && /`|\$[({[]/.test(node.body.text))
          say("its here-document runs something");
        break;
      default: {
        if (node.type === "ParameterExpansion") takeVariable(node.parameter);
        const problem = expressionProblem(node);
        if (problem !== undefined) say(problem);
      }
    }
    forEachChild(node, visit);
  }

  function set(variable: string, words: ShellWord[] | undefined): void {
    const known = facts.variables.has(variable) ? facts.variables.get(variable) : [];
    facts.variables.set(variable, known && words && [...known, ...words]);
  }

  function takeVariable(variable: string): void {
    if (!isTelling(variable)) facts.environment.add(variable);
  }

  function assign({ name, value, append, index }: Assignment): void {
    const elements = value.type === "ArrayValue" ? value.elements : [];
    if ((index && !/^\d+$/.test(index.text)) || elements.some(({ text }) => /^\W*\[/.test(text))) {
      say("it computes with variables");
    }
    set(name, value.type === "Word" && !append && !index ? [readWord(value)] : undefined);
  }

  function takeCommand(node: Command): void {
    const assigns = node.prefix.filter((part) => part.type === "Assignment").map(({ name }) => name);
    for (const part of [...node.prefix, ...node.args]) if (part.type === "Assignment") assign(part);
    const words = node.name ? [readWord(node.name)] : [];
    for (const part of node.args) {
      words.push(part.type === "Word" ? readWord(part) : assignmentWord(part));
    }
    if (take(words, assigns, 0)) takeInput(node.redirects);
  }

  /** What a shell reads from its input and runs. */
  function takeInput(redirects: Command["redirects"]): void {
    let known = false;
    for (const redirect of redirects) {
      if (redirect.type === "HereDoc") {
        analyse(redirect.body.text, facts, depth + 1);
        known = redirect.delimiter?.quoted === true || !/[$`]/.test(redirect.body.text);
      } else if (redirect.type === "HereString" && redirect.target) {
        analyse(redirect.target.value, facts, depth + 1);
        known = readWord(redirect.target).kind === "plain";
      } else known ||= redirect.type === "Redirect" && redirect.operator === "<";
    }
    facts.hidden ||= !known;
  }

  /** Gives whether what a command reads from its input is run by a shell. */
  function take(words: readonly ShellWord[], assigns: readonly string[], level: number): boolean {
    const [name] = words;
    if (name?.kind === "glob" || name?.kind === "dynamic") say("the name of a command is not known");
    if (name?.kind === "plain" && /[*?[\]{}]/.test(name.value) && !/^\[\[?$/.test(name.value)) {
      say("the name of a command looks like a pattern");
    }
    if (["cd", "pushd", "popd"].includes(baseName(name))) facts.changesFolder = true;
    if (SETTING.has(baseName(name))) for (const word of words.slice(1)) set(word.value, undefined);
    const wraps = level > MAX_DEPTH ? undefined : unwrap(words);
    facts.commands.push({ words, assigns, wraps });
    if (!wraps) return false;
    facts.hidden ||= wraps.hidden;
    if (wraps.unclear !== undefined) say(wraps.unclear);
    if (wraps.changesFolder) facts.changesFolder = true;
    facts.setsFolders ||= wraps.assigns.some((variable) => FOLDERS.has(variable));
    for (const script of wraps.scripts) analyse(script, facts, depth + 1);
    const readers = wraps.commands.filter((inner) => take(inner, wraps.assigns, level + 1));
    return wraps.readsScript || readers.length > 0;
  }

  function takeRedirect(node: Redirect): void {
    if (node.descriptor?.type === "FileDescriptorVariable") say("it keeps a file in a variable");
    if (!node.target) return say("it could not be parsed");
    const target = readWord(node.target);
    const duplicates = node.operator === ">&" || node.operator === "<&";
    if (duplicates && target.kind === "plain" && /^(\d+-?|-)$/.test(target.value)) return;
    const name = target.value;
    if (/^\/dev\/(tcp|udp)\//.test(name)) say("it opens a network connection");
    if (node.operator === "<" || node.operator === "<&") {
      if (target.kind !== "plain") say("it reads from a file that is not known");
      facts.reads.push(target);
    } else if (target.kind !== "plain" || !/^\/dev\/(null|stdout|stderr|fd\/[12])$/.test(name)) {
      facts.writes.push(target);
    }
  }
}

/** Whether there is text between the statements that the parser passed over. */
function hasLeftOvers(script: Script, source: string): boolean {
  let position = script.pos;
  for (const { pos, end } of [...script.commands, { pos: script.end, end: script.end }]) {
    const gap = source.slice(position, pos);
    position = end;
    // The texts of here-documents stand there too; these lines are looked at as words of their command.
    if (gap.includes("\n") && source.includes("<<")) continue;
    if (/[^\s;&\\]/.test(gap.replaceAll(/(^|[\s;&])#[^\n]*/g, "$1"))) return true;
  }
  return false;
}

/** `export A=b` has assignments where other commands have words. */
function assignmentWord(part: Assignment): ShellWord {
  return {
    value: part.text,
    kind: "dynamic",
    ifEmpty: part.text,
    certain: false,
    pieces: [{ unknown: true }],
    tilde: false,
    mayBeOption: false,
  };
}
