import type { ToolDetails, ToolResult } from "@zotpilot/core";
import { cutStart } from "./text.ts";

/** The most that one text takes in details, in bytes of JSON; they are kept with every session. */
const MAX_TEXT_BYTES = 32_768;

/** A successful result of one text, with details for the screen. */
export function detailed(text: string, details: ToolDetails): ToolResult {
  return { content: [{ type: "text", text }], isError: false, details };
}

/** The start of a text, as many whole lines as details hold; what was cut is said in a last line. */
export function startForDetails(text: string): string {
  const fits = (piece: string): boolean => Buffer.byteLength(JSON.stringify(piece)) <= MAX_TEXT_BYTES;
  if (fits(text)) return text;
  const bytes = Buffer.from(text);
  let length = MAX_TEXT_BYTES;
  let piece = cutStart(bytes, length).toString("utf8");
  // A byte takes up to six in JSON.
  while (!fits(piece)) piece = cutStart(bytes, (length = Math.floor(length * 0.8))).toString("utf8");
  const end = piece.lastIndexOf("\n");
  return `${end === -1 ? piece : piece.slice(0, end)}\n... [cut here]\n`;
}
