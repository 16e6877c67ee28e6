import type { Tool } from "@zotpilot/core";
import { createBashTool } from "./bash.ts";
import { editTool } from "./edit.ts";
import { globTool } from "./glob.ts";
import { createGrepTool } from "./grep.ts";
import { readTool } from "./read.ts";
import { writeTool } from "./write.ts";

export { createBashTool, type BashToolOptions } from "./bash.ts";
export { createGrepTool, type GrepToolOptions } from "./grep.ts";
export { editTool, globTool, readTool, writeTool };
export * from "./checkpoint.ts";
export * from "./confinement.ts";
export * from "./permission.ts";
export * from "./sandbox.ts";
export { ToolError, type ToolErrorCode } from "./shared/tool-error.ts";

/** The tools of a coding agent, sorted by name. */
export function codingTools(): readonly Tool[] {
  return [createBashTool(), editTool, globTool, createGrepTool(), readTool, writeTool];
}
