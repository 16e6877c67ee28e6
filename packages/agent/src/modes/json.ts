import { encodeEvent } from "@zotpilot/core/rpc";
import { encodeLine } from "@zotpilot/ndjson";
import { exitCodeOf, exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { drained } from "./drained.ts";

/** Runs one prompt and prints every event as a line of JSON, in zot's form. The last line is always `done`. */
export async function runJson(
  runtime: Runtime,
  prompt: string,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const agent = await runtime.agent();
  for (const warning of runtime.warnings) io.stderr.write(`zotpilot: ${warning}\n`);
  const unsubscribe = agent.subscribe((event) => {
    for (const wire of encodeEvent(event)) io.stdout.write(encodeLine(wire));
    return drained(io.stdout, signal);
  });
  try {
    const result = await agent.prompt(prompt, { signal });
    if (result.reason === "aborted") return exitCodes.interrupt;
    return result.error ? exitCodeOf(result.error) : exitCodes.ok;
  } finally {
    unsubscribe();
  }
}
