import type { AgentEvent } from "@zotpilot/core";
import type { ToolCall } from "@zotpilot/provider/model";
import { sanitizeChunk, sanitizeStart } from "@zotpilot/tui/sanitize";
import { complain } from "../complain.ts";
import { errorLine, safeLine } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { exitCodeOfRun, openAgent, runPrompt } from "./run-prompt.ts";

/** Runs one prompt: the answer goes to stdout as it comes, everything else to stderr. */
export async function runPrint(
  runtime: Runtime,
  prompt: string,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const agent = await openAgent(runtime, io);
  if (runtime.connection.type === "demo") {
    complain(io, "the built-in demo answers, which is not an AI; `zotpilot login` connects Copilot");
  }
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
  const show = (event: AgentEvent): void => {
    if (event.type === "text_delta") say(event.text);
    else if (event.type === "turn_end") closeLine();
    else if (event.type === "retry") {
      const seconds = Math.ceil(event.delayMs / 1000);
      complain(io, `${errorLine(event.error)} Trying again in ${seconds} s.`);
    } else if (event.type === "notice") {
      complain(io, event.text);
    } else if (event.type === "tool_start" && io.stderr.isTTY) {
      io.stderr.write(`● ${callLine(event.call)}\n`);
    }
  };
  const result = await runPrompt(agent, prompt, { io, signal, show });
  closeLine();
  if (result.error) complain(io, errorLine(result.error));
  return exitCodeOfRun(result);
}

/** A call on one line. Its name comes from the model like its arguments: nothing in it may command the terminal. */
function callLine({ name, arguments: given }: ToolCall): string {
  const line = safeLine(`${name} ${given}`);
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
