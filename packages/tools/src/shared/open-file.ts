import { constants, type BigIntStats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
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
export async function openFile(cwd: string, absolute: string, shown: string): Promise<OpenFile> {
  let handle: FileHandle | undefined;
  try {
    // Looked at before it is opened, because opening a device can already have an effect.
    requirePlainFile(await stat(absolute, { bigint: true }), shown);
    handle = await open(absolute, FLAGS);
    const stats = await handle.stat({ bigint: true });
    requirePlainFile(stats, shown);
    return { handle, stats };
  } catch (error) {
    await handle?.close();
    if (systemCode(error) === "ENOENT") throw await notFound(cwd, absolute, shown);
    throw fromSystemError(error, "open", shown);
  }
}

/** Throws unless `stats` are those of a plain file. */
export function requirePlainFile(stats: BigIntStats, shown: string): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) {
    throw new ToolError("not_a_file", `${shown} is a folder; glob with pattern "*" lists it`);
  }
  throw new ToolError("not_a_file", `${shown} is ${kind(stats)}, not a file`);
}

function kind(stats: BigIntStats): string {
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return "a device";
  return "something else";
}
