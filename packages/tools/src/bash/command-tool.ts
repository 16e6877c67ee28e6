import { defineTool, type Tool, type ToolDetails } from "@zotpilot/core";
import { z } from "zod";
import type { Jobs } from "../jobs/jobs.ts";
import { optionalCount } from "../shared/count.ts";
import { detailed } from "../shared/details.ts";
import { MAX_BYTES, MAX_LINES } from "../shared/limits.ts";
import { requireWellFormed } from "../shared/text.ts";
import { ToolError } from "../shared/tool-error.ts";
import type { CommandHost } from "./command-host.ts";
import { commandEnvironment } from "./environment.ts";
import { createOutput, type OutputSummary } from "./output.ts";
import { createProgress } from "./progress.ts";
import { renderCommand } from "./render.ts";
import { runCommand, type CommandEnd } from "./run-command.ts";

/** The longest time limit of a command, in seconds. */
export const MAX_TIMEOUT_SECONDS = 86_400;

/** How commands run that say nothing else. */
export interface CommandDefaults {
  env: Record<string, string | undefined>;
  timeoutSeconds: number;
}

/** Makes the tool that runs commands of a shell, named after it. */
export function createCommandTool(
  host: CommandHost,
  jobs: Jobs,
  { env, timeoutSeconds }: CommandDefaults,
): Tool {
  return defineTool({
    name: host.shell.name,
    description:
      `Run a ${host.shell.name === "bash" ? "shell" : "PowerShell"} command in the working folder. It has no terminal ` +
      `and no input, and is stopped after ${timeoutSeconds} seconds unless timeout (in seconds) says otherwise. Of ` +
      `output over ${MAX_LINES} lines or ${MAX_BYTES} bytes the middle is left out, and the file that holds all of it ` +
      "is named. With background it runs on until it is stopped, and jobs looks after it.",
    risk: "execute",
    input: z.object({
      command: z.string(),
      timeout: optionalCount(MAX_TIMEOUT_SECONDS),
      background: z.boolean().optional(),
    }),
    async run({ command, timeout = timeoutSeconds, background = false }, { cwd, signal, progress }) {
      signal.throwIfAborted();
      requireCommand(command);
      const request = { command, cwd, env: commandEnvironment(env), timeoutMs: timeout * 1000, signal };
      if (background) {
        const { id } = jobs.start(command, cwd, request.env);
        const text = `started ${id} in the background; jobs with action tail shows its output, stop ends it\n`;
        return detailed(text, { job: id });
      }
      const output = createOutput();
      const shown = createProgress(progress);
      try {
        const onOutput = async (bytes: Buffer): Promise<void> => {
          shown.add(await output.take(bytes));
        };
        const end = await runCommand({ ...request, onOutput }, host);
        const summary = await output.finish();
        return {
          ...detailed(renderCommand(command, end, summary, timeout), detailsOf(end, summary)),
          isError: end.code !== 0 || end.stoppedBy !== undefined,
        };
      } finally {
        shown.end();
        await output.close();
      }
    },
  });
}

function detailsOf(end: CommandEnd, { printedBytes, isBinary, left, file }: OutputSummary): ToolDetails {
  return {
    exit_code: end.stoppedBy ? -1 : (end.code ?? -1),
    duration_ms: Math.round(end.durationMs),
    output_bytes: printedBytes,
    lines_truncated: left.lines > 0,
    bytes_truncated: left.bytes > 0,
    ...(isBinary && { binary: true }),
    ...(end.signal && { signal: end.signal }),
    ...(end.stoppedBy && { stopped_by: end.stoppedBy }),
    ...(end.leftRunning && { left_running: true }),
    ...(file && { full_output_path: file.path, full_output_complete: file.complete }),
  };
}

function requireCommand(command: string): void {
  if (command.trim() === "") throw new ToolError("bad_input", "command is empty");
  if (command.includes("\0")) throw new ToolError("bad_input", "command holds a NUL character");
  requireWellFormed(command, "command");
}
