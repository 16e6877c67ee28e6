import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { findProgram } from "../shared/find-program.ts";
import { ToolError } from "../shared/tool-error.ts";
import { readMatch } from "./schema.ts";
import type { Search, SearchReport, TakeLine } from "./search.ts";

/** The ripgrep of this system, or the one that was installed with us. */
export async function findRipgrep(): Promise<string | undefined> {
  const found = await findProgram("rg");
  if (found !== undefined) return found;
  // Installed only where it can be, so it is no dependency that types may rely on.
  const name = "@vscode/ripgrep";
  const library = await (import(name) as Promise<{ rgPath?: string }>).catch(() => undefined);
  return library?.rgPath;
}

/** Searches with ripgrep. Settings of the user do not count, so that results are the same everywhere. */
export async function searchWithRipgrep(rg: string, search: Search, take: TakeLine): Promise<SearchReport> {
  const args = [
    "--no-config",
    "--json",
    "--hidden",
    "--sort=path",
    "--no-messages",
    "-g",
    "!.git",
    "-g",
    "!node_modules",
  ];
  args.push("--max-columns=2000", "--max-columns-preview", "--max-filesize=50M");
  if (search.ignoreCase) args.push("-i");
  if (search.literal) args.push("-F");
  if (search.context > 0) args.push("-C", String(search.context));
  if (search.files !== undefined) args.push("-g", search.files);
  const child = spawn(rg, [...args, "-e", search.pattern, "--", "."], {
    cwd: search.top,
    stdio: ["ignore", "pipe", "pipe"],
    signal: search.signal,
    windowsHide: true,
  });
  let failure: Error | undefined;
  child.on("error", (error) => (failure = error));
  let complaint = "";
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (complaint = (complaint + text).slice(0, 2_000)));
  const ended = new Promise<number | null>((settle) => child.once("close", settle));
  let stopped = false;
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
    const found = readMatch(line);
    if (!found) continue;
    const { path, lines, line_number } = found.data;
    const texts = lines.replace(/\r?\n$/, "").split("\n");
    const going = texts.every((text, index) =>
      take({
        path: resolve(search.top, path),
        line: line_number + index,
        text,
        isMatch: found.type === "match",
      }),
    );
    if (going) continue;
    stopped = true;
    child.kill();
    break;
  }
  const code = await ended;
  search.signal.throwIfAborted();
  if (failure && !stopped) throw failure;
  if (!stopped && code === 2 && complaint.trim() !== "") throw new ToolError("bad_input", complaint.trim());
  return { stopped };
}
