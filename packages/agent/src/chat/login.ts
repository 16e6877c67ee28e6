import { safeLine } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { LoginStep } from "../slash-commands/command.ts";
import type { ChatAction } from "./state/chat-state.ts";

/** A sign-in from within the chat: the dialog shows how far it is. */
export function createLogin(options: {
  runtime: Pick<Runtime, "login">;
  dispatch: (action: ChatAction) => void;
  onSignedIn: () => Promise<void>;
  onFailed: (error: unknown) => void;
}): { start: () => Promise<void>; cancel: () => void } {
  const { runtime, dispatch, onSignedIn, onFailed } = options;
  let running: AbortController | undefined;

  function show(step: LoginStep): void {
    dispatch({ type: "dialog_opened", request: { type: "login", step } });
  }

  async function run(signal: AbortSignal): Promise<void> {
    show({ type: "asking_for_code" });
    let waiting: Extract<LoginStep, { type: "waiting_for_approval" }> | undefined;
    for await (const event of runtime.login({ signal })) {
      // One that has succeeded has changed the account already, and the screen has to follow.
      if (signal.aborted && event.type !== "succeeded") return;
      if (event.type === "code_issued") {
        waiting = {
          type: "waiting_for_approval",
          userCode: safeLine(event.userCode),
          verificationUri: safeLine(event.verificationUri),
          host: safeLine(event.host),
          scope: safeLine(event.scope),
        };
      } else if (waiting && (event.type === "browser_opened" || event.type === "browser_failed")) {
        waiting = { ...waiting, browser: event.type === "browser_opened" ? "opened" : "failed" };
      }
      if (waiting) show(waiting);
      if (event.type === "succeeded") {
        dispatch({ type: "dialog_closed" });
        const text = `Signed in as ${event.login} on ${event.host}.`;
        dispatch({ type: "notice", level: "info", text });
      }
    }
    await onSignedIn();
  }

  return {
    async start() {
      const controller = new AbortController();
      running = controller;
      try {
        await run(controller.signal);
      } catch (error) {
        if (controller.signal.aborted) return;
        dispatch({ type: "dialog_closed" });
        onFailed(error);
      } finally {
        if (running === controller) running = undefined;
      }
    },
    cancel: () => running?.abort(),
  };
}
