import type { ToolCall } from "@zotpilot/provider/model";

/** What a tool may do at worst; approval policies are written in these terms. */
export type ToolRisk = "read" | "write" | "execute";

/** What a person is asked about a call. Plain data, so that it can go over a wire. */
export interface ApprovalRequest {
  id: string;
  /** Stands for exactly this call; the answer has to repeat it. */
  digest: string;
  call: ToolCall;
  cwd: string;
  risk: ToolRisk;
  /** Why this is asked. */
  reasons: string[];
  /** The command, the whole of it, where the call has one. */
  command?: string;
  /** The files that it would write, as they really are. */
  writes: string[];
  hosts: string[];
  /** What "always" would permit from now on; "always" is not to be offered when there is nothing. */
  remember: string[];
}

/** What a person answered. */
export interface ApprovalAnswer {
  /** That of the request; an answer with another one is a refusal. */
  digest: string;
  decision: "allow" | "deny";
  /** `session`: as long as the program runs. `project`: kept for this project. Only counts with `allow`. */
  remember?: "session" | "project";
  /** Told to the model when it is refused; `user declined` when left out. */
  reason?: string;
}

/** Asks a person. Whatever is no fitting `allow`, also an error, is a refusal. The signal ends the asking. */
export type AskForApproval = (request: ApprovalRequest, signal: AbortSignal) => Promise<ApprovalAnswer>;
