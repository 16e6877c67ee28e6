import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "../shared/tool-error.ts";
import { variable, type Platform } from "./shell.ts";

/** A command with all that it started, named by the process id of its shell. */
export interface ProcessGroups {
  /** Ends every process of a group at once. A group that is gone is no error. */
  kill(pid: number): void;
  /** Whether any process of a group is there. */
  isAlive(pid: number): boolean;
  /**
   * Asks a group to end, also one whose processes are halted, and ends it after a grace. `isOver` tells whether the shell
   * is gone and nobody holds its output.
   */
  stop(pid: number, isOver: () => boolean): Promise<void>;
}

/** How groups of processes are ended on a system. */
export function createProcessGroups(
  platform: Platform,
  env: Readonly<Record<string, string | undefined>>,
): ProcessGroups {
  return platform === "win32" ? windowsTrees(variable(env, "SYSTEMROOT", platform)) : POSIX_GROUPS;
}

/** How long a command that was told to stop may take to clean up. */
const GRACE_MS = 3_000;
/** The same for processes that the shell left behind and that no longer hold its output. */
const LEFT_BEHIND_GRACE_MS = 500;
const POLL_MS = 20;

const POSIX_GROUPS: ProcessGroups = {
  kill: (pid) => signal(-pid, "SIGKILL"),
  isAlive: (pid) => isThere(-pid),
  async stop(pid, isOver) {
    signal(-pid, "SIGTERM");
    signal(-pid, "SIGCONT");
    const start = performance.now();
    let overSince: number | undefined;
    while (isThere(-pid) && performance.now() - start < GRACE_MS) {
      // In a container without an init process dead orphans stay in the group for ever, so this does not take all of it.
      if (isOver()) overSince ??= performance.now();
      if (overSince !== undefined && performance.now() - overSince > LEFT_BEHIND_GRACE_MS) break;
      await sleep(POLL_MS);
    }
    signal(-pid, "SIGKILL");
  },
};

const TASKKILL_MS = 5_000;

/**
 * Windows knows no groups, but who started whom, as long as the shell is there. A program without a window cannot be
 * asked to end, so it is ended at once.
 */
function windowsTrees(systemRoot = "C:\\Windows"): ProcessGroups {
  const taskkill = join(systemRoot, "System32", "taskkill.exe");
  const args = (pid: number): string[] => ["/pid", String(pid), "/t", "/f"];
  const options = { windowsHide: true, timeout: TASKKILL_MS } as const;
  return {
    kill(pid) {
      // Called when the process ends, when nothing can be waited for.
      spawnSync(taskkill, args(pid), { ...options, stdio: "ignore" });
      signal(pid, "SIGKILL");
    },
    isAlive: isThere,
    async stop(pid) {
      await new Promise<void>((resolve) => execFile(taskkill, args(pid), options, () => resolve()));
      signal(pid, "SIGKILL");
    },
  };
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (error) {
    // EPERM: what is left belongs to somebody else (sudo) and cannot be stopped by us.
    if (!["ESRCH", "EPERM"].includes(systemCode(error) ?? "")) throw error;
  }
}

function isThere(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
