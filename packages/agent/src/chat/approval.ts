import type { Agent } from "@zotpilot/core";
import type { Store } from "@zotpilot/tui";
import { askedCall, groundsOf } from "./state/asked-call.ts";
import type { ChatAction, ChatState } from "./state/chat-state.ts";

/** Yes for this call, for this session, for this folder; or no. */
export type ApprovalChoice = "once" | "session" | "project" | "no";

/** Puts the calls that wait for a decision before the person, one after the other. */
export function createApproval(options: {
  /** The agent that is shown; it has the calls that wait. */
  agent: () => Agent | undefined;
  store: Store<ChatState, ChatAction>;
  /** A question takes the keys from now on. */
  onShown: () => void;
}): {
  /** Shows what waits, unless another dialog is open; then it comes after that. */
  show: () => void;
  /** What the person says to the call that is shown. */
  answer: (choice: ApprovalChoice) => void;
  /** Puts all of the call that is shown into the scrollback, once. */
  showWhole: () => void;
} {
  const { agent, store, onShown } = options;
  const { dispatch } = store;
  let shownWhole: string | undefined;

  function show(): void {
    const [request] = agent()?.approvals ?? [];
    if (!request || store.get().dialog) return;
    dispatch({ type: "dialog_opened", request: { type: "approval", request } });
    onShown();
  }

  function answer(choice: ApprovalChoice): void {
    const { dialog } = store.get();
    if (dialog?.type !== "approval") return;
    dispatch({ type: "dialog_closed" });
    const { id, digest } = dialog.request;
    const remember = choice === "session" || choice === "project" ? { remember: choice } : {};
    agent()?.respond(id, { digest, decision: choice === "no" ? "deny" : "allow", ...remember });
  }

  function showWhole(): void {
    const { dialog } = store.get();
    if (dialog?.type !== "approval" || dialog.request.id === shownWhole) return;
    const { id, call, command } = dialog.request;
    shownWhole = id;
    const whole = [
      `${call.name} asks for this:`,
      askedCall(call, command).text,
      ...groundsOf(dialog.request),
    ];
    dispatch({ type: "notice", level: "warning", text: whole.join("\n") });
  }

  return { show, answer, showWhole };
}
