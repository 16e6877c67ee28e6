import { lstat } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { decodeArguments, type ToolRisk } from "@zotpilot/core";
import type { ToolCall } from "../shared/tool-call.ts";
import { analyseShell, type ShellFacts } from "../shell/analyse.ts";
import { realPathOf } from "../shared/real-path.ts";
import { commandPaths, type PathMention } from "./command-paths.ts";

/** A file or folder that a call names. */
export interface NamedPath {
  /** As the call names it. */
  shown: string;
  absolute: string;
  /** Where it leads when links are followed. */
  real: string;
  access: "read" | "write" | "mention";
  /** How many names the file has; 0 when it is not there or no file. */
  links: number;
}

/** What a call would do, as far as it can be told before. */
export interface CallFacts {
  tool: string;
  risk: ToolRisk;
  paths: NamedPath[];
  /** Patterns of file names that a command would have replaced. */
  patterns: string[];
  hosts: string[];
  /** The command as text, and what is known about it. */
  command: string | undefined;
  shell: ShellFacts | undefined;
  /** Why it cannot be told. */
  unclear: string[];
}

const PATH_KEYS = new Set([
  "path",
  "file",
  "file_path",
  "filepath",
  "filename",
  "dir",
  "directory",
  "folder",
  "cwd",
]);
const URL_KEYS = new Set(["url", "uri", "href", "endpoint"]);
const POSIX_SHELLS = new Set(["bash", "sh", "shell"]);
const MAX_PATHS = 200;

/** Looks at a call without running anything. Links are followed by asking the file system. */
export async function callFacts(call: ToolCall, cwd: string, risk: ToolRisk): Promise<CallFacts> {
  const facts: CallFacts = {
    tool: call.name,
    risk,
    paths: [],
    patterns: [],
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
  const named: PathMention[] = [];
  for (const [key, value] of Object.entries(input)) {
    if (typeof value !== "string") continue;
    if (PATH_KEYS.has(key))
      named.push({ shown: value, access: risk === "read" ? "read" : "write", tilde: true, from: cwd });
    if (URL_KEYS.has(key)) facts.hosts.push(...hostsIn(value));
    if (key === "pattern" && call.name === "glob") facts.patterns.push(value);
    if (key === "command" && risk === "execute") facts.command = value;
  }
  if (facts.command !== undefined) takeCommand(facts, named, cwd);
  else if (call.name === "grep" || call.name === "glob")
    named.push({ shown: ".", access: "read", tilde: false, from: cwd });
  if (named.length > MAX_PATHS) facts.unclear.push(`it names more than ${MAX_PATHS} files`);
  facts.paths = await Promise.all(named.slice(0, MAX_PATHS).map(lookUp));
  return facts;
}

function takeCommand(facts: CallFacts, named: PathMention[], cwd: string): void {
  const text = facts.command ?? "";
  facts.hosts.push(...hostsIn(text));
  if (!POSIX_SHELLS.has(facts.tool)) {
    facts.unclear.push("its grammar is not known here");
    return;
  }
  const shell = analyseShell(text);
  facts.shell = shell;
  const mentioned = commandPaths(shell, cwd);
  named.push(...mentioned.paths);
  facts.patterns.push(...mentioned.patterns);
  facts.unclear.push(...shell.unclear, ...mentioned.unclear);
}

async function lookUp({ shown, access, tilde, from }: PathMention): Promise<NamedPath> {
  const home = homedir();
  const path = shown.replaceAll("\0", "");
  const absolute =
    tilde && (path === "~" || /^~[\\/]/.test(path)) ? resolve(home, path.slice(2)) : resolve(from, path);
  if (path.length > 4096) return { shown, absolute, real: absolute, access, links: 0 };
  const real = await realPathOf(absolute);
  const stats = await lstat(real).catch(() => undefined);
  return { shown, absolute, real, access, links: stats?.isFile() ? stats.nlink : 0 };
}

/** The hosts of all addresses in a text, in small letters. */
export function hostsIn(text: string): string[] {
  const found = new Set<string>();
  for (const [, authority = ""] of text.matchAll(/\b[a-z][a-z0-9+.-]*:[\\/]{2}([^\s/\\?#'"`<>)]+)/gi)) {
    const host = authority.slice(authority.lastIndexOf("@") + 1);
    found.add((/^\[[^\]]*\]/.exec(host)?.[0] ?? host.replace(/:.*$/, "")).toLowerCase().replace(/\.$/, ""));
  }
  for (const [, host = ""] of text.matchAll(/\b[\w.-]+@([\w-]+(?:\.[\w-]+)+):/g))
    found.add(host.toLowerCase());
  return [...found];
}
