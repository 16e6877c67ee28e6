import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "../shared/tool-error.ts";

/** How long a command that was told to stop may take to clean up. */
const GRACE_MS = 3_000;
/** The same for processes that the shell left behind and that no longer hold its output. */
const LEFT_BEHIND_GRACE_MS = 500;
const POLL_MS = 20;

/** Sends a signal to every process of a group. A group that is gone is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    // Windows knows no process groups.
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch (error) {
    // EPERM: what is left belongs to somebody else (sudo) and cannot be stopped by us.
    if (!["ESRCH", "EPERM"].includes(systemCode(error) ?? "")) throw error;
  }
}

/**
 * Asks a group to end, also one whose processes are halted, and ends it after a grace. `isOver` tells whether the
 * shell is gone and nobody holds its output.
 */
export async function stopGroup(pid: number, isOver: () => boolean): Promise<void> {
  signalGroup(pid, "SIGTERM");
  signalGroup(pid, "SIGCONT");
  const start = performance.now();
  let overSince: number | undefined;
  while (groupIsAlive(pid) && performance.now() - start < GRACE_MS) {
    // In a container without an init process dead orphans stay in the group for ever, so this does not take all of it.
    if (isOver()) overSince ??= performance.now();
    if (overSince !== undefined && performance.now() - overSince > LEFT_BEHIND_GRACE_MS) break;
    await sleep(POLL_MS);
  }
  signalGroup(pid, "SIGKILL");
}

/** Whether any process of a group is there. */
export function groupIsAlive(pid: number): boolean {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
