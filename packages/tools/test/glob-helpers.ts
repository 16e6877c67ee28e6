import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { globTool } from "../src/index.ts";
import { callText, temporaryFolder } from "./helpers.ts";

/** A folder with these files, each empty; a name that ends in `/` is a folder. */
export async function tree(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    const path = join(folder, name);
    await mkdir(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) await writeFile(path, "");
  }
  return folder;
}

/** The lines of what a glob finds; none when it finds nothing. */
export async function find(
  folder: string,
  pattern: string,
  path?: string,
  more: Record<string, unknown> = {},
): Promise<string[]> {
  const text = await callText(globTool, folder, { pattern, ...(path !== undefined && { path }), ...more });
  if (text.startsWith("no files match")) return [];
  expect(text.endsWith("\n")).toBe(true);
  return text.split("\n").slice(0, -1);
}
