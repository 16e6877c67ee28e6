import type { ProcessGroups } from "./process-group.ts";
import type { Watchdog } from "./watchdog.ts";

/** Sees to it that running commands do not outlive this process. */
export interface ExitGuard {
  /** What the environment of every command needs. */
  mark: Record<string, string>;
  /** What every command needs to inherit, if it can be had. */
  markFile(): number | undefined;
  /** Called before a command is started, so that there is no moment in which a signal could leave it behind. */
  hold(): Hold;
}

/** One command under guard. */
export interface Hold {
  pid: number | undefined;
  /** To be called as soon as the group is there, before the command itself may run. */
  started(pid: number): void;
  /** What is left of the group stays under guard until it is gone. */
  release(): void;
}

/** Marks the listeners of all guards in this process, so that each knows the others. */
const GUARD = Symbol.for("@zotpilot/tools/exit-guard");

const LEFT_BEHIND_POLL_MS = 250;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Kills the groups it holds when this process exits, or dies by a signal that nobody else handles. Listens only while
 * it holds one, so that a process without commands behaves as if this did not exist.
 */
export function createExitGuard(groups: ProcessGroups, watchdog: Watchdog): ExitGuard {
  const holds = new Set<Hold>();

  function killAll(): void {
    for (const { pid } of holds) if (pid !== undefined) groups.kill(pid);
  }

  function onSignal(signal: NodeJS.Signals): void {
    // Somebody else decides what the signal means; should it be the end, the exit listener does the rest.
    if (process.listeners(signal).some((listener) => !(GUARD in listener))) return;
    killAll();
    process.off(signal, onSignal);
    // The last guard lets the signal do what it would have done without them.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }
  Object.assign(onSignal, { [GUARD]: true });

  function drop(hold: Hold): void {
    if (!holds.delete(hold)) return;
    if (hold.pid !== undefined) watchdog.forget(hold.pid);
    if (holds.size > 0) return;
    process.off("exit", killAll);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }

  return {
    mark: watchdog.mark,
    markFile: watchdog.markFile,
    hold() {
      if (holds.size === 0) {
        process.on("exit", killAll);
        // Before all others: a listener that was added with `once` is gone from the list when a later one runs.
        for (const signal of SIGNALS) process.prependListener(signal, onSignal);
      }
      const hold: Hold = {
        pid: undefined,
        started(pid) {
          hold.pid = pid;
          watchdog.watch(pid);
        },
        release() {
          if (hold.pid === undefined || !groups.isAlive(hold.pid)) return drop(hold);
          // A background process with its output elsewhere.
          const timer = setInterval(() => {
            if (hold.pid !== undefined && groups.isAlive(hold.pid)) return;
            clearInterval(timer);
            drop(hold);
          }, LEFT_BEHIND_POLL_MS);
          timer.unref();
        },
      };
      holds.add(hold);
      return hold;
    },
  };
}
