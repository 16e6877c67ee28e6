import { lstat, readFile, readlink } from "node:fs/promises";
import { blobName } from "./blobs.ts";
import type { ChangedFile } from "./schema.ts";

/** The largest file that is kept, in bytes. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** How a file is or was. */
export interface FileState {
  state: ChangedFile["before"];
  /** Why it cannot be kept. */
  lost: string | undefined;
}

/** Looks at a file without following a link in its place; gives its bytes as well when they can be kept. */
export async function fileState(path: string): Promise<FileState & { bytes: Buffer | undefined }> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return { state: null, bytes: undefined, lost: undefined };
  const mode = stats.mode & 0o7777;
  const gone = (lost: string) => ({ state: { hash: "", mode }, bytes: undefined, lost });
  if (stats.isSymbolicLink()) {
    // What is kept of a link is where it leads.
    const bytes = await readlink(path, "buffer").catch(() => undefined);
    if (!bytes) return gone("it could not be read");
    return { state: { hash: blobName(bytes), mode, link: true }, bytes, lost: undefined };
  }
  if (!stats.isFile()) return gone("it is no plain file");
  if (stats.nlink > 1) return gone("it has several names (hard links)");
  if (stats.size > MAX_FILE_BYTES) return gone(`it is larger than ${MAX_FILE_BYTES} bytes`);
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return gone("it could not be read");
  return { state: { hash: blobName(bytes), mode }, bytes, lost: undefined };
}

/** Whether two states are the same content with the same mode. */
export function sameState(left: ChangedFile["before"], right: ChangedFile["before"]): boolean {
  return left?.hash === right?.hash && left?.mode === right?.mode && left?.link === right?.link;
}
