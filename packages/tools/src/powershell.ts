import type { Tool } from "@zotpilot/core";
import { createCommandTools, type CommandToolOptions } from "./command-tools.ts";

/**
 * Makes the tool that runs a PowerShell command, with `pwsh` or, on Windows where that is missing, Windows PowerShell. It
 * takes the arguments of `createBashTool` and keeps its promises, with the differences that Windows makes: both
 * streams are read side by side, a command is ended at once, and what it left in the background when its shell was
 * gone is not found.
 */
export function createPowershellTool(options: CommandToolOptions = {}): Tool {
  return createCommandTools({ ...options, shell: "powershell" }).command;
}
