import { isCoreError } from "@zotpilot/core";
import type { Store } from "@zotpilot/tui";
import { safeLine } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { CommandEffect } from "../slash-commands/command.ts";
import type { ChatConnection } from "./connection.ts";
import type { PromptQueue } from "./prompt-queue.ts";
import type { NoticeLevel } from "./state/block.ts";
import type { ChatAction, ChatState } from "./state/chat-state.ts";

/** Does what slash commands want done. */
export function createEffects(options: {
  runtime: Runtime;
  store: Store<ChatState, ChatAction>;
  connection: ChatConnection;
  queue: PromptQueue;
  notice: (level: NoticeLevel, text: string) => void;
  onError: (error: unknown) => void;
  /** After the account has changed. */
  reconnect: () => Promise<void>;
  logIn: () => Promise<void>;
  exit: () => void;
}): (effect: CommandEffect) => void {
  const { runtime, store, connection, queue, notice, onError, reconnect, logIn, exit } = options;

  async function logOut(): Promise<void> {
    await runtime.logout();
    notice("info", "Signed out; the token is deleted here. What was said is kept: zotpilot --continue.");
    await reconnect();
  }

  async function startDemo(): Promise<void> {
    await runtime.startDemo();
    await reconnect();
  }

  async function clear(): Promise<void> {
    await runtime.clear();
    await connection.agent();
  }

  async function compact(): Promise<void> {
    const agent = await connection.agent();
    await agent.compact().catch((error: unknown) => {
      // Told already, by the event that ends a summary.
      if (!isCoreError(error)) throw error;
    });
  }

  function steer(text: string): void {
    const { shown } = connection;
    const { activity } = store.get();
    const isSummaryAlone = activity?.type === "compacting" && activity.before === undefined;
    // Where no prompt runs, or not yet, nobody would hear it: then it is a prompt like any other.
    if (shown?.status !== "running" || isSummaryAlone) return queue.prompt(text);
    shown.steer(text);
    notice("info", `The model hears before its next step: ${text}`);
  }

  async function undo(): Promise<void> {
    const restored = await runtime.undo();
    const files = restored.length === 0 ? "Nothing was changed yet." : `As before: ${restored.join(", ")}`;
    notice("info", files);
  }

  async function rename(name: string): Promise<void> {
    await (await connection.agent()).rename(name);
    notice("info", `The conversation is called "${name}" now.`);
  }

  async function exportTo(target: string): Promise<void> {
    notice("info", `The conversation is written to ${safeLine(await runtime.export(target))}`);
  }

  async function setModel(id: string): Promise<void> {
    await (await connection.agent()).setModel(id);
    notice("info", `${id} answers from now on.`);
  }

  return function perform(effect) {
    switch (effect.type) {
      case "say":
        return notice(effect.level, effect.text);
      case "log_in":
        return queue.run(logIn);
      case "log_out":
        return queue.run(logOut);
      case "start_demo":
        return queue.run(startDemo);
      case "choose_model":
        return store.dispatch({ type: "dialog_opened", request: { type: "model" } });
      case "set_model":
        // Counts from the next model call on, so it need not wait for its turn.
        return void setModel(effect.model).catch(onError);
      case "clear":
        return queue.run(clear);
      case "compact":
        return queue.run(compact);
      case "undo":
        return queue.run(undo);
      case "steer":
        return steer(effect.text);
      case "rename":
        return void rename(effect.name).catch(onError);
      case "export":
        return void exportTo(effect.target).catch(onError);
      case "exit":
        return exit();
    }
  };
}
