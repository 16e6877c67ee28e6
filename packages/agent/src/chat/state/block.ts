/** How a tool call stands. */
export type ToolStatus = "preparing" | "running" | "done" | "failed";

/** A tool call as the screen shows it. All text in it is safe to show. */
export interface ToolView {
  readonly callId: string;
  readonly name: string;
  /** What it was called with, on one line. */
  readonly summary: string;
  readonly status: ToolStatus;
  /** What it says while it runs (the last of it), then its result. */
  readonly output: string;
  /** Whether `output` is a diff. */
  readonly isDiff?: boolean;
  /** What came of it in a few words, such as `exit 1 · 0.3 s` or `+3 −1`. */
  readonly outcome?: string;
  /** Where more of it is: a sentence below the output. */
  readonly note?: string;
}

/** How urgent a notice is. */
export type NoticeLevel = "info" | "warning" | "error";

/** One finished piece of the conversation. It goes into the scrollback and never changes again. */
export type Block =
  | { readonly type: "header"; readonly version: string }
  | { readonly type: "user"; readonly text: string }
  | {
      readonly type: "assistant";
      readonly text: string;
      /** Whether it begins within a fenced code block. */
      readonly inFence: boolean;
      /** Whether it carries on the block before it, without a gap. */
      readonly continues: boolean;
    }
  | { readonly type: "tool"; readonly tool: ToolView }
  | { readonly type: "notice"; readonly level: NoticeLevel; readonly text: string };
