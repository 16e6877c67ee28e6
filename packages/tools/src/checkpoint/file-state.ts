import { lstat, readFile } from "node:fs/promises";
import { blobName } from "./blobs.ts";
import type { ChangedFile } from "./schema.ts";

/** The largest file that is kept, in bytes. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** How a file is now. */
export interface FileState {
  state: ChangedFile["before"];
  /** Its bytes, when it is there and not too large. */
  bytes: Buffer | undefined;
  /** Why it cannot be kept. */
  lost: string | undefined;
}

/** Looks at a file without following a link in its place. */
export async function fileState(path: string): Promise<FileState> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return { state: null, bytes: undefined, lost: undefined };
  const mode = stats.mode & 0o7777;
  const gone = (lost: string): FileState => ({ state: { hash: "", mode }, bytes: undefined, lost });
  if (!stats.isFile()) return gone("it is no plain file");
  if (stats.nlink > 1) return gone("it has several names (hard links)");
  if (stats.size > MAX_FILE_BYTES) return gone(`it is larger than ${MAX_FILE_BYTES} bytes`);
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return gone("it could not be read");
  return { state: { hash: blobName(bytes), mode }, bytes, lost: undefined };
}

/** Whether two states are the same content with the same mode. */
export function sameState(left: ChangedFile["before"], right: ChangedFile["before"]): boolean {
  return left?.hash === right?.hash && left?.mode === right?.mode;
}
