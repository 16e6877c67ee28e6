import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  openSync,
  renameSync,
  statSync,
  writeFileSync,
  type BigIntStats,
} from "node:fs";
import { chmod, chown, lstat, mkdir, open, readlink, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { inFolder, type Confinement } from "./confinement.ts";
import { requirePlainFile } from "./open-file.ts";
import { realPathOf } from "./real-path.ts";
import { systemCode, ToolError } from "./tool-error.ts";

/** What stood at a path before it is written. */
export interface WriteTarget {
  /** Where the bytes go: no link itself, though folders above it may be. */
  path: string;
  /** The file that is there, `undefined` when there is none. */
  stats: BigIntStats | undefined;
}

// The links of a target were followed before; one that is there now was put there meanwhile.
const IN_PLACE = constants.O_WRONLY | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);

/** A write target that is held until it is closed. */
export interface HeldTarget extends WriteTarget, AsyncDisposable {
  /** Where it really is, with the links of all folders followed. */
  real: string;
}

/** Finds where a path is to be written, with the missing folders made when it is confined. */
export async function openWriteTarget(
  absolute: string,
  shown: string,
  confinement: Confinement | undefined,
): Promise<HeldTarget> {
  if (!confinement) {
    const target = await findWriteTarget(absolute, shown);
    // Below a linked folder one file has several paths, and is remembered by one.
    return { ...target, real: await realPathOf(target.path), [Symbol.asyncDispose]: async () => {} };
  }
  const real = await confinement.locate(absolute, shown);
  const folder = await confinement.openFolder(dirname(real), shown, { create: true });
  try {
    const path = inFolder(folder, basename(real));
    const stats = await lstat(path, { bigint: true }).catch(ignoreMissing);
    if (stats) requireWritable(stats, shown);
    return { path, stats, real, [Symbol.asyncDispose]: () => folder.close() };
  } catch (error) {
    await folder.close();
    throw error;
  }
}

const MAX_LINKS = 40;

/**
 * Follows the symbolic links of a path that is about to be written, also one that leads nowhere yet. Throws for what
 * is no plain file and for a file that nobody may write: a rename would replace it all the same.
 */
async function findWriteTarget(absolute: string, shown: string): Promise<WriteTarget> {
  let path = absolute;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const stats = await lstat(path, { bigint: true }).catch(ignoreMissing);
    if (!stats) return { path, stats: undefined };
    if (!stats.isSymbolicLink()) {
      requireWritable(stats, shown);
      return { path, stats };
    }
    // A relative link counts from the folder that really holds it.
    path = resolve(await realpath(dirname(path)), await readlink(path));
  }
  throw new ToolError("refused", `${shown}: too many symbolic links, or a circle of them`);
}

function requireWritable(stats: BigIntStats, shown: string): void {
  requirePlainFile(stats, shown);
  if (process.platform !== "win32" && (stats.mode & 0o222n) === 0n) {
    throw new ToolError("refused", `${shown} is read-only (mode ${(stats.mode & 0o777n).toString(8)})`);
  }
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
    overwrite(target.path, bytes);
  }
}

function overwrite(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, IN_PLACE);
  try {
    writeFileSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
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
