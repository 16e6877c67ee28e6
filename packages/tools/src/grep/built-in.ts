import { basename, join } from "node:path";
import picomatch from "picomatch";
import { rulesAbove } from "../glob/ignore-rules.ts";
import { readConfined } from "../glob/read-confined.ts";
import { walk } from "../glob/walk.ts";
import type { Confinement } from "../shared/confinement.ts";
import { openFile } from "../shared/open-file.ts";
import { displayPath } from "../shared/path.ts";
import { ToolError } from "../shared/tool-error.ts";
import { inOrder } from "./in-order.ts";
import type { FoundLine, Search, SearchReport, TakeLine } from "./search.ts";

const MAX_FILE_BYTES = 50 * 1024 * 1024;
const MAX_LINE = 2_000;
/** So many files are read side by side; together they may take up some memory. */
const SIDE_BY_SIDE = 8;

/** Searches without ripgrep: slower, and the same result. Files are opened within the confinement, if there is one. */
export async function searchBuiltIn(
  search: Search,
  cwd: string,
  confinement: Confinement | undefined,
  take: TakeLine,
): Promise<SearchReport> {
  const expression = compile(search);
  const paths =
    search.file === undefined ? await pathsBelow(search, cwd, confinement) : [join(search.top, search.file)];
  const ordered = inOrder(paths, (path) => path);
  for (let start = 0; start < ordered.length; start += SIDE_BY_SIDE) {
    search.signal.throwIfAborted();
    const some = ordered.slice(start, start + SIDE_BY_SIDE);
    const texts = await Promise.all(
      some.map((path) => readText(cwd, path, confinement, search.onUnreadable)),
    );
    for (const [index, path] of some.entries()) {
      const text = texts[index];
      if (text === undefined || !expression.test(text)) continue;
      for (const line of matchingLines(path, text, expression, search.context)) {
        if (!take(line)) return { stopped: true };
      }
    }
  }
  return { stopped: false };
}

async function pathsBelow(
  search: Search,
  cwd: string,
  confinement: Confinement | undefined,
): Promise<string[]> {
  const wanted = search.files === undefined ? () => true : fileMatcher(search.files);
  const paths: string[] = [];
  const options = {
    depth: Number.POSITIVE_INFINITY,
    rules: await rulesAbove(search.top, cwd),
    readFolder: confinement && readConfined(confinement),
    onUnreadable: search.onUnreadable,
    signal: search.signal,
  };
  await walk(search.top, options, (entry) => {
    if (entry.isFile && wanted(entry.below)) paths.push(entry.path);
  });
  return paths;
}

function compile({ pattern, literal, ignoreCase }: Search): RegExp {
  const source = literal ? pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&") : pattern;
  try {
    return new RegExp(source, ignoreCase ? "mi" : "m");
  } catch (error) {
    throw new ToolError(
      "bad_input",
      `${pattern} is no regular expression; literal: true searches for the text itself`,
      {
        cause: error,
      },
    );
  }
}

function fileMatcher(files: string): (below: string) => boolean {
  const matches = picomatch(files, { dot: true, flags: "s" });
  return files.includes("/") ? matches : (below) => matches(basename(below));
}

async function readText(
  cwd: string,
  path: string,
  confinement: Confinement | undefined,
  onUnreadable: Search["onUnreadable"],
): Promise<string | undefined> {
  try {
    const { handle, stats } = await openFile(cwd, path, displayPath(cwd, path), confinement);
    try {
      if (stats.size > MAX_FILE_BYTES) {
        onUnreadable(
          path,
          `it has more than ${MAX_FILE_BYTES / 1024 / 1024} MiB, and ripgrep is not installed`,
        );
        return undefined;
      }
      const bytes = await handle.readFile();
      return bytes.subarray(0, 8_192).includes(0) ? undefined : bytes.toString("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    onUnreadable(path, error);
    return undefined;
  }
}

function matchingLines(path: string, text: string, expression: RegExp, context: number): FoundLine[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const matches = new Set<number>();
  const shown = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (!expression.test(line)) continue;
    matches.add(index);
    for (let at = index - context; at <= index + context; at += 1)
      if (at >= 0 && at < lines.length) shown.add(at);
  }
  return [...shown]
    .sort((left, right) => left - right)
    .map((index) => ({
      path,
      line: index + 1,
      text: (lines[index] ?? "").replace(/\r$/, "").slice(0, MAX_LINE),
      isMatch: matches.has(index),
    }));
}
