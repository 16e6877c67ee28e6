import { isAuthError } from "@zotpilot/auth";
import type { Agent } from "@zotpilot/core";
import { textOf } from "@zotpilot/provider/model";
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
  /** Stops what runs; what waits goes back into the composer. */
  stop(): void;
}

/** Makes the one lane in which prompts and commands that change the connection go. */
export function createPromptQueue(options: {
  store: Store<ChatState, ChatAction>;
  editor: Store<EditorState, EditorAction>;
  connect: () => Promise<Agent>;
  /** Stops what the agent does. */
  abort: () => void;
  onError: (error: unknown) => void;
  onSignedOut: () => void;
}): PromptQueue {
  const { store, editor, connect, abort, onError, onSignedOut } = options;
  let lane: Promise<void> = Promise.resolve();
  let waiting = 0;

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
    let isKept = false;
    const unsubscribe = agent.subscribe((event) => {
      isKept ||= event.type === "user_message" && textOf(event.message) === text;
    });
    const { reason } = await agent.prompt(text).finally(unsubscribe);
    if (reason !== "error") return;
    // One that could not even be kept (a full disk) is not lost, and what waits behind a failure is not sent into it.
    returnToComposer([...(isKept ? [] : [text]), ...store.get().queue]);
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
      abort();
      returnToComposer(store.get().queue);
    },
  };
}
