import type { Agent } from "@zotpilot/core";
import type { Store } from "@zotpilot/tui";
import { UsageError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { NoticeLevel } from "./state/block.ts";
import type { ChatAction, ChatState } from "./state/chat-state.ts";
import { connectAgent, eventsOf } from "./state/connect.ts";

/** The account and the agent behind the screen. */
export interface ChatConnection {
  /** The agent of the account, shown on the screen from its first use on. */
  agent(): Promise<Agent>;
  /** The agent that is shown; undefined before the first. */
  readonly shown: Agent | undefined;
  /** Looks for an account, and says what there is to know about it. What fails is told. */
  greet(): Promise<void>;
  /** Makes the agent before the first prompt, to see what can be said. What fails is told. */
  load(): Promise<void>;
  /** Stops showing what the agent does. */
  dispose(): void;
}

/** What a person reads who has no account yet. */
export const signedOut = "Nobody is signed in: /login signs in with GitHub, /demo needs no account.";

const demoGreeting =
  "Demo: a small script answers here, not an AI, but its tools are real.\nTry: list the files here · /login connects GitHub Copilot · /help shows the rest";

/** So many messages of an earlier conversation are shown again; all of them are sent. */
const replayLimit = 60;

/** Joins the agent of the runtime to the screen. `onUnusable` is told what the chat cannot go on with. */
export function createConnection(options: {
  runtime: Runtime;
  store: Store<ChatState, ChatAction>;
  notice: (level: NoticeLevel, text: string) => void;
  onError: (error: unknown) => void;
  onUnusable: (error: UsageError) => void;
  /** Told when a call of the agent waits for a decision. */
  onApproval: () => void;
}): ChatConnection {
  const { runtime, store, notice, onError, onUnusable, onApproval } = options;
  const { dispatch } = store;
  let connected: { agent: Agent; disconnect: () => void } | undefined;
  let warningsShown = 0;

  function showWarnings(): void {
    for (const warning of runtime.warnings.slice(warningsShown)) notice("warning", warning);
    warningsShown = runtime.warnings.length;
  }

  async function agent(): Promise<Agent> {
    const next = await runtime.agent();
    if (connected?.agent === next) return next;
    connected?.disconnect();
    connected = { agent: next, disconnect: connectAgent(next, store, onApproval) };
    const { messages } = next.transcript;
    const isNewToScreen = store.get().transcript.messages.length === 0;
    if (messages.length > 0 && isNewToScreen) replay(next);
    else if (messages.length > 0) {
      notice("info", `The conversation with this account goes on: ${messages.length} messages.`);
    } else if (!isNewToScreen) {
      notice("info", "This is a new conversation; what stands above is no longer part of it.");
    }
    // Below the earlier conversation, where it is read.
    showWarnings();
    dispatch({ type: "agent_ready", model: next.model, transcript: next.transcript });
    dispatch({ type: "models_loaded", models: await runtime.models() });
    return next;
  }

  function replay({ transcript: { messages } }: Agent): void {
    const from = messages.findIndex(
      (message, index) => index >= messages.length - replayLimit && message.role === "user",
    );
    const start = from === -1 ? Math.max(0, messages.length - replayLimit) : from;
    if (start > 0) notice("info", `${start} earlier messages are part of the conversation, but not shown.`);
    dispatch({ type: "replayed", events: eventsOf(messages.slice(start)) });
  }

  async function greet(): Promise<void> {
    try {
      await runtime.connect();
    } finally {
      dispatch({ type: "connection_changed", connection: runtime.connection });
      showWarnings();
    }
    const { type } = runtime.connection;
    if (type === "signed_out") notice("warning", signedOut);
    if (type === "demo") notice("info", demoGreeting);
  }

  async function load(): Promise<void> {
    if (runtime.connection.type !== "signed_out") await agent();
  }

  async function told(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (error instanceof UsageError) onUnusable(error);
      else onError(error);
    }
  }

  runtime.onQuota((quota) => dispatch({ type: "quota_changed", quota }));
  runtime.onNotification((sentence, level) => notice(level, sentence));

  return {
    agent,
    get shown() {
      return connected?.agent;
    },
    greet: () => told(greet()),
    load: () => told(load()),
    dispose: () => connected?.disconnect(),
  };
}
