import { createBubblewrap } from "./sandbox/bubblewrap.ts";
import { prove } from "./sandbox/prove.ts";
import type { CommandSandbox, SandboxOptions } from "./sandbox/sandbox.ts";
import { createSeatbelt } from "./sandbox/seatbelt.ts";
import { ToolError } from "./shared/tool-error.ts";

export type { CommandSandbox, SandboxedProgram, SandboxOptions } from "./sandbox/sandbox.ts";

/**
 * Makes the sandbox of this system: bubblewrap on Linux, seatbelt on macOS. It is tried out first: a
 * command has to run in it, and must not write outside. Throws a `ToolError`
 * (`no_sandbox`) where there is none; nothing weaker takes its place.
 */
export async function createSandbox(options: SandboxOptions): Promise<CommandSandbox> {
  const create = MAKERS[process.platform];
  if (!create) throw new ToolError("no_sandbox", `there is no sandbox for commands on ${process.platform}`);
  const sandbox = await create(options);
  await prove(sandbox, options.writable);
  return sandbox;
}

const MAKERS: Partial<Record<NodeJS.Platform, (options: SandboxOptions) => Promise<CommandSandbox>>> = {
  linux: createBubblewrap,
  darwin: createSeatbelt,
};
