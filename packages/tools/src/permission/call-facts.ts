import { lstat } from "node:fs/promises";
import { resolve } from "node:path";
import { decodeArguments, type ToolRisk } from "@zotpilot/core";
import type { ToolCall } from "../shared/tool-call.ts";
import { analyseShell, type ShellCommand, type ShellFacts } from "../shell/analyse.ts";
import { pathArguments } from "../shared/path-arguments.ts";
import { resolvePath } from "../shared/path.ts";
import { physicalPath } from "../shared/real-path.ts";
import { matchingFiles } from "../shell/matching-files.ts";
import { expandTilde } from "../shell/tilde.ts";
import { followsLinks } from "../shell/searches.ts";
import { commandPaths, type PathMention } from "./command-paths.ts";
import { hostsIn, hostsOfAddress } from "./hosts.ts";
import { linksBelow } from "./links-below.ts";

/** A file or folder that a call names. */
export interface NamedPath {
  /** As the call names it. */
  shown: string;
  absolute: string;
  /** Where it leads when links are followed. */
  real: string;
  access: "read" | "write" | "mention";
  /** The command that names it, unless a redirection or another tool does. */
  by: ShellCommand | undefined;
  isFolder: boolean;
  /** How many names the file has; 0 when it is not there or no file. */
  links: number;
}

/** What a call would do, as far as it can be told before. */
export interface CallFacts {
  tool: string;
  risk: ToolRisk;
  paths: NamedPath[];
  /** Files that a pattern in a command stands for now. */
  matches: NamedPath[];
  /** Patterns of file names that a command would have replaced, and that match nothing yet. */
  patterns: string[];
  /** Whether a command may run in a folder that is not known. */
  elsewhere: boolean;
  hosts: string[];
  /** The command as text, and what is known about it. */
  command: string | undefined;
  shell: ShellFacts | undefined;
  /** Why it cannot be told. */
  unclear: string[];
}

const URL_KEYS = new Set(["url", "uri", "href", "endpoint"]);
const OWN_TOOLS = new Set(["edit", "glob", "grep", "read", "write"]);
const POSIX_SHELLS = new Set(["bash", "sh", "shell"]);
const MAX_PATHS = 1_000;

/** Looks at a call without running anything. Links are followed by asking the file system. */
export async function callFacts(call: ToolCall, cwd: string, risk: ToolRisk): Promise<CallFacts> {
  const facts: CallFacts = {
    tool: call.name,
    risk,
    paths: [],
    matches: [],
    patterns: [],
    elsewhere: false,
    hosts: [],
    command: undefined,
    shell: undefined,
    unclear: [],
  };
  const input = decodeArguments(call);
  if (input instanceof Error || typeof input !== "object" || input === null) {
    facts.unclear.push("its arguments are not valid");
    return facts;
  }
  const named = pathArguments(input).flatMap((path) => argumentPaths(path, cwd, facts));
  for (const [key, value] of Object.entries(input)) {
    if (typeof value !== "string") continue;
    if (URL_KEYS.has(key)) facts.hosts.push(...hostsOfAddress(value));
    if (key === "command" && risk === "execute") facts.command = value;
  }
  if (facts.command !== undefined) await takeCommand(facts, named, cwd);
  else if (call.name === "grep" || call.name === "glob") named.push(unnamed(cwd));
  if (named.length > MAX_PATHS) facts.unclear.push(`it names more than ${MAX_PATHS} files`);
  const found = await Promise.all(named.slice(0, MAX_PATHS).map((path) => lookUp(path, facts)));
  facts.paths = found.flat();
  await takeLinks(facts);
  return facts;
}

function unnamed(from: string): PathMention {
  return { shown: ".", access: "read", tilde: false, from, isPattern: false, by: undefined };
}

/** A path as our own tools take it, and for those of others also as the system or a shell would. */
function argumentPaths(value: string, cwd: string, { tool, risk }: CallFacts): PathMention[] {
  const named = { ...unnamed(cwd), shown: value, access: risk === "read" ? "read" : "write" } as const;
  const taken = { ...named, path: resolvePath(cwd, value.replaceAll("\0", "") || ".") };
  return OWN_TOOLS.has(tool) || !/^~|\.\./.test(value) ? [taken] : [taken, { ...named, tilde: true }];
}

async function takeCommand(facts: CallFacts, named: PathMention[], cwd: string): Promise<void> {
  const text = facts.command ?? "";
  facts.hosts.push(...hostsIn(text));
  if (!POSIX_SHELLS.has(facts.tool)) {
    facts.unclear.push("its grammar is not known here");
    return;
  }
  const shell = analyseShell(text);
  facts.shell = shell;
  // In the words there are no quotes any more.
  for (const { words } of shell.commands) facts.hosts.push(...words.flatMap(({ value }) => hostsIn(value)));
  facts.hosts = [...new Set(facts.hosts)];
  const mentioned = await commandPaths(shell, cwd);
  facts.elsewhere = mentioned.elsewhere;
  named.push(...mentioned.paths);
  facts.unclear.push(...shell.unclear, ...mentioned.unclear);
}

/** What is reached through links below the folders that a command goes through. */
async function takeLinks(facts: CallFacts): Promise<void> {
  const variables = facts.shell?.variables ?? new Map();
  const named = [...facts.paths, ...facts.matches].filter(
    ({ by, isFolder }) => isFolder && by && followsLinks(by.words, variables),
  );
  for (const { shown, real, access, by } of named) {
    const links = await linksBelow(real);
    if (!links) facts.unclear.push(`there are too many files below ${shown} to see where its links lead`);
    for (const link of links ?? []) facts.matches.push({ ...link, shown, access, by, links: 0 });
  }
}

async function lookUp(mention: PathMention, facts: CallFacts): Promise<NamedPath[]> {
  const { access, tilde, from, isPattern, by } = mention;
  const shown = mention.shown.replaceAll("\0", "");
  if (shown.length > 4096) {
    const absolute = resolve(from, shown);
    return [{ shown, absolute, real: absolute, access, by, isFolder: false, links: 0 }];
  }
  if (!isPattern) return [await lookAt(shown, mention.path ?? (tilde ? expandTilde(shown) : shown), mention)];
  const matching = await matchingFiles(shown, from, tilde);
  if (!matching) facts.unclear.push(`${shown} stands for too many files`);
  if (matching?.length === 0) {
    facts.patterns.push(shown);
    // The folder of names to come.
    const folder = shown.replace(/[^/]*[*?[].*$/s, "");
    return [await lookAt(shown, tilde ? expandTilde(folder) : folder || ".", mention)];
  }
  facts.matches.push(...(matching ?? []).map((file) => ({ ...file, shown, access, by, links: 0 })));
  return [];
}

async function lookAt(shown: string, path: string, { access, from, by }: PathMention): Promise<NamedPath> {
  const real = await physicalPath(path, from);
  const stats = await lstat(real).catch(() => undefined);
  return {
    shown,
    absolute: resolve(from, path),
    real,
    access,
    by,
    isFolder: stats?.isDirectory() ?? false,
    links: stats?.isFile() ? stats.nlink : 0,
  };
}
