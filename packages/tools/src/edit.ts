import type { BigIntStats } from "node:fs";
import { defineTool, type Tool } from "@zotpilot/core";
import { z } from "zod";
import { diffOf } from "./edit/diff.ts";
import { applySplices, planEdits, textFile } from "./edit/replace.ts";
import { confinementOf, type Confinement } from "./shared/confinement.ts";
import { detailed, startForDetails } from "./shared/details.ts";
import type { FileLedger } from "./shared/ledger.ts";
import { MAX_TEXT_FILE_BYTES } from "./shared/limits.ts";
import { openFile } from "./shared/open-file.ts";
import { resolvePath } from "./shared/path.ts";
import { realPathOf } from "./shared/real-path.ts";
import { FileChangedError, openWriteTarget, replaceFile } from "./shared/replace-file.ts";
import { fromSystemError, ToolError } from "./shared/tool-error.ts";

const DESCRIPTION =
  "Replace pieces of a text file. Each oldText must match exactly, white space included, and be in the file once; " +
  "all are matched against the file as it is before the call, must not overlap, and are written together or not " +
  "at all. Returns a diff.";

/** Every lost race means that another edit of the same file went through, so this many can run side by side. */
const MAX_ATTEMPTS = 100;

/**
 * Makes the tool that replaces exact text: `{ path, edits: [{ oldText, newText }] }`.
 *
 * All edits are checked against the file as it is, and it is written only when all fit. No byte outside a match
 * changes: line endings (an LF in `oldText` also matches a CRLF), a byte order mark and bytes that are no text stay.
 * New text is written in the encoding of the file: UTF-8, UTF-16 with a byte order mark, or else Windows-1252. The
 * result is a diff. Throws a `ToolError` that shows the nearest lines when `oldText` is not there, one that says so
 * when the file changed since the ledger noted it, and one that names a character which the encoding lacks.
 */
export function createEditTool(ledger?: FileLedger): Tool {
  return defineTool({
    name: "edit",
    description: DESCRIPTION,
    risk: "write",
    input: z.object({
      path: z.string(),
      edits: z.array(z.object({ oldText: z.string(), newText: z.string() })).min(1),
    }),
    touches: ({ path }) => [path],
    async run({ path, edits }, context) {
      const { cwd, signal } = context;
      const confinement = confinementOf(context);
      const absolute = resolvePath(cwd, path);
      try {
        await ledger?.require(await realPathOf(absolute), path);
        for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
          signal.throwIfAborted();
          const { bytes, stats } = await readWhole(cwd, absolute, path, confinement);
          const file = textFile(bytes, path);
          const splices = planEdits(file, edits);
          await using target = await openWriteTarget(absolute, path, confinement);
          try {
            await replaceFile(target, applySplices(file, splices), { onlyIf: stats, signal });
            await ledger?.note(target.real);
            const diff = diffOf(file, splices);
            return detailed(diff.text, {
              path,
              edits: edits.length,
              added: diff.added,
              removed: diff.removed,
              encoding: file.encodings[0].name,
              ...(diff.firstChangedLine !== undefined && { first_changed_line: diff.firstChangedLine }),
              ...(diff.unified !== "" && { diff: startForDetails(diff.unified) }),
            });
          } catch (error) {
            if (!(error instanceof FileChangedError)) throw error;
          }
        }
      } catch (error) {
        throw fromSystemError(error, "edit", path);
      }
      throw new ToolError("changed", `${path} keeps changing while it is edited; nothing was written`);
    },
  });
}

/** {@link createEditTool} without a ledger. */
export const editTool: Tool = createEditTool();

async function readWhole(
  cwd: string,
  absolute: string,
  path: string,
  confinement: Confinement | undefined,
): Promise<{ bytes: Buffer; stats: BigIntStats }> {
  const { handle, stats } = await openFile(cwd, absolute, path, confinement);
  try {
    if (stats.size > MAX_TEXT_FILE_BYTES) {
      throw new ToolError(
        "too_large",
        `${path} has ${stats.size} bytes; edit takes at most ${MAX_TEXT_FILE_BYTES}, so change it with bash (sed)`,
      );
    }
    return { bytes: await handle.readFile(), stats };
  } finally {
    await handle.close();
  }
}
