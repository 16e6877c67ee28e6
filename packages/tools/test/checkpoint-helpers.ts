import { readdir, readFile, readlink, lstat } from "node:fs/promises";
import { join } from "node:path";
import { compose, toolRunner } from "@zotpilot/core";
import { codingTools, createCheckpoints, type CheckpointOptions } from "../src/index.ts";
import { temporaryFolder, textOf, toolCall } from "./helpers.ts";

/** Tools with checkpoints around them, in folders of their own. */
export async function setUpCheckpoints(options: Partial<CheckpointOptions> & { cwd?: string } = {}) {
  const cwd = options.cwd ?? (await temporaryFolder());
  const folder = options.folder ?? (await temporaryFolder());
  const checkpoints = createCheckpoints({ session: "session-1", ...options, folder });
  const run = compose(toolRunner(codingTools()), checkpoints.middleware);
  let calls = 0;
  const context = { cwd, signal: new AbortController().signal, progress: () => {} };
  const call = async (name: string, input: unknown, signal = context.signal) =>
    textOf(await run({ ...toolCall(name, input), id: `call-${(calls += 1)}` }, { ...context, signal }));
  return { cwd, folder, checkpoints, call };
}

/** The bytes (as latin1) and modes of all files, where links lead, and the folders. */
export async function treeState(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (`${path}/`.includes("/.git/")) continue;
    const mode = ((await lstat(path)).mode & 0o7777).toString(8);
    const name = path.slice(folder.length);
    if (entry.isSymbolicLink()) found[name] = `link ${await readlink(path)}`;
    else found[name] = entry.isFile() ? `${mode} ${await readFile(path, "latin1")}` : "folder";
  }
  return found;
}
