import { homedir } from "node:os";
import {
  loadInstructions,
  loadSkills,
  skillManifest,
  skillTool,
  systemPrompt,
  type Tool,
} from "@zotpilot/core";
import type { CliOptions } from "../options.ts";
import { resolvePaths } from "./paths.ts";

/** What the agent is told before every conversation, and the tool that loads more of it. */
export interface AgentInstructions {
  readonly system: string;
  readonly tools: readonly Tool[];
  /** What a person should know about the files that it was made from, a sentence each. */
  readonly warnings: readonly string[];
}

/** Reads SYSTEM.md, AGENTS.md and the skills. */
export async function loadAgentInstructions(
  options: CliOptions,
  env: Record<string, string | undefined>,
  today: string,
): Promise<AgentInstructions> {
  const home = resolvePaths(env).settings;
  const { cwd } = options;
  const [instructions, { skills, warnings }] = await Promise.all([
    loadInstructions({ cwd, home }),
    loadSkills({ cwd, home, userHome: env["HOME"] ?? homedir(), trusted: options.trustsProject }),
  ]);
  const manifest = skillManifest(skills);
  const system = systemPrompt({
    cwd,
    date: today,
    instructions: instructions.files,
    append: options.appended,
    skills: manifest,
    ...(instructions.identity !== undefined && { identity: instructions.identity }),
  });
  return {
    system,
    tools: manifest !== "" ? [skillTool(skills)] : [],
    warnings: [...instructions.warnings, ...warnings],
  };
}
