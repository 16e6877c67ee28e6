import type { Tool } from "@zotpilot/core";
import { editTool } from "./edit.ts";
import { readTool } from "./read.ts";
import { writeTool } from "./write.ts";

export { editTool, readTool, writeTool };
export { ToolError, type ToolErrorCode } from "./shared/tool-error.ts";

/** The tools of a coding agent, sorted by name. */
export function codingTools(): readonly Tool[] {
  return [editTool, readTool, writeTool];
}
