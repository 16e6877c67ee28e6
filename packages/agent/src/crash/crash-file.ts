import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics } from "node:v8";
import { resolvePaths } from "../runtime/paths.ts";
import { version } from "../runtime/version.ts";
import { crashReport } from "./crash-report.ts";

/** So many reports are kept, the newest. */
const mostReports = 20;

const kept = "what was said until then is kept (zotpilot --continue).";

/** The heap is nearly full, and V8 would end the process without a word. */
export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";

  constructor() {
    super(
      "the memory that Node.js may use was used up (NODE_OPTIONS=--max-old-space-size=8192 gives it 8 GB)",
    );
  }
}

/** Whether an error is a mistake in code: whatever somebody saw coming has a code, or is an abort. */
export function isFault(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return typeof (error as { code?: unknown }).code !== "string" && error.name !== "AbortError";
}

/**
 * Writes a report about a fault of the program itself into its folder, readable by this person alone, and returns the
 * sentence that says so. Works at once and never throws: nobody knows what still works.
 */
export function reportCrash(error: unknown, env: Record<string, string | undefined>): string {
  const what = `${error instanceof OutOfMemoryError ? error.message : "a fault in zotpilot itself ended it"}; ${kept}`;
  try {
    const folder = resolvePaths(env).crashes;
    const at = new Date();
    const heap = getHeapStatistics();
    const text = crashReport(error, {
      version,
      at,
      uptimeSeconds: process.uptime(),
      heapUsedBytes: heap.used_heap_size,
      heapLimitBytes: heap.heap_size_limit,
    });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${at.toISOString().replaceAll(/[:.]/g, "-")}-${process.pid}.txt`);
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
    removeOld(folder);
    return `${what} A report without prompts and tokens, for whoever is to mend it, is in ${path}`;
  } catch (failure) {
    const code = (failure as NodeJS.ErrnoException).code ?? "no room";
    return `${what} No report could be written (${code}); ZOTPILOT_DEBUG=1 prints the stack trace.`;
  }
}

function removeOld(folder: string): void {
  const reports = readdirSync(folder).filter((name) => /^\d{4}-.*\.txt$/.test(name));
  for (const name of reports.toSorted().slice(0, -mostReports)) rmSync(join(folder, name), { force: true });
}
