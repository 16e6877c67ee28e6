import { execFile } from "node:child_process";
import { access, mkdtemp, realpath, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { isInside } from "../shared/inside.ts";
import { ToolError } from "../shared/tool-error.ts";
import type { CommandSandbox } from "./sandbox.ts";

const run = promisify(execFile);
const PROOF_MS = 10_000;

/**
 * Tries a sandbox out: a command has to run in it, and what it writes outside of the writable folders must not arrive.
 * Throws a {@link ToolError} (`no_sandbox`) otherwise, so that what does not confine is never taken for a sandbox.
 */
export async function prove(sandbox: CommandSandbox, writable: readonly string[]): Promise<void> {
  const outside = await folderOutside(writable);
  try {
    const mark = outside && join(outside, "mark");
    const script = mark === undefined ? "exit 0" : '( : > "$1" ) 2>/dev/null; exit 0';
    const args = ["-c", script, "sh", ...(mark === undefined ? [] : [mark])];
    const wrapped = await sandbox.wrap({ file: "/bin/sh", args, env: {} }, "/");
    await run(wrapped.file, wrapped.args, { timeout: PROOF_MS, env: wrapped.env, windowsHide: true }).catch(
      (error: unknown) => {
        const said = firstLine(error);
        throw noSandbox(`${sandbox.kind} does not work here${said === undefined ? "" : ` (${said})`}`, error);
      },
    );
    const arrived =
      mark !== undefined &&
      (await access(mark)
        .then(() => true)
        .catch(() => false));
    if (arrived) throw noSandbox(`${sandbox.kind} lets commands write outside of what it was given`);
  } finally {
    if (outside !== undefined) await rm(outside, { recursive: true, force: true });
  }
}

/** A folder of our own in which nothing may be written; undefined when all of the usual places may. */
async function folderOutside(writable: readonly string[]): Promise<string | undefined> {
  for (const place of [tmpdir(), homedir()]) {
    const real = await realpath(place).catch(() => undefined);
    if (real === undefined || writable.some((folder) => isInside(real, folder))) continue;
    const made = await mkdtemp(join(real, ".zotpilot-proof-")).catch(() => undefined);
    if (made !== undefined) return made;
  }
  return undefined;
}

function firstLine(error: unknown): string | undefined {
  return error instanceof Error && "stderr" in error
    ? String(error.stderr).trim().split("\n")[0] || undefined
    : undefined;
}

function noSandbox(why: string, cause?: unknown): ToolError {
  return new ToolError("no_sandbox", `there is no sandbox: ${why}`, { cause });
}
