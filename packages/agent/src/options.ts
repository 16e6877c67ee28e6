import type { ForeignSource } from "@zotpilot/auth";
import type { ReasoningLevel } from "@zotpilot/core";

/** What the command line asked for; the same for every mode. */
export interface CliOptions {
  /** The words of the prompt, joined; empty when there were none. */
  prompt: string;
  mode: "interactive" | "print" | "json" | "rpc";
  model?: string;
  /** How hard the model thinks, as far as it offers that. */
  reasoning?: ReasoningLevel;
  continue: boolean;
  /** Use the built-in demo: always, or only when nobody is signed in. */
  demo: "always" | "when_signed_out" | "never";
  /** GitHub's host, or a simulator's origin. */
  host?: string;
  account?: string;
  /** Other tools' tokens that may be used. */
  tokenSources: readonly ForeignSource[];
  /** The folder to work in; absolute. */
  cwd: string;
  maxSteps?: number;
  /** Model calls in all, tries again included. */
  maxRequests?: number;
  /** Copilot's AI credits in all. */
  maxCredits?: number;
  /** The session to go on with: an id, the beginning of one, or a name. */
  resume?: string;
  /** Added to the system prompt, in order. */
  appended: readonly string[];
  /** Rules that permit or forbid calls of tools, as in permissions.json. */
  allow: readonly string[];
  deny: readonly string[];
  /** Whether every tool runs without being asked about. */
  yes: boolean;
  /** Whether file tools are held to the folder. */
  confined: boolean;
  /** Whether commands run in the system's sandbox. */
  sandboxed: boolean;
  /** Whether what the project brings along, such as skills, is used. */
  trustsProject: boolean;
  /** Whether the conversation is kept on disk. */
  session: boolean;
}
