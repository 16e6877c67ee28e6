import type { FileHandle } from "node:fs/promises";
import { defineTool, type Tool, type ToolResult } from "@zotpilot/core";
import { z } from "zod";
import { imageType } from "./read/image-type.ts";
import { readPage, type NoPage, type Page } from "./read/page.ts";
import { textChunks } from "./read/text-chunks.ts";
import { confinementOf } from "./shared/confinement.ts";
import { optionalCount } from "./shared/count.ts";
import { detailed } from "./shared/details.ts";
import { encodingsOf, HEAD_BYTES, type TextEncoding } from "./shared/encoding.ts";
import type { FileLedger } from "./shared/ledger.ts";
import { MAX_BYTES, MAX_IMAGE_BYTES, MAX_LINES } from "./shared/limits.ts";
import { openFile } from "./shared/open-file.ts";
import { resolvePath } from "./shared/path.ts";
import { readHead } from "./shared/read-head.ts";
import { realPathOf } from "./shared/real-path.ts";
import { countLines } from "./shared/text.ts";
import { fromSystemError, ToolError } from "./shared/tool-error.ts";

const DESCRIPTION =
  "Read a text file, or look at a png, jpeg, gif or webp image. Text starts at line `offset` (from 1) and is cut " +
  `at ${MAX_LINES} lines or ${MAX_BYTES} bytes; the last line then says which offset comes next, and inside a line ` +
  "that is longer which `column` (byte of that line, from 1).";

const MAX_NUMBER = 1_000_000_000;

/**
 * Makes the tool that reads a file: `{ path, offset?, limit?, column? }`.
 *
 * Text comes in pages of at most 2000 lines and 51200 bytes, from any line of a file of any size: UTF-8 byte for byte
 * (a byte order mark apart), UTF-16 with a byte order mark, and what is neither as Windows-1252. Images of up to 20
 * MiB, told by their content, come as an image. Throws a `ToolError` for what is missing (naming near names), no plain
 * file, or binary. What was read is noted in the ledger.
 */
export function createReadTool(ledger?: FileLedger): Tool {
  return defineTool({
    name: "read",
    description: DESCRIPTION,
    risk: "read",
    input: z.object({
      path: z.string(),
      offset: optionalCount(MAX_NUMBER),
      limit: optionalCount(MAX_NUMBER),
      column: optionalCount(MAX_NUMBER),
    }),
    touches: ({ path }) => [path],
    async run({ path, offset = 1, limit = MAX_LINES, column = 1 }, context) {
      const { cwd, signal } = context;
      signal.throwIfAborted();
      const { handle, stats } = await openFile(cwd, resolvePath(cwd, path), path, confinementOf(context));
      try {
        const head = await readHead(handle, HEAD_BYTES);
        const type = imageType(head);
        if (type !== undefined) return await readImage(handle, type, Number(stats.size), path);
        const [encoding] = encodingsOf(head, path);
        const from = { offset, column, maxLines: Math.min(limit, MAX_LINES) };
        const page = await readPage(textChunks(handle, encoding, signal), { ...from, maxBytes: MAX_BYTES });
        await ledger?.note(await realPathOf(resolvePath(cwd, path)));
        const details = { path, start_line: from.offset, encoding: encoding.name };
        if (!("bytes" in page)) return detailed(missing(page, from.offset), { ...details, lines: 0 });
        return detailed(page.bytes.toString("utf8") + note(page, from.maxLines), {
          ...details,
          lines: countLines(page.bytes),
          lines_truncated: page.end === "lines",
          bytes_truncated: page.end === "bytes" || page.end === "long_line",
          ...totalLines(head, encoding),
        });
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

/** How many lines there are, where that is known without reading more than the head. */
function totalLines(head: Buffer, encoding: TextEncoding): { total_lines?: number } {
  if (head.length === HEAD_BYTES) return {};
  return { total_lines: countLines(Buffer.from(encoding.decode(encoding.toUnits(head)))) };
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
    details: { path, mime_type: mimeType, bytes: bytesRead },
  };
}

function missing(page: NoPage, offset: number): string {
  if ("lineBytes" in page) return `... [line ${offset} has only ${page.lineBytes} bytes]\n`;
  if (page.totalLines === 0) return "... [the file is empty]\n";
  const lines = page.totalLines === 1 ? "1 line" : `${page.totalLines} lines`;
  return `... [the file has ${lines}; offset ${offset} is behind its end]\n`;
}

function note({ end, next }: Page, maxLines: number): string {
  const goOn = `continue with offset ${next.offset}`;
  switch (end) {
    case "file":
      return "";
    case "lines":
      return `... [truncated at ${maxLines} lines; ${goOn}]\n`;
    case "bytes":
      return `... [truncated at ${MAX_BYTES} bytes; ${goOn}]\n`;
    default:
      return `\n... [truncated at ${MAX_BYTES} bytes inside line ${next.offset}; for the rest of it ${goOn} and column ${next.column}; behind it comes offset ${next.offset + 1}]\n`;
  }
}
