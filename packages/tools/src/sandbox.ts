import { createBubblewrap } from "./sandbox/bubblewrap.ts";
import type { CommandSandbox, SandboxOptions } from "./sandbox/sandbox.ts";
import { createSeatbelt } from "./sandbox/seatbelt.ts";
import { ToolError } from "./shared/tool-error.ts";

export type { CommandSandbox, SandboxedProgram, SandboxOptions } from "./sandbox/sandbox.ts";

/**
 * Makes the sandbox of this system: bubblewrap on Linux, seatbelt on macOS. It is tried out first. Throws a `ToolError`
 * (`no_sandbox`) where there is none; nothing weaker takes its place.
 */
export async function createSandbox(options: SandboxOptions): Promise<CommandSandbox> {
  if (process.platform === "linux") return createBubblewrap(options);
  if (process.platform === "darwin") return createSeatbelt(options);
  throw new ToolError("no_sandbox", `there is no sandbox for commands on ${process.platform}`);
}
