import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "./problem.ts";

const LINK = /\]\((?![a-z]+:|#)([^()\s]+)\)/g;

/** Links of our Markdown files that lead to nothing in this repository. */
export async function brokenLinks(root: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const file of await markdownFiles(root)) {
    const text = await readFile(file, "utf8");
    for (const match of text.matchAll(LINK)) {
      const [target = ""] = (match[1] ?? "").split("#");
      if (existsSync(path.resolve(path.dirname(file), target))) continue;
      const line = text.slice(0, match.index).split("\n").length;
      problems.push({ file, line, message: `links to ${target}, which does not exist` });
    }
  }
  return problems;
}

async function markdownFiles(root: string): Promise<string[]> {
  const packages = await readdir(path.join(root, "packages"));
  const folders = ["", "examples", ...packages.map((name) => path.join("packages", name))];
  const found = await Promise.all([
    ...folders.map((folder) => markdownIn(path.join(root, folder), false)),
    markdownIn(path.join(root, "docs"), true),
  ]);
  return found.flat();
}

async function markdownIn(folder: string, recursive: boolean): Promise<string[]> {
  const names = await readdir(folder, { recursive }).catch(() => []);
  return names.filter((name) => name.endsWith(".md")).map((name) => path.join(folder, name));
}
