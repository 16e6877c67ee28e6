import {
  StyledLines,
  useStore,
  type EditorAction,
  type EditorState,
  type Line,
  type Store,
} from "@zotpilot/tui";
import { Box, useWindowSize } from "ink";
import type { ReactNode } from "react";
import { ActivityLine } from "./activity-line.tsx";
import { Composer, composerRows } from "./composer/composer.tsx";
import type { ChatController } from "./controller.ts";
import { LoginDialog } from "./dialogs/login-dialog.tsx";
import { ModelDialog } from "./dialogs/model-dialog.tsx";
import { liveLines, queueLines } from "./lines/live-lines.ts";
import type { ChatAction, ChatState } from "./state/chat-state.ts";
import { statusLine } from "./status-line/status-line.ts";
import { Transcript } from "./transcript.tsx";

/** What {@link Chat} draws and talks to. */
export interface ChatProps {
  store: Store<ChatState, ChatAction>;
  editor: Store<EditorState, EditorAction>;
  controller: ChatController;
  /** The person's home folder, written as `~`. */
  home: string | undefined;
}

/** The whole screen: the scrollback, what is being written, the composer or a dialog, and the status line. */
export function Chat({ store, editor, controller, home }: ChatProps): ReactNode {
  const state = useStore(store, (whole) => whole);
  const edited = useStore(editor, (whole) => whole);
  const { columns, rows } = useWindowSize();
  // The last column stays free: terminals differ in what they do after writing it.
  const width = Math.max(10, columns - 1);
  const transcript = <Transcript blocks={state.blocks} width={width} />;
  if (state.isLeaving) return transcript;

  const queue = queueLines(state.activity ? state.queue : [], width);
  const bottom = (state.dialog ? 0 : composerRows(edited, width, rows)) + 1;
  const activity = state.activity ? 1 : 0;
  // One blank line above the composer, one row of the window left free: a frame as high as the window makes it scroll.
  const live = liveLines(state, width, rows - bottom - activity - queue.length - 3);
  const top: Line[] = [...live, [{ text: "" }]];
  const dialogHeight = rows - live.length - activity - 4;
  return (
    <>
      {transcript}
      <Box flexDirection="column">
        <StyledLines lines={top} />
        {state.activity && <ActivityLine activity={state.activity} width={width} />}
        <StyledLines lines={queue} />
        {state.dialog ? (
          <Dialog state={state} controller={controller} width={width} height={dialogHeight} />
        ) : (
          <Composer
            editor={editor}
            controller={controller}
            width={width}
            rows={rows}
            top={top.length + activity + queue.length}
            isBusy={state.activity !== undefined}
          />
        )}
        <StyledLines lines={[statusLine(state, width, home)]} />
      </Box>
    </>
  );
}

function Dialog(props: {
  state: ChatState;
  controller: ChatController;
  width: number;
  height: number;
}): ReactNode {
  const { state, controller, width, height } = props;
  switch (state.dialog?.type) {
    case undefined:
      return null;
    case "login":
      return <LoginDialog step={state.dialog.step} controller={controller} width={width} />;
    case "model":
      return (
        <ModelDialog
          models={state.models}
          current={state.model}
          controller={controller}
          width={width}
          height={height}
        />
      );
  }
}
