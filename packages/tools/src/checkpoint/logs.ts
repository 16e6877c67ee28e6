import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readEntry, type CheckpointEntry } from "./schema.ts";

/** Where the calls of a session are listed. */
export function logOf(folder: string, session: string): string {
  return join(folder, `${session.replaceAll(/[^\w-]/g, "_")}.jsonl`);
}

/** The logs of all sessions. */
export async function logFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(".jsonl")).map((name) => join(folder, name));
}

/** What stands in a log, oldest first: nothing when it is not there, and no line that is torn. */
export async function readLog(path: string): Promise<CheckpointEntry[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .map((line) => (line === "" ? undefined : readEntry(line)))
    .filter((entry) => entry !== undefined);
}
