import { encodeEvent } from "@zotpilot/core/rpc";
import { encodeLine } from "@zotpilot/ndjson";
import type { Io } from "../io.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { exitCodeOfRun, openAgent, runPrompt } from "./run-prompt.ts";

/** Runs one prompt and prints every event as a line of JSON, in zot's form. The last line is always `done`. */
export async function runJson(
  runtime: Runtime,
  prompt: string,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const agent = await openAgent(runtime, io);
  const result = await runPrompt(agent, prompt, {
    io,
    signal,
    show(event) {
      for (const wire of encodeEvent(event)) io.stdout.write(encodeLine(wire));
    },
  });
  return exitCodeOfRun(result);
}
