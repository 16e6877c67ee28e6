import { readFile } from "node:fs/promises";
import { defineTool, type Tool } from "@zotpilot/core";
import { z } from "zod";
import { confinementOf } from "./shared/confinement.ts";
import { detailed } from "./shared/details.ts";
import type { FileLedger } from "./shared/ledger.ts";
import { resolvePath } from "./shared/path.ts";
import { openWriteTarget, replaceFile, type WriteTarget } from "./shared/replace-file.ts";
import { countLines, requireWellFormed } from "./shared/text.ts";
import { fromSystemError } from "./shared/tool-error.ts";

const DESCRIPTION =
  "Create a file or overwrite a whole one; missing folders are made. Use edit to change a part of a file.";

/**
 * Makes the tool that writes a whole file: `{ path, content }`.
 *
 * Missing folders are made, symbolic links are followed, the mode of an existing file stays, and a reader sees the old
 * file or the new one but nothing between. The result says what happened and does not repeat the content. Throws a
 * `ToolError` for what is no plain file, is read-only, is refused by the system, or changed
 * since the ledger noted it.
 */
export function createWriteTool(ledger?: FileLedger): Tool {
  return defineTool({
    name: "write",
    description: DESCRIPTION,
    risk: "write",
    input: z.object({ path: z.string(), content: z.string() }),
    touches: ({ path }) => [path],
    async run({ path, content }, context) {
      const { cwd, signal } = context;
      signal.throwIfAborted();
      requireWellFormed(content, "content");
      const absolute = resolvePath(cwd, path);
      const bytes = Buffer.from(content);
      const size = `${plural(countLines(bytes), "line")}, ${plural(bytes.length, "byte")}`;
      try {
        await using target = await openWriteTarget(absolute, path, confinementOf(context));
        await ledger?.require(target.real, path);
        if (await holds(target, bytes))
          return `${path} already holds exactly this (${size}); nothing was written`;
        await replaceFile(target, bytes, { signal });
        await ledger?.note(target.real);
        const details = { path, bytes: bytes.length, total_lines: countLines(bytes), start_line: 1 };
        if (!target.stats) return detailed(`created ${path} (${size})`, details);
        const had = plural(Number(target.stats.size), "byte");
        return detailed(`overwrote ${path} (${size}; it had ${had})`, details);
      } catch (error) {
        throw fromSystemError(error, "write", path);
      }
    },
  });
}

/** {@link createWriteTool} without a ledger. */
export const writeTool: Tool = createWriteTool();

async function holds(target: WriteTarget, bytes: Buffer): Promise<boolean> {
  if (target.stats?.size !== BigInt(bytes.length)) return false;
  // A file that may be written but not read is overwritten unseen.
  const current = await readFile(target.path).catch(() => undefined);
  return current?.equals(bytes) ?? false;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
