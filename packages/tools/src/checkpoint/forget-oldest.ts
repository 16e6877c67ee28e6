import { rm, stat } from "node:fs/promises";
import { roomOf, type BlobStore } from "./blobs.ts";
import { logFiles, readLog } from "./logs.ts";

/** What is kept in a folder, and how much that may be. */
export interface Kept {
  folder: string;
  blobs: BlobStore;
  maxBytes: number;
  /** The log that is written to. */
  log: string;
}

/** Counts what all sessions keep. When it is too much, the oldest contents go. Gives the bytes that are left. */
export async function forgetOldest({ folder, blobs, maxBytes, log }: Kept): Promise<number> {
  const sizes = await blobs.list();
  let total = [...sizes.values()].reduce((sum, size) => sum + size, 0) + (await logRoom(folder));
  if (total <= maxBytes) return total;
  const times = await blobTimes(folder, log);
  const oldest = [...sizes].sort(([left], [right]) => (times.get(left) ?? 0) - (times.get(right) ?? 0));
  for (const [name, size] of oldest) {
    if (total <= maxBytes * 0.9) break;
    await blobs.delete(name);
    total -= size;
  }
  return total;
}

async function logRoom(folder: string): Promise<number> {
  let total = 0;
  for (const path of await logFiles(folder)) {
    const stats = await stat(path).catch(() => undefined);
    if (stats) total += roomOf(stats);
  }
  return total;
}

/** When each content was last part of a call. Removes the logs of others that need none. */
async function blobTimes(folder: string, log: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const path of await logFiles(folder)) {
    const entries = await readLog(path);
    let known = false;
    for (const { at, files } of entries) {
      for (const { before } of files) {
        if (!before) continue;
        times.set(before.hash, Math.max(times.get(before.hash) ?? 0, Date.parse(at)));
        known = true;
      }
    }
    if (!known && entries.length > 0 && path !== log) await rm(path, { force: true });
  }
  return times;
}
