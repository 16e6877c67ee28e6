import { constants, type BigIntStats } from "node:fs";
import { lstat, open, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { inFolder, type Confinement, type HeldFolder } from "./confinement.ts";
import { notFound } from "./near-names.ts";
import { fromSystemError, systemCode, ToolError } from "./tool-error.ts";

/** A plain file, open for reading. */
export interface OpenFile {
  handle: FileHandle;
  stats: BigIntStats;
}

// Without O_NONBLOCK, opening a named pipe would wait for a writer that may never come.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens a plain file. Folders, pipes, sockets and devices are refused at once. The caller closes the handle. */
export async function openFile(
  cwd: string,
  absolute: string,
  shown: string,
  confinement?: Confinement,
): Promise<OpenFile> {
  if (confinement) return openConfined(cwd, absolute, shown, confinement);
  return openAt(absolute, FLAGS).catch(async (error: unknown) => explain(error, cwd, absolute, shown));

  async function openAt(path: string, flags: number): Promise<OpenFile> {
    // Looked at before it is opened, because opening a device can already have an effect.
    requirePlainFile(await stat(path, { bigint: true }), shown);
    const handle = await open(path, flags);
    try {
      const stats = await handle.stat({ bigint: true });
      requirePlainFile(stats, shown);
      return { handle, stats };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
}

async function openConfined(
  cwd: string,
  absolute: string,
  shown: string,
  confinement: Confinement,
): Promise<OpenFile> {
  const real = await confinement.locate(absolute, shown);
  let folder: HeldFolder | undefined;
  let handle: FileHandle | undefined;
  try {
    folder = await confinement.openFolder(dirname(real), shown);
    const path = inFolder(folder, basename(real));
    requirePlainFile(await lstat(path, { bigint: true }), shown);
    handle = await open(path, FLAGS | (constants.O_NOFOLLOW ?? 0));
    const stats = await handle.stat({ bigint: true });
    requirePlainFile(stats, shown);
    await confinement.requireSame(real, stats, shown);
    return { handle, stats };
  } catch (error) {
    await handle?.close();
    return await explain(error, cwd, absolute, shown);
  } finally {
    await folder?.close();
  }
}

async function explain(error: unknown, cwd: string, absolute: string, shown: string): Promise<never> {
  if (systemCode(error) === "ENOENT") throw await notFound(cwd, absolute, shown);
  throw fromSystemError(error, "open", shown);
}

/** Throws unless `stats` are those of a plain file. */
export function requirePlainFile(stats: BigIntStats, shown: string): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) {
    throw new ToolError(
      "not_a_file",
      `${shown} is a folder; glob with path ${shown} and pattern "./*" lists it`,
    );
  }
  throw new ToolError("not_a_file", `${shown} is ${kind(stats)}, not a file`);
}

function kind(stats: BigIntStats): string {
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return "a device";
  return "something else";
}
