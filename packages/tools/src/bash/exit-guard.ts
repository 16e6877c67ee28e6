import { signalGroup } from "./process-group.ts";

/** Sees to it that running commands do not outlive this process. */
export interface ExitGuard {
  /** Guards a process group until the function that comes back is called. */
  hold(pid: number): () => void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Kills the groups it holds when this process exits, or dies by a signal that nobody else handles. Listens only while
 * it holds one, so that a process without commands behaves as if this did not exist.
 */
export function createExitGuard(): ExitGuard {
  const groups = new Set<number>();

  function killAll(): void {
    for (const pid of groups) signalGroup(pid, "SIGKILL");
  }

  function onSignal(signal: NodeJS.Signals): void {
    process.off(signal, onSignal);
    if (process.listenerCount(signal) === 0) {
      killAll();
      process.kill(process.pid, signal);
      return;
    }
    // Somebody else decides what the signal means; should it be the end, the exit listener does the rest.
    setImmediate(() => {
      if (groups.size > 0 && !process.listeners(signal).includes(onSignal)) listen(signal);
    });
  }

  // Before all others: a listener that was added with `once` is gone from the list when a later one runs.
  function listen(signal: NodeJS.Signals): void {
    process.prependListener(signal, onSignal);
  }

  return {
    hold(pid) {
      if (groups.size === 0) {
        process.on("exit", killAll);
        SIGNALS.forEach(listen);
      }
      groups.add(pid);
      return () => {
        if (!groups.delete(pid) || groups.size > 0) return;
        process.off("exit", killAll);
        for (const signal of SIGNALS) process.off(signal, onSignal);
      };
    },
  };
}
