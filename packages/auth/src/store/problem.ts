import { AuthError } from "../errors.ts";
import { displayText } from "../display.ts";

const sentences: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links lead in a circle",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EIO: "the disk reports an error",
  EMFILE: "too many open files",
};

export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Words for an operating system error, without the paths of temporary files that its own message holds. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  if (code !== undefined) return sentences[code] === undefined ? code : `${sentences[code]} (${code})`;
  return error instanceof Error ? error.message : "unknown reason";
}

/** What people call a file, and what helps when it is damaged. */
export interface FileWords {
  readonly title: string;
  readonly repair: string;
}

const credentialsWords: FileWords = {
  title: "credentials file",
  repair: "repair it, restore it from a backup, or move it away and sign in again",
};

export function unreadable(
  path: string,
  reason: string,
  cause?: unknown,
  { title, repair }: FileWords = credentialsWords,
): AuthError {
  return new AuthError(
    "store_unreadable",
    `The ${title} ${displayText(path, 1000)} ${reason}. It was left as it is: ${repair}.`,
    { cause },
  );
}

export function unwritable(path: string, reason: string, cause?: unknown): AuthError {
  return new AuthError(
    "store_unwritable",
    `Could not save to the credentials file ${displayText(path, 1000)}: ${reason}. What was stored before is still there.`,
    { cause },
  );
}

export function insecure(path: string, reason: string, cause?: unknown): AuthError {
  return new AuthError(
    "store_insecure",
    `The credentials file ${displayText(path, 1000)} was not used: ${reason}.`,
    { cause },
  );
}
