import {
  StyledLines,
  useStore,
  viewOf,
  type EditorAction,
  type EditorState,
  type Line,
  type Store,
} from "@zotpilot/tui";
import { Box, useWindowSize } from "ink";
import type { ReactNode } from "react";
import { ActivityLine } from "./activity-line.tsx";
import { slashCommands } from "../slash-commands/index.ts";
import { suggestCommands } from "../slash-commands/parse.ts";
import { Composer, markWidth } from "./composer/composer.tsx";
import type { ChatController } from "./controller.ts";
import { ApprovalDialog } from "./dialogs/approval-dialog.tsx";
import { LoginDialog } from "./dialogs/login-dialog.tsx";
import { ModelDialog } from "./dialogs/model-dialog.tsx";
import { layOut } from "./layout.ts";
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

  const waiting = state.activity ? state.queue.length : 0;
  const suggestions = suggestCommands(edited.buffer.text, slashCommands).length;
  const layout = layOut({
    rows,
    draft: viewOf(edited.buffer, width - markWidth, rows).rows.length,
    suggestions,
    queued: waiting,
    isBusy: state.activity !== undefined,
    hasDialog: state.dialog !== undefined,
  });
  const live = liveLines(state, width, layout.live);
  const top: Line[] = layout.gap > 0 ? [...live, [{ text: "" }]] : live;
  return (
    <>
      {transcript}
      <Box flexDirection="column">
        <StyledLines lines={top} />
        {state.activity && layout.activity > 0 && <ActivityLine activity={state.activity} width={width} />}
        <StyledLines lines={queueLines(state.queue, width, layout.queue)} />
        {state.dialog ? (
          <Dialog state={state} controller={controller} width={width} height={layout.dialog} />
        ) : (
          <Composer
            editor={editor}
            controller={controller}
            width={width}
            layout={layout}
            top={top.length + layout.activity + layout.queue}
            isBusy={state.activity !== undefined}
          />
        )}
        {layout.status > 0 && <StyledLines lines={[statusLine(state, width, home)]} />}
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
      return <LoginDialog step={state.dialog.step} controller={controller} width={width} height={height} />;
    case "approval":
      return (
        <ApprovalDialog
          key={state.dialog.request.id}
          request={state.dialog.request}
          controller={controller}
          width={width}
          height={height}
        />
      );
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
