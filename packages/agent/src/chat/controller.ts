import { serializeError, type Agent } from "@zotpilot/core";
import type { EditorAction, EditorState, Store } from "@zotpilot/tui";
import { UsageError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { CommandEffect } from "../slash-commands/command.ts";
import { slashCommands } from "../slash-commands/index.ts";
import { parseLine } from "../slash-commands/parse.ts";
import { createApproval, type ApprovalChoice } from "./approval.ts";
import { createLogin } from "./login.ts";
import { createPromptQueue } from "./prompt-queue.ts";
import type { NoticeLevel } from "./state/block.ts";
import type { ChatAction, ChatState } from "./state/chat-state.ts";
import { connectAgent, eventsOf } from "./state/connect.ts";
import { errorText } from "./state/error-text.ts";

/** What the screen can ask for. */
export interface ChatController {
  /** Connects, shows what there is to know, and sends the first prompt. */
  start(initialPrompt: string | undefined): void;
  /** Enter in the composer. */
  submit(text: string): void;
  /** Esc: closes the dialog, or stops the answer. */
  escape(): void;
  /** Ctrl+C: clears the line, or stops the answer, or asks for a second one. */
  interrupt(): void;
  chooseModel(id: string): void;
  /** What the person says to the call that is asked about. */
  answer(choice: ApprovalChoice): void;
  /** The dialog has no room for the whole call: it goes into the scrollback. */
  showWhole(): void;
  exit(): void;
  /** Resolves when the chat is to end; rejects when it cannot go on. */
  readonly finished: Promise<void>;
  /** Stops whatever goes on. */
  dispose(): void;
}

/** How long a first Ctrl+C counts, in milliseconds. */
const exitWindowMs = 2_000;

/** So many messages of an earlier conversation are shown again; all of them are sent. */
const replayLimit = 60;

const signedOut = "Nobody is signed in: /login signs in with GitHub, /demo needs no account.";

/** Joins the agent, the account and the screen. */
export function createChatController(options: {
  runtime: Runtime;
  store: Store<ChatState, ChatAction>;
  editor: Store<EditorState, EditorAction>;
}): ChatController {
  const { runtime, store, editor } = options;
  const { dispatch } = store;
  let connected: { agent: Agent; disconnect: () => void } | undefined;
  let warningsShown = 0;
  let hintTimer: NodeJS.Timeout | undefined;
  const { promise: finished, resolve: finish, reject: fail } = Promise.withResolvers<void>();

  const notice = (level: NoticeLevel, text: string): void => dispatch({ type: "notice", level, text });
  const noticeError = (error: unknown): void => {
    // Whoever leaves a connection knows that what went on there has ended.
    if (error instanceof Error && error.name === "AbortError") return;
    notice("error", errorText(serializeError(error)));
  };
  const queue = createPromptQueue({
    store,
    editor,
    connect,
    onError: noticeError,
    onSignedOut: () => notice("warning", signedOut),
  });
  const login = createLogin({
    runtime,
    dispatch,
    onSignedIn: () => reconnect(),
    onFailed: noticeError,
  });

  const approval = createApproval({ runtime, store });

  function showWarnings(): void {
    for (const warning of runtime.warnings.slice(warningsShown)) notice("warning", warning);
    warningsShown = runtime.warnings.length;
  }

  /** The agent of the connection, shown on the screen from its first use on. */
  async function connect(): Promise<Agent> {
    const agent = await runtime.agent();
    showWarnings();
    if (connected?.agent === agent) return agent;
    connected?.disconnect();
    connected = { agent, disconnect: connectAgent(agent, store) };
    const { messages } = agent.transcript;
    const isNewToScreen = store.get().transcript.messages.length === 0;
    if (messages.length > 0 && isNewToScreen) replay(agent);
    else if (messages.length > 0) {
      notice("info", `The conversation with this account goes on: ${messages.length} messages.`);
    } else if (!isNewToScreen) {
      notice("info", "This is a new conversation; what stands above is no longer part of it.");
    }
    dispatch({ type: "agent_ready", model: agent.model, transcript: agent.transcript });
    dispatch({ type: "models_loaded", models: await runtime.models() });
    return agent;
  }

  function replay(agent: Agent): void {
    const { messages } = agent.transcript;
    const from = messages.findIndex(
      (message, index) => index >= messages.length - replayLimit && message.role === "user",
    );
    const start = from === -1 ? Math.max(0, messages.length - replayLimit) : from;
    if (start > 0) notice("info", `${start} earlier messages are part of the conversation, but not shown.`);
    dispatch({ type: "replayed", events: eventsOf(messages.slice(start)) });
  }

  /** Connects to see what can be said before the first prompt. A failure is said, unless it ends the chat. */
  async function greet(): Promise<void> {
    if (runtime.connection.type === "signed_out") {
      notice("warning", signedOut);
      return;
    }
    if (runtime.connection.type === "demo") {
      notice(
        "info",
        "Demo: a small script answers here, not an AI, but its tools are real.\nTry: list the files here · /login connects GitHub Copilot · /help shows the rest",
      );
    }
    try {
      await connect();
    } catch (error) {
      if (error instanceof UsageError) fail(error);
      else noticeError(error);
    }
  }

  async function reconnect(): Promise<void> {
    dispatch({ type: "connection_changed", connection: runtime.connection });
    showWarnings();
    await greet();
  }

  function perform(effect: CommandEffect): void {
    switch (effect.type) {
      case "say":
        return notice(effect.level, effect.text);
      case "log_in":
        return queue.run(login.start);
      case "log_out":
        return queue.run(async () => {
          await runtime.logout();
          notice(
            "info",
            "Signed out; the token is deleted here. What was said is kept: zotpilot --continue.",
          );
          await reconnect();
        });
      case "start_demo":
        return queue.run(async () => {
          await runtime.startDemo();
          await reconnect();
        });
      case "choose_model":
        return dispatch({ type: "dialog_opened", request: { type: "model" } });
      case "set_model":
        // Counts from the next model call on, so it need not wait for its turn.
        return void setModel(effect.model).catch(noticeError);
      case "clear":
        return queue.run(async () => (await connect()).clear());
      case "compact":
        return queue.run(async () => (await connect()).compact());
      case "undo":
        return queue.run(undo);
      case "prompt":
        return queue.prompt(effect.text);
      case "steer":
        connected?.agent.steer(effect.text);
        return notice("info", `The model hears before its next step: ${effect.text}`);
      case "rename":
        return void rename(effect.name).catch(noticeError);
      case "exit":
        return finish();
    }
  }

  async function rename(name: string): Promise<void> {
    await (await connect()).rename(name);
    notice("info", `The conversation is called "${name}" now.`);
  }

  async function setModel(id: string): Promise<void> {
    const agent = await connect();
    await agent.setModel(id);
    notice("info", `${id} answers from now on.`);
  }

  function hint(text: string): void {
    dispatch({ type: "hint_changed", hint: text });
    hintTimer = setTimeout(forgetHint, exitWindowMs);
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

  async function undo(): Promise<void> {
    const restored = await runtime.undo();
    const files = restored.length === 0 ? "Nothing was changed yet." : `As before: ${restored.join(", ")}`;
    notice("info", files);
  }

  // Whoever writes on does not mean to exit.
  const unwatchEditor = editor.subscribe(() => hintTimer && forgetHint());

  return {
    finished,
    start(initialPrompt) {
      showWarnings();
      if (initialPrompt && runtime.connection.type === "signed_out") {
        editor.dispatch({ type: "set_text", text: initialPrompt });
      } else if (initialPrompt) queue.prompt(initialPrompt);
      void greet();
    },
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
      const { connection, model, models } = store.get();
      perform(line.command.run(line.args, { connection, model, models, isBusy: queue.isBusy }));
    },
    escape() {
      if (!closeDialog()) queue.stop();
    },
    interrupt() {
      if (closeDialog()) return;
      if (hintTimer) return finish();
      // Kept in the history, so that Up brings it back.
      if (editor.get().buffer.text !== "") return editor.dispatch({ type: "submitted" });
      queue.stop();
      hint("Ctrl+C again to exit");
    },
    chooseModel(id) {
      dispatch({ type: "dialog_closed" });
      approval.show();
      if (id !== store.get().model) perform({ type: "set_model", model: id });
    },
    answer: approval.answer,
    showWhole: approval.showWhole,
    exit: finish,
    dispose() {
      unwatchEditor();
      clearTimeout(hintTimer);
      login.cancel();
      connected?.disconnect();
    },
  };
}
