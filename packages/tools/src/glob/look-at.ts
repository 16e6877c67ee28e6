import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { notFound } from "../shared/near-names.ts";
import { fromSystemError, systemCode } from "../shared/tool-error.ts";

/**
 * What stands at a path. Throws a `ToolError` that tells what is missing, with near names (`not_found`), from what may
 * not be looked at (`refused`).
 */
export async function lookAt(
  cwd: string,
  absolute: string,
  shown: string,
  how: (path: string) => Promise<Stats> = stat,
): Promise<Stats> {
  return how(absolute).catch(async (error: unknown) => {
    const isMissing = ["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "");
    throw isMissing ? await notFound(cwd, absolute, shown) : fromSystemError(error, "look into", shown);
  });
}
