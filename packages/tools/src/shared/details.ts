import type { ToolDetails, ToolResult } from "@zotpilot/core";

/** A successful result of one text, with details for the screen. */
export function detailed(text: string, details: ToolDetails): ToolResult {
  return { content: [{ type: "text", text }], isError: false, details };
}
