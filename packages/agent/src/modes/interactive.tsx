import { createStore, emptyEditor, reduceEditor } from "@zotpilot/tui";
import { render } from "ink";
import { Chat } from "../chat/chat.tsx";
import { createChatController } from "../chat/controller.ts";
import { FaultBoundary } from "../chat/fault-boundary.tsx";
import { initialChatState } from "../chat/state/chat-state.ts";
import { reduceChat } from "../chat/state/reduce-chat.ts";
import { exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Runtime } from "../runtime/runtime.ts";

/**
 * The chat: takes the terminal over until the person leaves, and gives it back as it was, with the conversation in its
 * scrollback. Aborting the signal leaves as well.
 */
export async function runInteractive(
  runtime: Runtime,
  options: { io: Io; signal: AbortSignal; initialPrompt?: string },
): Promise<number> {
  const { io, signal, initialPrompt } = options;
  const { version, cwd, connection } = runtime;
  const store = createStore(reduceChat, initialChatState({ version, cwd, connection }));
  const editor = createStore(reduceEditor, emptyEditor);
  const controller = createChatController({ runtime, store, editor });
  let columns = io.stdout.columns ?? 0;
  // A terminal that gets narrower breaks the lines below the cursor in two, and Ink, which then draws all anew, would
  // miss what is left of them. In all other cases it leaves alone what has not changed.
  const eraseBelow = (): void => {
    const before = columns;
    columns = io.stdout.columns ?? before;
    if (columns < before) io.stdout.write("\u001b[J");
  };
  io.stdout.on("resize", eraseBelow);
  const { promise: broken, reject: onFault } = Promise.withResolvers<never>();
  const app = render(
    <FaultBoundary onFault={onFault}>
      <Chat store={store} editor={editor} controller={controller} home={io.env["HOME"]} />
    </FaultBoundary>,
    {
      stdin: io.stdin,
      stdout: io.stdout,
      stderr: io.stderr,
      exitOnCtrlC: false,
      interactive: true,
      incrementalRendering: true,
      kittyKeyboard: { mode: "auto" },
    },
  );
  if (signal.aborted) controller.end();
  signal.addEventListener("abort", () => controller.end(), { once: true });
  controller.start(initialPrompt);
  try {
    await Promise.race([controller.finished, broken]);
  } finally {
    io.stdout.off("resize", eraseBelow);
    controller.dispose();
    store.dispatch({ type: "left" });
    await app.waitUntilRenderFlush();
    app.unmount();
    await app.waitUntilExit();
  }
  return exitCodes.ok;
}
