import { randomBytes } from "node:crypto";
import { renameSync, statSync, writeFileSync, type BigIntStats } from "node:fs";
import { chmod, chown, lstat, mkdir, open, readlink, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { requirePlainFile } from "./open-file.ts";
import { systemCode, ToolError } from "./tool-error.ts";

/** What stood at a path before it is written. */
export interface WriteTarget {
  /** Where the bytes go: the path with every symbolic link followed. */
  path: string;
  /** The file that is there, `undefined` when there is none. */
  stats: BigIntStats | undefined;
}

const MAX_LINKS = 40;

/**
 * Follows the symbolic links of a path that is about to be written, also one that leads nowhere yet. Throws for what
 * is no plain file and for a file that nobody may write: a rename would replace it all the same.
 */
export async function findWriteTarget(absolute: string, shown: string): Promise<WriteTarget> {
  let path = absolute;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const stats = await lstat(path, { bigint: true }).catch(ignoreMissing);
    if (!stats) return { path, stats: undefined };
    if (!stats.isSymbolicLink()) {
      requirePlainFile(stats, shown);
      if (process.platform !== "win32" && (stats.mode & 0o222n) === 0n) {
        throw new ToolError("refused", `${shown} is read-only (mode ${(stats.mode & 0o777n).toString(8)})`);
      }
      return { path, stats };
    }
    // A relative link counts from the folder that really holds it.
    path = resolve(await realpath(dirname(path)), await readlink(path));
  }
  throw new ToolError("refused", `${shown}: too many symbolic links, or a circle of them`);
}

/** Thrown when a file is no longer the one that was looked at. */
export class FileChangedError extends Error {
  override readonly name = "FileChangedError";
}

/** How {@link replaceFile} is to behave. */
export interface ReplaceOptions {
  /** Throw a {@link FileChangedError} and write nothing unless the file is still this one. */
  onlyIf?: BigIntStats;
  /** The mode of a new file. Default: what the process gives its files. */
  mode?: number;
  signal: AbortSignal;
}

/**
 * Puts `bytes` at the target, all or nothing: a reader sees the old file or the new one. Mode and owner stay. Where
 * the folder allows no new file beside it (or the file is a mount point), the file is overwritten in place instead.
 */
export async function replaceFile(
  target: WriteTarget,
  bytes: Uint8Array,
  options: ReplaceOptions,
): Promise<void> {
  const folder = dirname(target.path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.zotpilot-${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeTemporary(temporary, bytes, target.stats, options.mode);
    options.signal.throwIfAborted();
    // The check and the rename happen without a pause between them, so that of two edits in this process that start
    // from the same file only one can win; the other starts over.
    requireUnchanged(target.path, options.onlyIf);
    renameSync(temporary, target.path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (!target.stats || !cannotReplace(error)) throw error;
    requireUnchanged(target.path, options.onlyIf);
    writeFileSync(target.path, bytes);
  }
}

async function writeTemporary(
  path: string,
  bytes: Uint8Array,
  like: BigIntStats | undefined,
  mode = 0o666,
): Promise<void> {
  const handle = await open(path, "wx", like ? 0o600 : mode);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (!like || process.platform === "win32") return;
  const made = await stat(path, { bigint: true });
  if (made.uid !== like.uid || made.gid !== like.gid) await chown(path, Number(like.uid), Number(like.gid));
  await chmod(path, Number(like.mode & 0o7777n));
}

function requireUnchanged(path: string, expected: BigIntStats | undefined): void {
  if (!expected) return;
  const now = statSync(path, { bigint: true, throwIfNoEntry: false });
  const same =
    now?.dev === expected.dev &&
    now.ino === expected.ino &&
    now.size === expected.size &&
    now.mtimeNs === expected.mtimeNs &&
    now.ctimeNs === expected.ctimeNs;
  if (!same) throw new FileChangedError(`${basename(path)} changed meanwhile`);
}

function cannotReplace(error: unknown): boolean {
  return ["EACCES", "EPERM", "EBUSY", "EXDEV"].includes(systemCode(error) ?? "");
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) !== "ENOENT") throw error;
}
