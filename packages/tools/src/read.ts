import type { FileHandle } from "node:fs/promises";
import { defineTool, textResult, type Tool, type ToolResult } from "@zotpilot/core";
import { z } from "zod";
import { imageType } from "./read/image-type.ts";
import { readPage, type Page } from "./read/page.ts";
import { confinementOf } from "./shared/confinement.ts";
import type { FileLedger } from "./shared/ledger.ts";
import { asUtf8, utf16Order } from "./read/utf16.ts";
import { MAX_BYTES, MAX_IMAGE_BYTES, MAX_LINES, MAX_TEXT_FILE_BYTES } from "./shared/limits.ts";
import { openFile } from "./shared/open-file.ts";
import { resolvePath } from "./shared/path.ts";
import { realPathOf } from "./shared/real-path.ts";
import { requireText, SNIFF_BYTES } from "./shared/text.ts";
import { fromSystemError, ToolError } from "./shared/tool-error.ts";

const DESCRIPTION =
  "Read a text file, or look at a png, jpeg, gif or webp image. Text starts at line `offset` (from 1) and is cut " +
  `at ${MAX_LINES} lines or ${MAX_BYTES} bytes; the last line then says which offset comes next.`;

const lineNumber = z.int().min(0).max(1_000_000_000);

/**
 * Makes the tool that reads a file: `{ path, offset?, limit? }`.
 *
 * Text comes byte for byte (a byte order mark apart; UTF-16 of up to 10 MiB as UTF-8), in pages of at most 2000 lines and 51200 bytes, from any line
 * of a file of any size. Images of up to 20 MiB, told by their content, come as an image. Throws a `ToolError` for
 * what is missing (naming near names), no plain file, or binary. What was
 * read is noted in the ledger.
 */
export function createReadTool(ledger?: FileLedger): Tool {
  return defineTool({
    name: "read",
    description: DESCRIPTION,
    risk: "read",
    input: z.object({ path: z.string(), offset: lineNumber.optional(), limit: lineNumber.min(1).optional() }),
    touches: ({ path }) => [path],
    async run({ path, offset = 1, limit = MAX_LINES }, context) {
      const { cwd, signal } = context;
      signal.throwIfAborted();
      const { handle, stats } = await openFile(cwd, resolvePath(cwd, path), path, confinementOf(context));
      try {
        const start = await readStart(handle);
        const type = imageType(start);
        if (type !== undefined) return await readImage(handle, type, Number(stats.size), path);
        const order = Number(stats.size) <= MAX_TEXT_FILE_BYTES ? utf16Order(start) : undefined;
        if (order === undefined) requireText(start, path);
        const source = order ? asUtf8(await readWhole(handle, Number(stats.size)), order) : handle;
        const from = Math.max(1, offset);
        const maxLines = Math.min(limit, MAX_LINES);
        const page = await readPage(source, { offset: from, maxLines, maxBytes: MAX_BYTES, signal });
        await ledger?.note(await realPathOf(resolvePath(cwd, path)));
        return textResult(page.bytes.toString("utf8") + note(page, from, maxLines, path));
      } catch (error) {
        throw fromSystemError(error, "read", path);
      } finally {
        await handle.close();
      }
    },
  });
}

/** {@link createReadTool} without a ledger. */
export const readTool: Tool = createReadTool();

async function readStart(handle: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(SNIFF_BYTES);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  return buffer.subarray(0, bytesRead);
}

async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await handle.read(buffer, 0, size, 0);
  return buffer.subarray(0, bytesRead);
}

async function readImage(
  handle: FileHandle,
  mimeType: string,
  size: number,
  path: string,
): Promise<ToolResult> {
  if (size > MAX_IMAGE_BYTES) {
    throw new ToolError(
      "too_large",
      `${path} is an image of ${size} bytes; at most ${MAX_IMAGE_BYTES} can be shown, so scale it down first`,
    );
  }
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await handle.read(buffer, 0, size, 0);
  return {
    content: [
      { type: "text", text: `${path}: ${mimeType}, ${bytesRead} bytes` },
      { type: "image", mimeType, data: buffer.subarray(0, bytesRead).toString("base64") },
    ],
    isError: false,
  };
}

function note(page: Page, offset: number, maxLines: number, path: string): string {
  if (page.totalLines === 0) return "... [the file is empty]\n";
  if (page.totalLines !== undefined) {
    const lines = page.totalLines === 1 ? "1 line" : `${page.totalLines} lines`;
    return `... [the file has ${lines}; offset ${offset} is behind its end]\n`;
  }
  if (page.end === "file") return "";
  const goOn = `continue with offset ${page.next}`;
  if (page.end === "lines") return `... [truncated at ${maxLines} lines; ${goOn}]\n`;
  if (page.end === "bytes") return `... [truncated at ${MAX_BYTES} bytes; ${goOn}]\n`;
  const rest = `sed -n ${offset}p '${path.replaceAll("'", `'\\''`)}' | tail -c +${page.bytes.length + 1}`;
  return `\n... [truncated at ${MAX_BYTES} bytes inside line ${offset}; for its rest: ${rest}; ${goOn}]\n`;
}
