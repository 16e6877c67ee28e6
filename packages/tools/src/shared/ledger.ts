import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { MAX_TEXT_FILE_BYTES } from "./limits.ts";
import { ToolError } from "./tool-error.ts";

/** Remembers how files were when the model last saw them, so that it does not write over what it has not seen. */
export interface FileLedger {
  /** The model has seen, or made, the file as it is now. */
  note(real: string): Promise<void>;
  /** Throws a {@link ToolError} (`changed`) when the file is not as it was noted; a file that was never noted passes. */
  require(real: string, shown: string): Promise<void>;
}

interface Seen {
  size: bigint;
  changedAt: bigint;
  hash: string | undefined;
}

/** Makes an empty ledger. */
export function createFileLedger(): FileLedger {
  const seen = new Map<string, Seen>();

  return {
    async note(real) {
      const now = await look(real);
      if (now) seen.set(real, now);
      else seen.delete(real);
    },
    async require(real, shown) {
      const then = seen.get(real);
      if (!then) return;
      const now = await look(real, then);
      if (now === undefined || now === then) return;
      if (now.hash !== undefined && now.hash === then.hash) return void seen.set(real, now);
      throw new ToolError(
        "changed",
        `${shown} changed since you last read it; read it again. Nothing was written.`,
      );
    },
  };
}

/** How a file is now; `same` when nothing about it moved. */
async function look(real: string, same?: Seen): Promise<Seen | undefined> {
  const stats = await stat(real, { bigint: true }).catch(() => undefined);
  if (!stats?.isFile()) return undefined;
  if (same && stats.size === same.size && stats.ctimeNs === same.changedAt) return same;
  const small = stats.size <= MAX_TEXT_FILE_BYTES;
  const bytes = small ? await readFile(real).catch(() => undefined) : undefined;
  return {
    size: stats.size,
    changedAt: stats.ctimeNs,
    // Tools that write the same again, and those that only touch a file, are no reason to stop.
    hash: bytes && createHash("sha256").update(bytes).digest("hex"),
  };
}
