import { randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { indexText, parseIndex, type IndexEntry } from "./schema.ts";
import { sessionError } from "./session-error.ts";
import { readSummary, type SessionSummary } from "./summary.ts";

/** A file that may be a session. */
export interface Candidate {
  name: string;
  path: string;
  bytes: number;
  updatedAt: Date;
}

const sideBySide = 32;
const indexName = "index.json";

/** The files of a folder that may be sessions, the last written first. */
export async function listCandidates(directory: string): Promise<Candidate[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw sessionError(error, directory);
  });
  await clearLeftovers(directory, names);
  const found = await eachOf(
    names.filter((name) => name.endsWith(".jsonl")),
    async (name): Promise<Candidate | undefined> => {
      const path = join(directory, name);
      // Gone since the folder was read, or not ours to look at: not one of its sessions.
      const entry = await stat(path).catch(() => undefined);
      return entry?.isFile() ? { name, path, bytes: entry.size, updatedAt: entry.mtime } : undefined;
    },
  );
  return found
    .filter((candidate) => candidate !== undefined)
    .sort(
      (left, right) =>
        right.updatedAt.getTime() - left.updatedAt.getTime() || (left.path < right.path ? 1 : -1),
    );
}

/** So long after its last change nobody writes to a file that was to replace another one. */
const abandonedMs = 3_600_000;

/** Removes what a program that was killed has left half done: files that never took their name, locks put aside. */
async function clearLeftovers(directory: string, names: readonly string[]): Promise<void> {
  const leftovers = names.filter((name) => /\.tmp$|\.lock\.[0-9a-f-]{36}$/.test(name));
  await eachOf(leftovers, async (name) => {
    const path = join(directory, name);
    const entry = await stat(path).catch(() => undefined);
    if (!entry?.isFile() || Date.now() - entry.mtimeMs < abandonedMs) return;
    // In a folder that nobody may write to they stay.
    await rm(path, { force: true }).catch(() => undefined);
  });
}

/**
 * What the sessions of a folder say about themselves, the last written first. What is known of files that have not
 * changed is taken from an index beside them, which is made again from the sessions when it is missing or damaged.
 */
export async function listSummaries(directory: string): Promise<SessionSummary[]> {
  const [candidates, index] = await Promise.all([listCandidates(directory), readIndex(directory)]);
  let changed = false;
  const summaries = await eachOf(candidates, async (candidate): Promise<SessionSummary | undefined> => {
    const { name, path, bytes, updatedAt } = candidate;
    const known = index.get(name);
    const isKnown = known?.[1] === bytes && known[2] === updatedAt.getTime();
    const fields = isKnown ? known[3] : await readSummary(path, bytes).catch(() => undefined);
    if (!fields) return undefined;
    if (!isKnown) changed = true;
    return { ...fields, path, updatedAt, bytes };
  });
  const sessions = summaries.filter((summary) => summary !== undefined);
  if (index.size !== sessions.length) changed = true;
  if (changed && sessions.length > 0) await writeIndex(directory, sessions.map(indexEntry));
  return sessions;
}

function indexEntry({ path, updatedAt, bytes, ...fields }: SessionSummary): IndexEntry {
  return [basename(path), bytes, updatedAt.getTime(), fields];
}

async function readIndex(directory: string): Promise<Map<string, IndexEntry>> {
  const text = await readFile(join(directory, indexName), "utf8").catch(() => "");
  return new Map(parseIndex(text).map((entry) => [entry[0], entry]));
}

/** An index that cannot be written is one that is made again next time. */
async function writeIndex(directory: string, sessions: readonly IndexEntry[]): Promise<void> {
  const temporary = join(directory, `${indexName}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    await writeFile(temporary, indexText(sessions), { flag: "wx", mode: 0o600 });
    await rename(temporary, join(directory, indexName));
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Does something for each item, a few at a time; the results are in the items' order. */
async function eachOf<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as Item);
    }
  }
  await Promise.all(Array.from({ length: Math.min(sideBySide, items.length) }, worker));
  return results;
}
