import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { defineTool, type Tool, type ToolDetails } from "@zotpilot/core";
import { z } from "zod";
import { diffOf } from "./edit/diff.ts";
import { textFile } from "./edit/replace.ts";
import { confinementOf } from "./shared/confinement.ts";
import { detailed, startForDetails } from "./shared/details.ts";
import { encodeLike, HEAD_BYTES } from "./shared/encoding.ts";
import type { FileLedger } from "./shared/ledger.ts";
import { resolvePath } from "./shared/path.ts";
import { readHead } from "./shared/read-head.ts";
import { openWriteTarget, replaceFile, type WriteTarget } from "./shared/replace-file.ts";
import { countLines, requireWellFormed } from "./shared/text.ts";
import { fromSystemError } from "./shared/tool-error.ts";

const DESCRIPTION =
  "Create a file or overwrite a whole one; missing folders are made. Use edit to change a part of a file.";

/**
 * Makes the tool that writes a whole file: `{ path, content }`.
 *
 * Missing folders are made, symbolic links are followed, the mode, the encoding and the byte order mark of an existing
 * text file stay, and a reader sees the old file or the new one but nothing between. A new file is plain UTF-8, and so
 * is one whose encoding lacks a character of the content. The result says what happened and does not repeat the
 * content. Throws a `ToolError` for what is no plain file, is read-only, is refused by the system, or changed since the
 * ledger noted it.
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
      const lines = countLines(Buffer.from(content));
      try {
        await using target = await openWriteTarget(absolute, path, confinementOf(context));
        await ledger?.require(target.real, path);
        const before = await readBefore(target, content.length);
        const { bytes, encoding, note } = encodeLike(content, before ?? Buffer.alloc(0));
        const size = `${plural(lines, "line")}, ${plural(bytes.length, "byte")}${note && `, ${note}`}`;
        const details = { path, bytes: bytes.length, total_lines: lines, start_line: 1, encoding };
        if (target.stats && before?.equals(bytes)) {
          const text = `${path} already holds exactly this (${size}); nothing was written`;
          return detailed(text, { ...details, action: "none" });
        }
        await replaceFile(target, bytes, { signal });
        await ledger?.note(target.real);
        if (!target.stats) {
          return detailed(`created ${path} (${size})`, { ...details, action: "created", added: lines });
        }
        const had = plural(Number(target.stats.size), "byte");
        return detailed(`overwrote ${path} (${size}; it had ${had})`, {
          ...details,
          action: "overwrote",
          ...(before && target.stats.size <= HEAD_BYTES && changes(path, before, bytes, encoding)),
        });
      } catch (error) {
        throw fromSystemError(error, "write", path);
      }
    },
  });
}

/** {@link createWriteTool} without a ledger. */
export const writeTool: Tool = createWriteTool();

// The links of a target were followed before; one that is there now was put there meanwhile.
const AS_IT_IS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * What is in the file, as much as tells its encoding, whether it is the same and, of a small one, what changes. A file
 * that may be written but not read is overwritten unseen.
 */
async function readBefore(target: WriteTarget, length: number): Promise<Buffer | undefined> {
  if (!target.stats) return undefined;
  const handle = await open(target.path, AS_IT_IS).catch(() => undefined);
  if (!handle) return undefined;
  try {
    // No encoding takes more than four bytes for a character; a byte more tells that the file is longer.
    return await readHead(handle, Math.max(HEAD_BYTES, 4 * length + 5));
  } finally {
    await handle.close();
  }
}

/** The lines that came and went, when both files are small enough to compare. */
function changes(path: string, before: Buffer, after: Buffer, encoding: string): ToolDetails {
  if (after.length > HEAD_BYTES) return {};
  try {
    const old = textFile(before, path);
    if (old.encodings[0].name !== encoding) return {};
    const splice = { start: 0, end: old.units.length, units: old.encodings[0].toUnits(after) };
    const { added, removed, unified } = diffOf(old, [splice]);
    return { added, removed, ...(unified !== "" && { diff: startForDetails(unified) }) };
  } catch {
    // What was binary has no lines.
    return {};
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
