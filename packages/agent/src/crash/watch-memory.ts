import { constants, PerformanceObserver, type PerformanceEntry } from "node:perf_hooks";
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";

/** The part of the heap at which it is over: from four fifths on V8 may end the process on the spot. */
const limitPart = 0.75;

/**
 * Calls back once, while there is still memory to end in order, when what is in use after a full garbage collection comes
 * near the limit of the heap. Memory that is taken all at once, within one piece of work, is not seen in time.
 */
export function watchMemory(onExhausted: () => void): void {
  const observer = new PerformanceObserver((list) => {
    if (!list.getEntries().some(isFull) || usedPart() < limitPart) return;
    observer.disconnect();
    onExhausted();
  });
  observer.observe({ entryTypes: ["gc"] });
}

function isFull(entry: PerformanceEntry): boolean {
  const { kind } = (entry as { detail?: { kind?: number } }).detail ?? {};
  return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

function usedPart(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => !name.startsWith("new_"));
  return old.reduce((sum, space) => sum + space.space_used_size, 0) / oldLimit();
}

/** Room for new objects is part of the limit that V8 tells, and cannot be filled by old ones. */
const usualYoungBytes = 192 * 1024 * 1024;

function oldLimit(): number {
  const flags = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ");
  const asked = /--max[-_]old[-_]space[-_]size[= ](\d+)/.exec(flags)?.[1];
  if (asked !== undefined) return Number(asked) * 1024 * 1024;
  const limit = getHeapStatistics().heap_size_limit;
  return Math.max(limit - usualYoungBytes, limit / 2);
}
