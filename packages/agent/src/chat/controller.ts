import { serializeError } from "@zotpilot/core";
import type { EditorAction, EditorState, Store } from "@zotpilot/tui";
import { unsavedSentence } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { runCommand } from "../slash-commands/command.ts";
import { slashCommands } from "../slash-commands/index.ts";
import { parseLine } from "../slash-commands/parse.ts";
import { createApproval, type ApprovalChoice } from "./approval.ts";
import { createConnection, signedOut } from "./connection.ts";
import { createEffects } from "./effects.ts";
import { createLogin } from "./login.ts";
import { createPromptQueue } from "./prompt-queue.ts";
import type { NoticeLevel } from "./state/block.ts";
import type { ChatAction, ChatState } from "./state/chat-state.ts";
import { errorText } from "./state/error-text.ts";
import { createTyping } from "./typing.ts";

/** What the screen can ask for. */
export interface ChatController {
  /** Connects, shows what there is to know, and sends the first prompt. */
  start(initialPrompt: string | undefined): void;
  /** Enter in the composer. */
  submit(text: string): void;
  /** Esc: closes the dialog, or stops the answer. */
  escape(): void;
  /** Ctrl+C: clears the line, or stops the answer and asks for a second one. */
  interrupt(): void;
  chooseModel(id: string): void;
  /**
   * A key in the question about a call: what it would answer, if anything, and its text. It does not answer while
   * somebody is still writing a prompt.
   */
  answer(choice: ApprovalChoice | undefined, text: string): void;
  /** The dialog has no room for the whole call: it goes into the scrollback. */
  showWhole(): void;
  /** Leaves; where something of the conversation is not saved, that is told first and asked for twice. */
  exit(): void;
  /** Leaves at once. */
  end(): void;
  /** Resolves when the chat is to end; rejects when it cannot go on. */
  readonly finished: Promise<void>;
  /** Stops whatever goes on. */
  dispose(): void;
}

/** How long a hint stands, and a first Ctrl+C counts, in milliseconds. */
const hintMs = 2_000;

const exitHint = "Ctrl+C again to exit";

/** Joins the agent, the account and the screen. */
export function createChatController(options: {
  runtime: Runtime;
  store: Store<ChatState, ChatAction>;
  editor: Store<EditorState, EditorAction>;
  /** The clock in milliseconds that tells typing from answering; the machine's own when left out. */
  now?: () => number;
}): ChatController {
  const { runtime, store, editor, now = () => performance.now() } = options;
  const { dispatch } = store;
  let hintTimer: NodeJS.Timeout | undefined;
  const { promise: finished, resolve: finish, reject: fail } = Promise.withResolvers<void>();

  const notice = (level: NoticeLevel, text: string): void => dispatch({ type: "notice", level, text });
  let lastError: unknown;
  const onError = (error: unknown): void => {
    // Whoever leaves a connection knows that what went on there has ended.
    if (error instanceof Error && error.name === "AbortError") return;
    // A prompt that waits for the account fails with it.
    if (error === lastError) return;
    lastError = error;
    notice("error", errorText(serializeError(error)));
  };
  const connection = createConnection({
    runtime,
    store,
    notice,
    onError,
    onUnusable: fail,
    onApproval: () => approval.show(),
  });
  const queue = createPromptQueue({
    store,
    editor,
    connect: connection.agent,
    abort: () => connection.shown?.abort(),
    onError,
    onSignedOut: () => notice("warning", signedOut),
  });
  const reconnect = async (): Promise<void> => {
    await connection.greet();
    await connection.load();
  };
  const login = createLogin({ runtime, dispatch, onSignedIn: reconnect, onFailed: onError });
  const typing = createTyping({ editor, now });
  const approval = createApproval({ agent: () => connection.shown, store, onShown: typing.note });
  const perform = createEffects({
    runtime,
    store,
    connection,
    queue,
    notice,
    onError,
    reconnect,
    logIn: login.start,
    exit,
  });

  let unsavedTold = 0;
  function exit(): void {
    const { unsaved } = runtime;
    if (unsaved <= unsavedTold) return finish();
    unsavedTold = unsaved;
    const advice = "/export <file> writes the conversation elsewhere; /exit once more leaves without.";
    notice("warning", `${unsavedSentence(unsaved)} ${advice}`);
  }

  function hint(text: string): void {
    clearTimeout(hintTimer);
    dispatch({ type: "hint_changed", hint: text });
    hintTimer = setTimeout(forgetHint, hintMs);
  }

  function forgetHint(): void {
    clearTimeout(hintTimer);
    hintTimer = undefined;
    dispatch({ type: "hint_changed" });
  }

  function closeDialog(): boolean {
    const { dialog } = store.get();
    if (!dialog) return false;
    if (dialog.type === "approval") {
      // Whoever leaves the question says no, and stops what led to it.
      approval.answer("no");
      queue.stop();
      return true;
    }
    login.cancel();
    dispatch({ type: "dialog_closed" });
    approval.show();
    return true;
  }

  async function start(initialPrompt: string | undefined): Promise<void> {
    await connection.greet();
    if (initialPrompt && runtime.connection.type !== "signed_out") queue.prompt(initialPrompt);
    else if (initialPrompt && editor.get().buffer.text === "") {
      editor.dispatch({ type: "set_text", text: initialPrompt });
    }
    await connection.load();
  }

  // Whoever writes on does not mean to exit.
  const unwatchEditor = editor.subscribe(() => hintTimer && forgetHint());

  return {
    finished,
    start: (initialPrompt) => void start(initialPrompt),
    submit(text) {
      if (text.trim() === "") return;
      const line = parseLine(text, slashCommands);
      if (line.type === "unknown_command") {
        notice(
          "error",
          `There is no command /${line.name}; /help lists them. A space before the slash sends it as text.`,
        );
        return;
      }
      editor.dispatch({ type: "submitted" });
      if (line.type === "prompt") return queue.prompt(line.text);
      const context = { ...store.get(), guards: runtime.guards };
      perform(runCommand(line.command, line.args, context, queue.isBusy));
    },
    escape() {
      if (!closeDialog()) queue.stop();
    },
    interrupt() {
      if (closeDialog()) return;
      if (store.get().hint === exitHint) return exit();
      // Kept in the history, so that Up brings it back.
      if (editor.get().buffer.text !== "") return editor.dispatch({ type: "submitted" });
      queue.stop();
      hint(exitHint);
    },
    chooseModel(id) {
      dispatch({ type: "dialog_closed" });
      approval.show();
      if (id !== store.get().model) perform({ type: "set_model", model: id });
    },
    answer(choice, text) {
      const isHeld = typing.isGoingOn();
      if (choice && !isHeld) return approval.answer(choice);
      typing.goOn(text);
      if (isHeld) hint("Pause for a moment, then answer");
    },
    showWhole: approval.showWhole,
    exit,
    end: finish,
    dispose() {
      unwatchEditor();
      typing.dispose();
      clearTimeout(hintTimer);
      login.cancel();
      connection.dispose();
    },
  };
}
