import { lstat } from "node:fs/promises";

/** What stands at a place, without following a link there. What cannot be looked at counts as absent. */
export async function kindOf(path: string): Promise<"absent" | "file" | "folder" | "other"> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return "absent";
  return stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
}
