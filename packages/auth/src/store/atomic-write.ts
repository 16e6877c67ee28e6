import { randomBytes } from "node:crypto";
import { constants, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemCode } from "./problem.ts";
import { syncFolder } from "./sync-folder.ts";

/**
 * Replaces a file so that a reader, and a crash at any moment, finds the old bytes or the new ones. The name is random
 * and must be new (a planted or forgotten file is never written into), and the mode is set on the open file (neither
 * the umask nor an older file decides it). `beforeRename` is the last chance to call it off by throwing.
 */
export async function writeAtomically(
  path: string,
  text: string,
  beforeRename: () => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `${temporaryPrefix(path)}${randomBytes(8).toString("hex")}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const file = await open(temporary, flags, 0o600);
  try {
    try {
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await beforeRename();
    await renamePatiently(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes what killed writers left behind, if it is at least `minimumAgeMs` old. Never fails: it is only tidying. */
export async function removeLeftovers(path: string, minimumAgeMs: number): Promise<void> {
  const folder = dirname(path);
  const prefix = temporaryPrefix(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || !/^[0-9a-f]{16}\.tmp$/.test(name.slice(prefix.length))) continue;
    const leftover = join(folder, name);
    const status = await stat(leftover).catch(() => undefined);
    if (status === undefined || Date.now() - status.mtimeMs < minimumAgeMs) continue;
    await unlink(leftover).catch(() => undefined);
  }
}

const temporaryPrefix = (path: string): string => `.${basename(path)}.`;

/** On Windows a virus scanner may hold the file for a moment. */
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const passing = ["EBUSY", "EPERM", "EACCES"].includes(systemCode(error) ?? "");
      if (process.platform !== "win32" || !passing || attempt === 5) throw error;
      await delay(attempt * 100);
    }
  }
}
