import type { ToolResult } from "@zotpilot/core";

/** A result with a part that only the screen sees; the model is sent `content` alone. */
export interface DetailedResult extends ToolResult {
  /** Plain JSON, with zot's names where zot has them. */
  details: Readonly<Record<string, unknown>>;
}

/** A successful result of one text, with details for the screen. */
export function detailed(text: string, details: Readonly<Record<string, unknown>>): DetailedResult {
  return { content: [{ type: "text", text }], isError: false, details };
}
