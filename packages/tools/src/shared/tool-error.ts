/** Why a tool could not do what it was asked, for programs; the message says it to the model and to people. */
export type ToolErrorCode =
  /** There is no such file, folder or job, or nothing to undo. */
  | "not_found"
  /** The path names a folder, a device, a pipe, or something else that is not a plain file. */
  | "not_a_file"
  /** The path names something that is not a folder. */
  | "not_a_folder"
  /** The file is not text that these tools can show or change. */
  | "not_text"
  /** The file, image or argument is larger than the tool takes. */
  | "too_large"
  /** The arguments have the right types and still make no sense. */
  | "bad_input"
  /** An edit's `oldText` is not in the file or is there more than once, or edits overlap. */
  | "no_match"
  /** Somebody else changed the file since it was read, keeps changing it, or holds its lock. */
  | "changed"
  /** The operating system refused: permissions, a full disk, a read-only file. Or too many jobs run already. */
  | "refused"
  /** A rule of a policy that cannot be read. */
  | "bad_rule"
  /** A path outside of what the file tools are confined to. */
  | "outside"
  /** There is no sandbox on this system, or it does not work. */
  | "no_sandbox"
  /** A file was changed by somebody else, so that a change cannot be undone. */
  | "conflict"
  /** The command could not be started. */
  | "not_started";

/**
 * Thrown by a tool for every failure that it foresees. The message is a sentence made for the model: it names the
 * path as it was given and says what to do next where that is known.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: ToolErrorCode;

  constructor(code: ToolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The `code` of a system error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

const REFUSALS: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "too many symbolic links, or a circle of them",
  ENOTDIR: "a part of the path is a file and not a folder",
  EISDIR: "it is a folder",
  EBUSY: "it is in use",
  EMFILE: "too many files are open",
};

/** A system error as a {@link ToolError} about `path`. What is no system error (an abort, a bug) comes back as it is. */
export function fromSystemError(error: unknown, action: string, path: string): unknown {
  const code = systemCode(error);
  if (error instanceof ToolError || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const reason = REFUSALS[code] ?? code;
  return new ToolError(code === "ENOENT" ? "not_found" : "refused", `cannot ${action} ${path}: ${reason}`, {
    cause: error,
  });
}
