import { defineTool, type Tool } from "@zotpilot/core";
import { z } from "zod";
import { commandEnvironment } from "./bash/environment.ts";
import { createExitGuard } from "./bash/exit-guard.ts";
import { createOutput } from "./bash/output.ts";
import { createProgress } from "./bash/progress.ts";
import { renderCommand } from "./bash/render.ts";
import { runCommand } from "./bash/run-command.ts";
import type { CommandSandbox } from "./sandbox/sandbox.ts";
import { createJobsTool } from "./jobs/jobs-tool.ts";
import { createJobs } from "./jobs/jobs.ts";
import { MAX_BYTES, MAX_LINES } from "./shared/limits.ts";
import { detailed } from "./shared/details.ts";
import { requireWellFormed } from "./shared/text.ts";
import { ToolError } from "./shared/tool-error.ts";

const DEFAULT_TIMEOUT_SECONDS = 120;
const MAX_TIMEOUT_SECONDS = 86_400;

/** How a bash tool is to behave. */
export interface BashToolOptions {
  /** The environment of the commands, before our own credentials are taken out. Default: that of this process. */
  env?: Record<string, string | undefined>;
  /** How many seconds a command may take when the call names no `timeout`: 1 to 86400. Default 120. */
  timeoutSeconds?: number;
  /** Where commands run; see `createSandbox`. Default: on the bare system, with all that this process may do. */
  sandbox?: CommandSandbox;
}

/**
 * Makes the tool that runs a shell command: `{ command, timeout? }`, `timeout` in seconds.
 *
 * The command runs with `bash -c` in a session of its own, without a terminal and with an empty standard input. What
 * it prints (both streams, in order, without control characters) is the result, head and tail of it when it is long;
 * a command that fails, takes too long or is aborted gives a result with `isError` and what it printed so far.
 * A command that stops by itself may leave background processes, and they do not hold up the result. Throws a
 * `ToolError` when the command cannot be started, and at once a `RangeError` for a `timeoutSeconds` out of range.
 */
export function createBashTool(options: BashToolOptions = {}): Tool {
  return createCommandTools(options).bash;
}

/** The tools that run commands, which share what runs in the background. */
export interface CommandTools {
  bash: Tool;
  /** Looks after what bash started with `background: true`. */
  jobs: Tool;
  /** Ends what runs in the background. */
  close(): Promise<void>;
}

/**
 * Makes `bash` as {@link createBashTool} does, with a further argument `background`: the command then runs on until it is
 * stopped or this program ends, and the call returns at once. `jobs` lists, shows and stops such commands.
 */
export function createCommandTools(options: BashToolOptions = {}): CommandTools {
  const defaultTimeout = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  if (!(defaultTimeout >= 1 && defaultTimeout <= MAX_TIMEOUT_SECONDS)) {
    throw new RangeError(`timeoutSeconds must be from 1 to ${MAX_TIMEOUT_SECONDS}, not ${defaultTimeout}`);
  }
  const guard = createExitGuard();
  const jobs = createJobs({ guard, sandbox: options.sandbox });
  const bash = defineTool({
    name: "bash",
    description:
      `Run a shell command in the working folder. It has no terminal and no input, and is stopped after ` +
      `${defaultTimeout} seconds unless timeout (in seconds) says otherwise. Of output over ${MAX_LINES} lines or ` +
      `${MAX_BYTES} bytes the middle is left out, and the file that holds all of it is named. With background it runs on ` +
      `until it is stopped, and jobs looks after it.`,
    risk: "execute",
    input: z.object({
      command: z.string(),
      timeout: z.int().min(1).max(MAX_TIMEOUT_SECONDS).optional(),
      background: z.boolean().optional(),
    }),
    async run({ command, timeout = defaultTimeout, background = false }, { cwd, signal, progress }) {
      signal.throwIfAborted();
      requireCommand(command);
      const env = commandEnvironment(options.env ?? process.env);
      if (background) {
        const { id } = jobs.start(command, cwd, env);
        return `started ${id} in the background; jobs with action tail shows its output, stop ends it\n`;
      }
      const output = createOutput();
      const shown = createProgress(progress);
      try {
        const end = await runCommand({
          command,
          cwd,
          env,
          timeoutMs: timeout * 1000,
          signal,
          guard,
          sandbox: options.sandbox,
          async onOutput(bytes) {
            const text = output.decode(bytes);
            shown.add(text);
            await output.add(text);
          },
        });
        const summary = await output.finish();
        return {
          ...detailed(renderCommand(command, end, summary, timeout), {
            exit_code: end.stoppedBy ? -1 : (end.code ?? -1),
            duration_ms: Math.round(end.durationMs),
            ...(summary.file && { full_output_path: summary.file.path }),
          }),
          isError: end.code !== 0 || end.stoppedBy !== undefined,
        };
      } finally {
        shown.end();
        await output.close();
      }
    },
  });
  return { bash, jobs: createJobsTool(jobs), close: () => jobs.stopAll() };
}

function requireCommand(command: string): void {
  if (command.trim() === "") throw new ToolError("bad_input", "command is empty");
  if (command.includes("\0")) throw new ToolError("bad_input", "command holds a NUL character");
  requireWellFormed(command, "command");
}
