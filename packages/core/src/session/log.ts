import { constants } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { encodeLine } from "@zotpilot/ndjson";

/** Appends lines to a file, in order, each durable before `append` resolves. */
export interface Log {
  append(value: unknown): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a log at the given length; what stands behind it is cut off. The file and its folder are private to the
 * user. A write that fails half way is taken back, so that the next one does not glue itself to the rest.
 */
export async function openLog(path: string, length: number): Promise<Log> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  let end = length;
  let tail = Promise.resolve();
  await file.truncate(end);
  return {
    append(value) {
      const bytes = Buffer.from(encodeLine(value));
      const written = tail.then(() => write(file, bytes, end)).then(() => void (end += bytes.length));
      tail = written.catch(() => undefined);
      return written;
    },
    async close() {
      await tail;
      await file.close().catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EBADF") throw error;
      });
    },
  };
}

async function write(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  try {
    for (let offset = 0; offset < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset, position + offset);
      offset += bytesWritten;
    }
    await file.datasync();
  } catch (error) {
    await file.truncate(position).catch(() => undefined);
    throw error;
  }
}
