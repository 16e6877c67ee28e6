import { parseCommandLine } from "../../src/program.ts";
import { createRuntime } from "../../src/runtime/create-runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { Sandbox } from "./cli.ts";

/** The runtime that the program would have with these arguments; the caller closes it. */
export function openRuntime(sandbox: Sandbox, args: readonly string[]): Runtime {
  const invocation = parseCommandLine([...args, "--cwd", sandbox.project], sandbox.env);
  if (invocation.command !== "run") throw new Error("not a run");
  return createRuntime({ options: invocation.options, env: sandbox.env });
}
