import { stat } from "node:fs/promises";
import { CoreError } from "../errors.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  ELOOP: "it is a symbolic link",
};

/** Gives errors of the file system a sentence; other errors pass. */
export function sessionError(error: unknown, path: string): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return new CoreError("session_not_found", `there is no session at ${path}`);
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) {
    const message = `cannot use the session at ${path}: ${reasons[code] ?? code}`;
    return new CoreError("session_unavailable", message, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Throws for what is there and no file: a pipe, for example, would be waited for without end. */
export async function requireFile(path: string): Promise<void> {
  const entry = await stat(path);
  if (entry.isFile() || entry.isDirectory()) return;
  throw new CoreError("session_unavailable", `cannot use the session at ${path}: it is not a file`);
}
