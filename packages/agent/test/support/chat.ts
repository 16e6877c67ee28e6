import {
  createStore,
  emptyEditor,
  reduceEditor,
  type EditorAction,
  type EditorState,
  type Store,
} from "@zotpilot/tui";
import { createChatController, type ChatController } from "../../src/chat/controller.ts";
import { initialChatState, type ChatAction, type ChatState } from "../../src/chat/state/chat-state.ts";
import { reduceChat } from "../../src/chat/state/reduce-chat.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { Sandbox } from "./cli.ts";
import { openRuntime } from "./runtime.ts";

/** The chat as it is behind the screen. */
export interface TestChat extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly controller: ChatController;
  readonly store: Store<ChatState, ChatAction>;
  readonly editor: Store<EditorState, EditorAction>;
  state(): ChatState;
  notices(): string[];
  /** Resolves when a notice matches. */
  says(pattern: RegExp): Promise<void>;
  /** Resolves when it holds; rejects with what was said when it does not happen in time. */
  until(check: () => boolean, what: string): Promise<void>;
}

/** Opens a chat on a sandbox; nothing is started yet. `now` is the clock that keys are told apart by. */
export function openChat(sandbox: Sandbox, args: readonly string[], now?: () => number): TestChat {
  const runtime = openRuntime(sandbox, args);
  const { version, cwd, connection } = runtime;
  const store = createStore(reduceChat, initialChatState({ version, cwd, connection }));
  const editor = createStore(reduceEditor, emptyEditor);
  const controller = createChatController({ runtime, store, editor, ...(now && { now }) });
  const notices = (): string[] =>
    store.get().blocks.flatMap((block) => (block.type === "notice" ? [block.text] : []));

  async function until(check: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!check()) {
      if (performance.now() > deadline)
        throw new Error(`waited for ${what}; said was:\n${notices().join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  return {
    runtime,
    controller,
    store,
    editor,
    state: () => store.get(),
    notices,
    until,
    says: (pattern) => until(() => notices().some((text) => pattern.test(text)), String(pattern)),
    async [Symbol.asyncDispose]() {
      controller.dispose();
      await runtime.close();
    },
  };
}
