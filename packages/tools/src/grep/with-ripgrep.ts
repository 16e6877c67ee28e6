import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { findProgram } from "../shared/find-program.ts";
import { ToolError } from "../shared/tool-error.ts";
import { inOrder } from "./in-order.ts";
import { readLines } from "./read-line.ts";
import type { FoundLine, Search, SearchReport, TakeLine } from "./search.ts";

/** The ripgrep of this system, or the one that was installed with us. */
export async function findRipgrep(): Promise<string | undefined> {
  const found = findProgram("rg");
  if (found !== undefined) return found;
  // Installed only where it can be, so it is no dependency that types may rely on.
  const name = "@vscode/ripgrep";
  const library = await (import(name) as Promise<{ rgPath?: string }>).catch(() => undefined);
  return library?.rgPath;
}

/** More lines than these are not kept to be sorted. */
const MAX_KEPT_LINES = 25_000;
const MAX_KEPT_LENGTH = 4 * 1024 * 1024;

/**
 * Searches with ripgrep. Settings of the user do not count, so that results are the same everywhere.
 *
 * Lines come in the order of their paths. Ripgrep can sort, and then uses one processor only; so it searches unsorted
 * as long as what it finds can be sorted here. Where there is more, a second, sorted search soon has enough.
 */
export async function searchWithRipgrep(rg: string, search: Search, take: TakeLine): Promise<SearchReport> {
  const kept: FoundLine[] = [];
  let length = 0;
  const unsorted = await run(rg, search, [], (line) => {
    kept.push(line);
    length += line.text.length + line.path.length;
    return kept.length < MAX_KEPT_LINES && length < MAX_KEPT_LENGTH;
  });
  const { stopped, unreadable } = unsorted.stopped ? await run(rg, search, ["--sort=path"], take) : unsorted;
  for (const [path, reason] of unreadable) search.onUnreadable(path, reason);
  if (unsorted.stopped) return { stopped };
  for (const line of inOrder(kept, ({ path }) => path)) if (!take(line)) return { stopped: true };
  return { stopped: false };
}

interface Run extends SearchReport {
  /** Paths and why they could not be read. */
  unreadable: [string, string][];
}

async function run(rg: string, search: Search, options: readonly string[], take: TakeLine): Promise<Run> {
  const args = [
    "--no-config",
    "--color=never",
    "--no-heading",
    "--null",
    "--line-number",
    "--with-filename",
    "--hidden",
    ...options,
  ];
  args.push("-g", "!.git", "-g", "!node_modules", "--max-columns=2000", "--max-columns-preview");
  if (search.ignoreCase) args.push("-i");
  if (search.literal) args.push("-F");
  if (search.context > 0) args.push("-C", String(search.context));
  if (search.files !== undefined && search.file === undefined) args.push("-g", search.files);
  const child = spawn(rg, [...args, "-e", search.pattern, "--", `./${search.file ?? ""}`], {
    cwd: search.top,
    stdio: ["ignore", "pipe", "pipe"],
    signal: search.signal,
    windowsHide: true,
  });
  let failure: Error | undefined;
  child.on("error", (error) => (failure = error));
  const complaints = readComplaints(search.top);
  child.stderr.setEncoding("utf8").on("data", complaints.add);
  const ended = new Promise<number | null>((settle) => child.once("close", settle));
  let stopped = false;
  let rest = "";
  for await (const text of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
    const read = readLines(rest + text);
    rest = read.rest;
    if (read.lines.every((line) => take({ ...line, path: resolve(search.top, line.path) }))) continue;
    stopped = true;
    child.kill();
    break;
  }
  const code = await ended;
  search.signal.throwIfAborted();
  if (failure && !stopped) throw failure;
  const { unreadable, complaint } = complaints.end();
  if (!stopped && code === 2 && complaint !== "") throw new ToolError("bad_input", complaint);
  return { stopped, unreadable };
}

const MAX_COMPLAINT = 2_000;
const UNREADABLE = /^(?:rg: )?(\.\/.*|\.): (.*) \(os error \d+\)$/;

/** Tells what could not be read from what is wrong with the search. */
function readComplaints(top: string) {
  const unreadable: [string, string][] = [];
  let complaint = "";
  let rest = "";
  function take(line: string): void {
    const [, path, reason] = UNREADABLE.exec(line) ?? [];
    if (path === undefined || reason === undefined)
      complaint = (complaint + line + "\n").slice(0, MAX_COMPLAINT);
    else unreadable.push([resolve(top, path), reason.toLowerCase()]);
  }
  return {
    add(text: string): void {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    },
    end() {
      take(rest);
      return { unreadable, complaint: complaint.trim() };
    },
  };
}
