import type { Tool, ToolMiddleware } from "@zotpilot/core";
import { createCommandTools } from "./command-tools.ts";
import { createCheckpoints, type CheckpointOptions, type Checkpoints } from "./checkpoint/checkpoints.ts";
import { confineFiles, type ConfinementOptions } from "./confinement/confine-files.ts";
import { createEditTool } from "./edit.ts";
import { globTool } from "./glob.ts";
import { createGrepTool } from "./grep.ts";
import { limitOutput, type LimitOutputOptions } from "./limits/limit-output.ts";
import { limitTime, type LimitTimeOptions } from "./limits/limit-time.ts";
import {
  createApprovalBroker,
  type ApprovalBroker,
  type ApprovalBrokerOptions,
} from "./permission/broker.ts";
import { createReadTool } from "./read.ts";
import type { CommandSandbox } from "./sandbox/sandbox.ts";
import { createFileLedger } from "./shared/ledger.ts";
import { createWriteTool } from "./write.ts";

/** What surrounds the tools. Each part is left out unless it is named. */
export interface CodingToolsOptions {
  /** Who decides which calls run; see `createApprovalBroker`. The risks of these tools are known without being named. */
  approval?: Omit<ApprovalBrokerOptions, "risk"> & Partial<Pick<ApprovalBrokerOptions, "risk">>;
  /** The folders that file tools are confined to; see `confineFiles`. */
  confinement?: ConfinementOptions;
  /** Where commands run; see `createSandbox`. */
  sandbox?: CommandSandbox;
  /** Remembers how files were; see `createCheckpoints`. */
  checkpoints?: CheckpointOptions;
  /** How long a call may take and how much it may say, for tools that know no limit of their own; see `limitTime` and `limitOutput`. */
  limits?: LimitTimeOptions & LimitOutputOptions;
  /** The environment of commands. Default: that of this process. */
  env?: Record<string, string | undefined>;
  /** The time limit of commands, in seconds. Default 120. */
  timeoutSeconds?: number;
  /** The shell of commands. Default: bash, and `powershell` on a Windows that has no bash. */
  shell?: "bash" | "powershell";
}

/** Tools, and what surrounds them. */
export interface CodingTools {
  /** Sorted by name. */
  tools: readonly Tool[];
  /** The list around every call, outermost first; for `compose` and for an agent's `middleware`. */
  middleware: readonly ToolMiddleware[];
  broker: ApprovalBroker | undefined;
  checkpoints: Checkpoints | undefined;
  /** Ends what runs in the background. */
  close(): Promise<void>;
}

/** Makes a set of tools that know of each other: a file that changed since it was read is not written over. */
export function createCodingTools(options: CodingToolsOptions = {}): CodingTools {
  const { approval, confinement, sandbox, env, timeoutSeconds, shell } = options;
  const ledger = createFileLedger();
  const commands = createCommandTools({
    ...(sandbox && { sandbox }),
    ...(env && { env }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(shell && { shell }),
  });
  const tools = [
    commands.command,
    createEditTool(ledger),
    globTool,
    createGrepTool(),
    commands.jobs,
    createReadTool(ledger),
    createWriteTool(ledger),
  ].sort((left, right) => (left.name < right.name ? -1 : 1));
  const risks = new Map(tools.map(({ name, risk }) => [name, risk]));
  const broker =
    approval &&
    createApprovalBroker({ ...approval, risk: (name) => approval.risk?.(name) ?? risks.get(name) });
  const checkpoints = options.checkpoints && createCheckpoints(options.checkpoints);
  // Asked first, then limited, then held to its folders, then remembered: a checkpoint is of what really runs.
  const middleware = [
    ...(broker ? [broker.middleware] : []),
    ...(options.limits ? [limitTime(options.limits), limitOutput(options.limits)] : []),
    ...(confinement ? [confineFiles(confinement)] : []),
    ...(checkpoints ? [checkpoints.middleware] : []),
  ];
  return { tools, middleware, broker, checkpoints, close: () => commands.close() };
}

/** The tools of a coding agent, sorted by name, with nothing around them. */
export function codingTools(): readonly Tool[] {
  return createCodingTools().tools;
}
