import { emptyTranscript, type AgentEvent, type Cost, type Transcript } from "@zotpilot/core";
import type { CopilotQuotaState } from "@zotpilot/provider";
import type { ModelInfo, Usage } from "@zotpilot/provider/model";
import type { SanitizeState } from "@zotpilot/tui";
import type { Connection } from "../../runtime/runtime.ts";
import type { DialogRequest } from "../../slash-commands/command.ts";
import type { Block, NoticeLevel, ToolView } from "./block.ts";
import { emptyLiveText, type LiveText } from "./live-text.ts";

/** What the agent is busy with. */
export type Activity =
  /** A prompt waits for the account's first answer. */
  | { readonly type: "connecting" }
  | { readonly type: "waiting" }
  | { readonly type: "thinking" }
  | { readonly type: "answering" }
  | { readonly type: "tools" }
  | { readonly type: "retrying"; readonly text: string }
  /** The conversation is being summarised. `before` is what that interrupts, `text` why it takes longer. */
  | { readonly type: "compacting"; readonly before?: Activity | undefined; readonly text?: string };

/** A tool call that is not finished, with the place in its output stream. */
export interface LiveTool extends ToolView {
  readonly sanitizer: SanitizeState;
  /** What the call puts into a file, as the model gave it. */
  readonly written?: string | undefined;
}

/** What one model call used, and what it cost; the usage is null when the service did not tell it. */
export interface LastCall {
  readonly usage: Usage | null;
  readonly cost: Cost;
}

/** Everything that the screen shows, except the text being written. */
export interface ChatState {
  /** What is in the scrollback, oldest first. Only grows. */
  readonly blocks: readonly Block[];
  readonly text: LiveText;
  /** Tool calls that are not in the scrollback yet, in asked order. */
  readonly tools: readonly LiveTool[];
  /** Undefined while nothing runs. */
  readonly activity?: Activity | undefined;
  /** Whether this model call has shown text already: its message repeats it. */
  readonly streamed: boolean;
  /** Prompts that wait for the run to end, safe or not: they are the person's own. */
  readonly queue: readonly string[];
  readonly transcript: Transcript;
  readonly connection: Connection;
  /** The id of the model in use; undefined until the agent is there. */
  readonly model?: string | undefined;
  /** The models of the connection; empty until they are known. */
  readonly models: readonly ModelInfo[];
  /** What the last model call used and cost; undefined before the first of this chat. */
  readonly lastCall?: LastCall | undefined;
  /** What is left of the account's allowances, as far as answers have told. */
  readonly quota?: CopilotQuotaState | undefined;
  readonly cwd: string;
  readonly dialog?: DialogRequest | undefined;
  /** Said in the status line for a moment, such as how to exit. */
  readonly hint?: string | undefined;
  /** The chat is ending: only the scrollback stays. */
  readonly isLeaving: boolean;
}

/** What can happen to the screen. */
export type ChatAction =
  | { type: "agent_event"; event: AgentEvent }
  /** Events of the past, folded at once. */
  | { type: "replayed"; events: readonly AgentEvent[] }
  | { type: "notice"; level: NoticeLevel; text: string }
  | { type: "connection_changed"; connection: Connection }
  | { type: "agent_ready"; model: string; transcript: Transcript }
  | { type: "connecting_changed"; isConnecting: boolean }
  | { type: "quota_changed"; quota: CopilotQuotaState }
  | { type: "models_loaded"; models: readonly ModelInfo[] }
  | { type: "queued"; text: string }
  /** The oldest waiting prompt has been sent. */
  | { type: "dequeued" }
  /** Waiting prompts have gone back into the composer. */
  | { type: "queue_emptied" }
  | { type: "dialog_opened"; request: DialogRequest }
  | { type: "dialog_closed" }
  | { type: "hint_changed"; hint?: string }
  | { type: "left" };

/** The screen at the start. */
export function initialChatState(options: {
  version: string;
  cwd: string;
  connection: Connection;
}): ChatState {
  return {
    blocks: [{ type: "header", version: options.version }],
    text: emptyLiveText,
    tools: [],
    streamed: false,
    queue: [],
    transcript: emptyTranscript,
    connection: options.connection,
    models: [],
    cwd: options.cwd,
    isLeaving: false,
  };
}
