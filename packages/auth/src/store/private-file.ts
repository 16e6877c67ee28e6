import { chmod, constants, lstat, mkdir, open, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { ownUserId } from "./location.ts";
import { syncFolder } from "./sync-folder.ts";
import { insecure, systemCode, systemReason, unreadable } from "./problem.ts";

export const maximumFileBytes = 1024 * 1024;

export interface PrivateFile {
  readonly bytes: Uint8Array;
  /** The mode that the file had when others could use it; it is private now. */
  readonly loosened?: string;
}

/**
 * Reads a file that only we may use, through one open file, so that what is checked is what is read. Open permissions
 * are closed before the content is used; undefined when there is no file. `path` is the name that people know it by.
 */
export async function readPrivateFile(target: string, path: string): Promise<PrivateFile | undefined> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
    file = await open(target, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw unreadable(path, `cannot be read: ${systemReason(error)}`, error);
  }
  try {
    const { size, mode, uid, ...kind } = await describe(file);
    if (kind.directory) throw unreadable(path, "is a folder");
    if (!kind.regular) throw unreadable(path, "is not a regular file");
    const owner = ownUserId();
    if (owner !== undefined && uid !== owner)
      throw insecure(path, `it belongs to another user (id ${uid}); give it to yourself with chown`);
    if (size > maximumFileBytes) throw unreadable(path, "is larger than 1 MB, which no credentials are");
    const loose = owner !== undefined && (mode & 0o077) !== 0;
    if (loose) await close(file, path);
    return { bytes: await readAll(file, path), ...(loose ? { loosened: octal(mode) } : {}) };
  } finally {
    await file.close();
  }
}

/**
 * Makes the folder of a file, and makes it ours alone. Folders that are meant to be shared stay as they are: the home
 * folder, one with the sticky bit (`/tmp`), one that belongs to the system. Returns the former mode when it changed.
 */
export async function ensurePrivateFolder(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  await makeFolder(folder);
  const owner = ownUserId();
  if (owner === undefined) return undefined;
  const { mode, uid } = await stat(folder);
  const sticky = (mode & 0o1000) !== 0;
  if (uid !== owner) {
    if (uid === 0 && (sticky || (mode & 0o022) === 0)) return undefined;
    throw insecure(path, `its folder belongs to another user (id ${uid})`);
  }
  if (sticky || (mode & 0o777) === 0o700 || (await isShared(folder))) return undefined;
  await chmod(folder, 0o700);
  return (mode & 0o077) === 0 ? undefined : octal(mode);
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  // A new folder that is lost with the power would take the file along.
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function isShared(folder: string): Promise<boolean> {
  const path = resolve(folder);
  return path === resolve(homedir()) || path === resolve("/") || (await lstat(path)).isSymbolicLink();
}

async function describe(file: FileHandle) {
  const status = await file.stat();
  const { size, mode, uid } = status;
  return { size, mode, uid, directory: status.isDirectory(), regular: status.isFile() };
}

async function close(file: FileHandle, path: string): Promise<void> {
  try {
    await file.chmod(0o600);
  } catch (error) {
    throw insecure(
      path,
      `other users can read it, and that could not be changed: ${systemReason(error)}`,
      error,
    );
  }
}

async function readAll(file: FileHandle, path: string): Promise<Uint8Array> {
  try {
    return await file.readFile();
  } catch (error) {
    throw unreadable(path, `cannot be read: ${systemReason(error)}`, error);
  }
}

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, "0");
