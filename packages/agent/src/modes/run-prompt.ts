import type { Agent, AgentEvent, RunResult } from "@zotpilot/core";
import { complain } from "../complain.ts";
import { exitCodeOf, exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { drained } from "./drained.ts";

/** The agent of a mode without a screen; what is to be said first goes to stderr. */
export async function openAgent(runtime: Runtime, io: Io): Promise<Agent> {
  const agent = await runtime.agent();
  for (const warning of runtime.warnings) complain(io, warning);
  return agent;
}

/** Runs one prompt to its end. `show` writes each event to stdout, at the pace of who reads it. */
export async function runPrompt(
  agent: Agent,
  prompt: string,
  options: { io: Io; signal: AbortSignal; show: (event: AgentEvent) => void },
): Promise<RunResult> {
  const { io, signal, show } = options;
  const unsubscribe = agent.subscribe((event) => {
    show(event);
    return drained(io.stdout, signal);
  });
  try {
    return await agent.prompt(prompt, { signal });
  } finally {
    unsubscribe();
  }
}

/** The exit code that says how a run ended. */
export function exitCodeOfRun({ reason, error }: RunResult): number {
  if (reason === "aborted") return exitCodes.interrupt;
  return error ? exitCodeOf(error) : exitCodes.ok;
}
