import { serveRpc } from "@zotpilot/core/rpc";
import { exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { openAgent } from "./run-prompt.ts";

/** Serves the agent over stdin and stdout until stdin ends. */
export async function runRpc(runtime: Runtime, io: Io, signal: AbortSignal): Promise<number> {
  const agent = await openAgent(runtime, io);
  // zot's clients set the second name.
  const token = io.env["ZOTPILOT_RPC_TOKEN"] ?? io.env["ZOTCORE_RPC_TOKEN"];
  await serveRpc(agent, {
    input: io.stdin,
    output: io.stdout,
    version: runtime.version,
    signal,
    ...(token !== undefined && { token }),
  });
  return exitCodes.ok;
}
