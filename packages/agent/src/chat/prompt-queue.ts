import { isAuthError } from "@zotpilot/auth";
import type { Agent } from "@zotpilot/core";
import type { EditorAction, EditorState, Store } from "@zotpilot/tui";
import type { ChatAction, ChatState } from "./state/chat-state.ts";

/** What the person has asked for, done one after the other. */
export interface PromptQueue {
  /** Whether something runs or waits. */
  readonly isBusy: boolean;
  /** Sends a prompt when its turn comes. */
  prompt(text: string): void;
  /** Does something else when its turn comes. What it throws is told. */
  run(work: () => Promise<void>): void;
  /** Stops what runs; what waits goes back into the composer. False when there was nothing to stop. */
  stop(): boolean;
}

/** Makes the one lane in which prompts and commands that change the connection go. */
export function createPromptQueue(options: {
  store: Store<ChatState, ChatAction>;
  editor: Store<EditorState, EditorAction>;
  connect: () => Promise<Agent>;
  onError: (error: unknown) => void;
  onSignedOut: () => void;
}): PromptQueue {
  const { store, editor, connect, onError, onSignedOut } = options;
  let lane: Promise<void> = Promise.resolve();
  let waiting = 0;
  let running: Agent | undefined;

  function run(work: () => Promise<void>): void {
    waiting += 1;
    lane = lane
      .then(work)
      .catch(onError)
      .finally(() => {
        waiting -= 1;
      });
  }

  /** Sends the oldest prompt that still waits: Esc may have taken it back meanwhile. */
  async function sendNext(): Promise<void> {
    if (store.get().queue.length === 0) return;
    try {
      store.dispatch({ type: "connecting_changed", isConnecting: true });
      const agent = await connect().finally(() =>
        store.dispatch({ type: "connecting_changed", isConnecting: false }),
      );
      const [text] = store.get().queue;
      if (text === undefined) return;
      store.dispatch({ type: "dequeued" });
      await send(agent, text);
    } catch (error) {
      returnToComposer(store.get().queue);
      if (isAuthError(error) && error.code === "not_logged_in") onSignedOut();
      else onError(error);
    }
  }

  async function send(agent: Agent, text: string): Promise<void> {
    const before = agent.transcript.messages.length;
    running = agent;
    try {
      const { reason } = await agent.prompt(text);
      if (reason !== "error") return;
      // One that could not even be kept (a full disk) is not lost, and what waits behind a failure is not sent into it.
      const isKept = agent.transcript.messages.length > before;
      returnToComposer([...(isKept ? [] : [text]), ...store.get().queue]);
    } finally {
      running = undefined;
    }
  }

  function returnToComposer(prompts: readonly string[]): void {
    if (prompts.length === 0) return;
    store.dispatch({ type: "queue_emptied" });
    const typed = editor.get().buffer.text;
    editor.dispatch({ type: "set_text", text: [...prompts, ...(typed === "" ? [] : [typed])].join("\n") });
  }

  return {
    get isBusy() {
      return waiting > 0;
    },
    prompt(text) {
      store.dispatch({ type: "queued", text });
      run(sendNext);
    },
    run,
    stop() {
      if (waiting === 0) return false;
      running?.abort();
      returnToComposer(store.get().queue);
      return true;
    },
  };
}
