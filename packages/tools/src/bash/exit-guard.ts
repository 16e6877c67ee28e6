import { signalGroup } from "./process-group.ts";

/** Sees to it that running commands do not outlive this process. */
export interface ExitGuard {
  /** Called before a command is started, so that there is no moment in which a signal could leave it behind. */
  hold(): Hold;
}

/** One command under guard. */
export interface Hold {
  /** To be set as soon as the group is there. */
  pid: number | undefined;
  release(): void;
}

/** Marks the listeners of all guards in this process, so that each knows the others. */
const GUARD = Symbol.for("@zotpilot/tools/exit-guard");

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Kills the groups it holds when this process exits, or dies by a signal that nobody else handles. Listens only while
 * it holds one, so that a process without commands behaves as if this did not exist.
 */
export function createExitGuard(): ExitGuard {
  const holds = new Set<Hold>();

  function killAll(): void {
    for (const { pid } of holds) if (pid !== undefined) signalGroup(pid, "SIGKILL");
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

  return {
    hold() {
      if (holds.size === 0) {
        process.on("exit", killAll);
        // Before all others: a listener that was added with `once` is gone from the list when a later one runs.
        for (const signal of SIGNALS) process.prependListener(signal, onSignal);
      }
      const hold: Hold = {
        pid: undefined,
        release() {
          if (!holds.delete(hold) || holds.size > 0) return;
          process.off("exit", killAll);
          for (const signal of SIGNALS) process.off(signal, onSignal);
        },
      };
      holds.add(hold);
      return hold;
    },
  };
}
