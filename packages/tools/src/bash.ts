import type { Tool } from "@zotpilot/core";
import { createCommandTools, type CommandToolOptions } from "./command-tools.ts";

/**
 * Makes the tool that runs a shell command: `{ command, timeout?, background? }`, `timeout` in seconds.
 *
 * The command runs with `bash -c` in a session of its own, without a terminal and with an empty standard input. What
 * it prints (both streams, in order, without control characters) is the result, head and tail of it when it is long;
 * a command that fails, takes too long or is aborted gives a result with `isError` and what it printed so far.
 * A command that stops by itself may leave background processes, and they do not hold up the result. Throws a
 * `ToolError` when the command cannot be started, and at once a `RangeError` for a `timeoutSeconds` out of range.
 */
export function createBashTool(options: CommandToolOptions = {}): Tool {
  return createCommandTools({ ...options, shell: "bash" }).command;
}
