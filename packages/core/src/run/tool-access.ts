import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { ToolCall } from "@zotpilot/provider/model";
import { decodeArguments } from "../tools/run-tool.ts";
import type { Tool } from "../tools/tool.ts";

/** What a call may get in the way of. */
export interface ToolAccess {
  changes: boolean;
  /** The files that it touches, resolved; undefined when the tool cannot say. */
  files?: ReadonlySet<string>;
}

/** Asks the tool of a call what it touches. Never rejects: who cannot say is taken to touch everything. */
export async function accessOf(tool: Tool | undefined, call: ToolCall, cwd: string): Promise<ToolAccess> {
  // A call of no tool at all changes nothing.
  if (!tool) return { changes: false };
  const changes = tool.risk !== "read";
  const input = decodeArguments(call);
  if (!tool.touches || input instanceof Error) return { changes };
  try {
    const paths = await Promise.all(tool.touches(input).map((path) => realPath(resolve(cwd, path))));
    return { changes, files: new Set(paths) };
  } catch {
    return { changes };
  }
}

/** Whether the later of two calls must wait for the earlier one. */
export function conflict(earlier: ToolAccess, later: ToolAccess): boolean {
  if (!earlier.changes && !later.changes) return false;
  const { files } = later;
  if (!earlier.files || !files) return true;
  return [...earlier.files].some((file) => files.has(file));
}

/** One name for one file, whatever links lead to it; also for a file that is still to be made. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(await realPath(folder), basename(path));
  }
}
