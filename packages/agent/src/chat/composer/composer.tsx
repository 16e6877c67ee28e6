import {
  Editor,
  StyledLines,
  useStore,
  viewOf,
  type EditorAction,
  type EditorState,
  type Store,
} from "@zotpilot/tui";
import { Box, Text } from "ink";
import { useState, type ReactNode } from "react";
import { slashCommands } from "../../slash-commands/index.ts";
import { suggestCommands } from "../../slash-commands/parse.ts";
import type { ChatController } from "../controller.ts";
import { suggestionLines } from "./suggestion-lines.ts";

/** The mark before the text and the cell behind it. */
const markWidth = 2;

/** What the composer takes at most of a window. */
export function composerHeight(rows: number): number {
  return Math.min(10, Math.max(1, Math.floor(rows / 3)));
}

/** Where the person writes, with the commands that begin with what is typed. */
export function Composer(props: {
  editor: Store<EditorState, EditorAction>;
  controller: ChatController;
  width: number;
  rows: number;
  /** The row of Ink's output that the composer begins in. */
  top: number;
  isBusy: boolean;
}): ReactNode {
  const { editor, controller, width, rows, top, isBusy } = props;
  const text = useStore(editor, (state) => state.buffer.text);
  const [chosen, setChosen] = useState({ for: "", index: 0 });
  const suggestions = suggestCommands(text, slashCommands);
  const index = chosen.for === text ? Math.min(chosen.index, suggestions.length - 1) : 0;
  const selected = suggestions[index];

  function onChord(chord: string): boolean {
    if (chord === "escape" || chord === "ctrl+c") {
      if (chord === "escape") controller.escape();
      else controller.interrupt();
      return true;
    }
    if (chord === "ctrl+d" && text === "") {
      controller.exit();
      return true;
    }
    if (!selected) return false;
    switch (chord) {
      case "tab":
        editor.dispatch({ type: "set_text", text: `/${selected.name} ` });
        return true;
      case "up":
      case "down": {
        const step = chord === "up" ? suggestions.length - 1 : 1;
        setChosen({ for: text, index: (index + step) % suggestions.length });
        return true;
      }
      case "enter":
        editor.dispatch({ type: "set_text", text: `/${selected.name}` });
        controller.submit(`/${selected.name}`);
        return true;
      default:
        return false;
    }
  }

  const room = rows < 16 ? 0 : slashCommands.length;
  return (
    <Box flexDirection="column">
      <Rule width={width} />
      <Box>
        <Text color={isBusy ? "gray" : "cyan"} bold>
          {"› "}
        </Text>
        <Editor
          store={editor}
          width={width - markWidth}
          height={composerHeight(rows)}
          origin={{ x: markWidth, y: top + 1 }}
          placeholder={isBusy ? "the next prompt waits its turn" : "ask, or type / for commands"}
          onChord={onChord}
          onSubmit={(typed) => controller.submit(typed)}
        />
      </Box>
      <Rule width={width} />
      <StyledLines lines={suggestionLines(suggestions, index, width).slice(0, room)} />
    </Box>
  );
}

/** The rows that {@link Composer} takes. */
export function composerRows(editor: EditorState, width: number, rows: number): number {
  const { buffer } = editor;
  const text = viewOf(buffer, width - markWidth, composerHeight(rows)).rows.length;
  const suggestions = rows < 16 ? 0 : suggestCommands(buffer.text, slashCommands).length;
  return text + 2 + suggestions;
}

function Rule({ width }: { width: number }): ReactNode {
  return <Text dimColor>{"─".repeat(width)}</Text>;
}
