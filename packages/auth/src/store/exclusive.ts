import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { isAuthError, AuthError } from "../errors.ts";
import type { ExclusiveWait } from "./credential-store.ts";
import { LockBusy, acquireLockUnless } from "./lock.ts";
import { systemReason, unwritable } from "./problem.ts";

/** Slower than the locks of a save: whoever has its turn asks a server. */
const pauseMs = 60;

/**
 * One action at a time for an id, among all processes whose stores lie in one folder, keychain or file: a lock of its own
 * there, so that saving goes on meanwhile. Throws `AuthError` `store_unwritable` when there is no place for a lock, `store_busy` after 30 s.
 */
export async function exclusivelyAmongProcesses<T>(
  anchor: () => Promise<string>,
  id: string,
  action: () => Promise<T>,
  wait: ExclusiveWait = {},
): Promise<T | undefined> {
  const key = createHash("sha256").update(id).digest("hex").slice(0, 16);
  const take = async () => {
    path = join(dirname(await anchor()), `turn-${key}.lock`);
    return acquireLockUnless(path, {
      isMoot: wait.isMoot ?? (async () => false),
      pauseMs,
      ...(wait.signal && { signal: wait.signal }),
    });
  };
  let path = "the place of the lock";
  const lock = await take().catch((error: unknown) => {
    wait.signal?.throwIfAborted();
    if (isAuthError(error)) throw error;
    if (error instanceof LockBusy)
      throw new AuthError(
        "store_busy",
        "Another process is renewing this account's token and does not come to an end. Nothing was changed; try again.",
      );
    throw unwritable(path, systemReason(error), error);
  });
  if (lock === undefined) return undefined;
  try {
    return await action();
  } finally {
    await lock.release();
  }
}
