import { constants } from "node:fs";
import { mkdir, open, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { encodeLine } from "@zotpilot/ndjson";
import { CoreError } from "../errors.ts";
import { isRecord, maxLineBytes } from "./lines.ts";

/** Appends lines to a file, in order, each durable before `append` resolves. */
export interface Log {
  /** Returns how many bytes the line has. Throws `record_too_large` for one that readers would pass over. */
  append(value: unknown): Promise<number>;
  close(): Promise<void>;
}

const LINE_FEED = 0x0a;
const blockBytes = 64 * 1024;

// Always behind what is there, also behind what somebody else has written meanwhile: never over it.
const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW;
const keepFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Starts a log with its first line. File and folder are made, private to the user; nothing that exists is touched.
 * When it fails, no file is left behind.
 */
export async function createLog(path: string, first: unknown): Promise<Log> {
  await makeFolder(dirname(path));
  const file = await open(path, flags | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const log = logOf(file, 0);
    await log.append(first);
    // The name of a new file is durable only when its folder is.
    await syncFolder(dirname(path));
    return log;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

/**
 * Opens a log to append to it. Bytes behind the last line feed are cut off, unless they are a whole record: none was ever
 * promised for them. They are kept beside the log, in a file of the same name with `.torn` at its end, or, where that cannot be written, in the
 * log itself, as a line of their own.
 */
export async function openLog(path: string): Promise<Log> {
  const file = await open(path, flags);
  try {
    const { size } = await file.stat();
    const end = await endOfLastLine(file, size);
    if (end === size) return logOf(file, end);
    if (await isWhole(file, end, size)) return logOf(file, size, true);
    if (!(await keepTail(path, file, end, size))) return logOf(file, size, true);
    await file.truncate(end);
    return logOf(file, end);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function logOf(file: FileHandle, length: number, endsTorn = false): Log {
  let end = length;
  let torn = endsTorn;
  let tail: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;

  async function write(line: string): Promise<number> {
    // What could not be taken back is closed off, so that it spoils one line and not two.
    const bytes = Buffer.from(torn ? `\n${line}` : line);
    if (bytes.length > maxLineBytes) throw tooLarge(bytes.length);
    let offset = 0;
    try {
      while (offset < bytes.length) {
        const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset, null);
        offset += bytesWritten;
      }
      await file.datasync();
      torn = false;
      end += bytes.length;
      return bytes.length;
    } catch (error) {
      torn ||= offset > 0 && !(await takeBack(file, end, offset));
      if (torn) end += offset;
      throw error;
    }
  }

  return {
    append(value) {
      const line = encodeLine(value);
      const written = tail.then(() => write(line));
      tail = written.catch(() => undefined);
      return written;
    },
    close() {
      return (closed ??= tail.then(() => file.close()));
    },
  };
}

function tooLarge(bytes: number): CoreError {
  const megabytes = (count: number): number => Math.ceil(count / 1024 / 1024);
  const sentence = `a message of ${megabytes(bytes)} MB is more than a session can keep (${megabytes(maxLineBytes)} MB)`;
  return new CoreError("record_too_large", sentence);
}

/** Whether the end of a file lacks its line feed alone. */
async function isWhole(file: FileHandle, start: number, end: number): Promise<boolean> {
  if (end - start > maxLineBytes) return false;
  const bytes = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  return bytesRead === bytes.length && isRecord(bytes.toString("utf8"));
}

/** Cuts off what a failed write has left behind `end`, unless it is not the last thing in the file. */
async function takeBack(file: FileHandle, end: number, written: number): Promise<boolean> {
  try {
    const { size } = await file.stat();
    if (size !== end + written) return false;
    await file.truncate(end);
    return true;
  } catch {
    return false;
  }
}

/** Copies a torn end, so that nobody's work is thrown away; zeros, which a power cut leaves, are nobody's. */
async function keepTail(path: string, file: FileHandle, start: number, end: number): Promise<boolean> {
  const block = Buffer.alloc(Math.min(end - start, blockBytes));
  let copy: FileHandle | undefined;
  try {
    for (let position = start; position < end;) {
      const { bytesRead } = await file.read(block, 0, Math.min(block.length, end - position), position);
      if (bytesRead === 0) return false;
      const bytes = block.subarray(0, bytesRead);
      if (copy || bytes.some((byte) => byte !== 0)) {
        copy ??= await open(`${path}.torn`, keepFlags, 0o600);
        await copy.writeFile(bytes);
      }
      position += bytesRead;
    }
    await copy?.writeFile("\n");
    await copy?.datasync();
    return true;
  } catch {
    // The disk may be full, or the folder not ours to write in.
    return false;
  } finally {
    await copy?.close();
  }
}

async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(blockBytes);
  for (let stop = size; stop > 0;) {
    const start = Math.max(0, stop - block.length);
    const { bytesRead } = await file.read(block, 0, stop - start, start);
    const index = block.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (index !== -1) return start + index + 1;
    stop = start;
  }
  return 0;
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  // Some systems cannot open or sync a folder; there, the file's own sync has to do.
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
