import type { ApprovalRequest, Transcript } from "@zotpilot/core";
import type { CopilotQuotaState } from "@zotpilot/provider";
import type { ModelInfo } from "@zotpilot/provider/model";
import type { LastCall } from "../chat/state/chat-state.ts";
import type { Connection } from "../runtime/runtime.ts";

/** A window over the composer. The chat draws it and says what came of it. */
export type DialogRequest =
  | { readonly type: "login"; readonly step: LoginStep }
  | { readonly type: "model" }
  /** Whether a call may run. What is in it comes from the model, and is made safe where it is drawn. */
  | { readonly type: "approval"; readonly request: ApprovalRequest };

/** How far a login is. All text in it is safe to show. */
export type LoginStep =
  | { readonly type: "asking_for_code" }
  | {
      readonly type: "waiting_for_approval";
      readonly userCode: string;
      readonly verificationUri: string;
      readonly host: string;
      readonly scope: string;
      /** Undefined until it is known whether a browser could be opened. */
      readonly browser?: "opened" | "failed" | undefined;
    };

/** What a command is told. */
export interface CommandContext {
  /** What the conversation has used. */
  readonly transcript: Pick<Transcript, "usage" | "unmeasured" | "premiumRequests">;
  readonly lastCall?: LastCall | undefined;
  readonly quota?: CopilotQuotaState | undefined;
  readonly connection: Connection;
  readonly cwd: string;
  /** What holds the model's tools back and what does not, one sentence each. */
  readonly guards: readonly string[];
  /** The id of the model in use; undefined until it is known. */
  readonly model?: string | undefined;
  /** Empty until they are known. */
  readonly models: readonly ModelInfo[];
}

/** What a command wants done. Commands only say it; the chat does it. */
export type CommandEffect =
  | { readonly type: "say"; readonly level: "info" | "warning" | "error"; readonly text: string }
  | { readonly type: "log_in" }
  | { readonly type: "log_out" }
  | { readonly type: "start_demo" }
  | { readonly type: "choose_model" }
  | { readonly type: "set_model"; readonly model: string }
  | { readonly type: "clear" }
  | { readonly type: "compact" }
  | { readonly type: "undo" }
  | { readonly type: "steer"; readonly text: string }
  | { readonly type: "rename"; readonly name: string }
  | { readonly type: "export"; readonly target: string }
  | { readonly type: "exit" };

/** Something that a person can do by typing its name behind a slash. */
export interface SlashCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What may stand behind the name, for the help. */
  readonly usage?: string;
  /** One line for the help and the suggestions. */
  readonly summary: string;
  /** What it does, for commands that wait until no prompt runs or waits: they are refused before. */
  readonly waitsFor?: string;
  run(args: string, context: CommandContext): CommandEffect;
}

/** What a command wants done now. */
export function runCommand(
  command: SlashCommand,
  args: string,
  context: CommandContext,
  isBusy: boolean,
): CommandEffect {
  const { waitsFor } = command;
  if (waitsFor === undefined || !isBusy) return command.run(args, context);
  return say("warning", `Wait for the answer, or stop it with Esc, before ${waitsFor}.`);
}

/** An effect that says a sentence. */
export function say(level: "info" | "warning" | "error", text: string): CommandEffect {
  return { type: "say", level, text };
}
