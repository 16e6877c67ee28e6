import type { Tool } from "@zotpilot/core";
import { chooseShell } from "./bash/choose-shell.ts";
import type { CommandHost } from "./bash/command-host.ts";
import { createCommandTool, MAX_TIMEOUT_SECONDS } from "./bash/command-tool.ts";
import { createExitGuard } from "./bash/exit-guard.ts";
import { createProcessGroups } from "./bash/process-group.ts";
import type { Platform, Shell } from "./bash/shell.ts";
import { createWatchdog } from "./bash/watchdog.ts";
import { createJobsTool } from "./jobs/jobs-tool.ts";
import { createJobs } from "./jobs/jobs.ts";
import type { CommandSandbox } from "./sandbox/sandbox.ts";

const DEFAULT_TIMEOUT_SECONDS = 120;

/** How commands are run. */
export interface CommandToolOptions {
  /** The environment of the commands, before our own credentials are taken out. Default: that of this process. */
  env?: Record<string, string | undefined>;
  /** How many seconds a command may take when the call names no `timeout`: 1 to 86400. Default 120. */
  timeoutSeconds?: number;
  /** Where commands run; see `createSandbox`. Default: on the bare system, with all that this process may do. */
  sandbox?: CommandSandbox;
  /** The system that commands run on. Default: that of this process. */
  platform?: Platform;
}

/** The tools that run commands, which share what runs in the background. */
export interface CommandTools {
  /** `bash` or `powershell`. */
  command: Tool;
  /** Looks after what was started with `background: true`. */
  jobs: Tool;
  /** Ends what runs in the background. */
  close(): Promise<void>;
}

/**
 * Makes `bash` or `powershell` with what looks after background commands: those run on until they are stopped or this
 * program ends, and their call returns at once. Unless a shell is named it is bash, and PowerShell on a Windows
 * that has no bash. Throws a `RangeError` for a `timeoutSeconds` out of range.
 */
export function createCommandTools(
  options: CommandToolOptions & { shell?: Shell["name"] } = {},
): CommandTools {
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, platform = process.platform, sandbox } = options;
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= MAX_TIMEOUT_SECONDS)) {
    throw new RangeError(`timeoutSeconds must be from 1 to ${MAX_TIMEOUT_SECONDS}, not ${timeoutSeconds}`);
  }
  const env = options.env ?? process.env;
  const groups = createProcessGroups(platform, env);
  const host: CommandHost = {
    shell: chooseShell(options.shell, platform, env),
    groups,
    guard: createExitGuard(groups, createWatchdog(platform)),
    sandbox,
  };
  const jobs = createJobs(host);
  return {
    command: createCommandTool(host, jobs, { env, timeoutSeconds }),
    jobs: createJobsTool(jobs, host.shell.name),
    close: () => jobs.stopAll(),
  };
}
