import { open, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode, ToolError } from "../shared/tool-error.ts";

/** Nobody holds a lock for so long: whoever made it has died. */
const STALE_MS = 5_000;
const WAIT_MS = 10_000;
const PAUSE_MS = 10;

/** Does something that only one process at a time may do; the lock is a file beside the one that it is about. */
export async function withLockFile<Value>(path: string, action: () => Promise<Value>): Promise<Value> {
  const lock = `${path}.lock`;
  const waitUntil = performance.now() + WAIT_MS;
  for (;;) {
    try {
      const handle = await open(lock, "wx", 0o600);
      await handle.close();
      break;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    const stats = await stat(lock).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs > STALE_MS) await rm(lock, { force: true });
    else if (performance.now() > waitUntil)
      throw new ToolError("changed", `${path} is being written by another process`);
    else await sleep(PAUSE_MS);
  }
  try {
    return await action();
  } finally {
    await rm(lock, { force: true });
  }
}
