import type { AgentEvent } from "@zotpilot/core";
import type { ToolCall } from "@zotpilot/provider/model";
import { sanitizeChunk, sanitizeStart } from "@zotpilot/tui/sanitize";
import { errorLine, exitCodeOf, exitCodes, safeLine } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { drained } from "./drained.ts";

/** Runs one prompt: the answer goes to stdout as it comes, everything else to stderr. */
export async function runPrint(
  runtime: Runtime,
  prompt: string,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const agent = await runtime.agent();
  if (runtime.connection.type === "demo") {
    io.stderr.write(
      "zotpilot: the built-in demo answers, which is not an AI; `zotpilot login` connects Copilot\n",
    );
  }
  for (const warning of runtime.warnings) io.stderr.write(`zotpilot: ${warning}\n`);
  let lineOpen = false;
  let sanitizer = sanitizeStart;
  const say = (given: string): void => {
    let text = given;
    // Another program gets the answer as it is; a terminal would obey what stands in it.
    if (io.stdout.isTTY) ({ state: sanitizer, text } = sanitizeChunk(sanitizer, given, { keepTabs: true }));
    if (text === "") return;
    io.stdout.write(text);
    lineOpen = !text.endsWith("\n");
  };
  const closeLine = (): void => {
    if (lineOpen) say("\n");
  };
  const show = (event: AgentEvent): Promise<void> | undefined => {
    if (event.type === "text_delta") say(event.text);
    else if (event.type === "turn_end") closeLine();
    else if (event.type === "retry") {
      const seconds = Math.ceil(event.delayMs / 1000);
      io.stderr.write(`zotpilot: ${errorLine(event.error)} Trying again in ${seconds} s.\n`);
    } else if (event.type === "tool_start" && io.stderr.isTTY) {
      io.stderr.write(`● ${callLine(event.call)}\n`);
    }
    return drained(io.stdout, signal);
  };
  const unsubscribe = agent.subscribe(show);
  try {
    const result = await agent.prompt(prompt, { signal });
    closeLine();
    if (result.reason === "aborted") return exitCodes.interrupt;
    if (!result.error) return exitCodes.ok;
    io.stderr.write(`zotpilot: ${errorLine(result.error)}\n`);
    return exitCodeOf(result.error);
  } finally {
    unsubscribe();
  }
}

/** A call on one line. Its name comes from the model like its arguments: nothing in it may command the terminal. */
function callLine({ name, arguments: given }: ToolCall): string {
  const line = safeLine(`${name} ${given}`);
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
