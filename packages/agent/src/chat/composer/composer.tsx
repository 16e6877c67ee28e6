import {
  Editor,
  StyledLines,
  useStore,
  type EditorAction,
  type EditorState,
  type Store,
} from "@zotpilot/tui";
import { Box, Text } from "ink";
import { useRef, useState, type ReactNode } from "react";
import type { SlashCommand } from "../../slash-commands/command.ts";
import { slashCommands } from "../../slash-commands/index.ts";
import { suggestCommands } from "../../slash-commands/parse.ts";
import type { ChatController } from "../controller.ts";
import type { Layout } from "../layout.ts";
import { suggestionLines } from "./suggestion-lines.ts";

/** The mark before the text and the cell behind it. */
export const markWidth = 2;

/** Where the person writes, with the commands that begin with what is typed. */
export function Composer(props: {
  editor: Store<EditorState, EditorAction>;
  controller: ChatController;
  width: number;
  layout: Layout;
  /** The row of Ink's output that the composer begins in. */
  top: number;
  isBusy: boolean;
}): ReactNode {
  const { editor, controller, width, layout, top, isBusy } = props;
  const text = useStore(editor, (state) => state.buffer.text);
  const [chosen, setChosen] = useState({ for: "", index: 0 });
  // Keys can come faster than frames, so they look at what is so by then and not at what was drawn last.
  const latest = useRef(chosen);
  const suggestions = suggest(text, chosen);

  function onChord(chord: string): boolean {
    const typed = editor.get().buffer.text;
    if (chord === "escape") return done(controller.escape());
    if (chord === "ctrl+c") return done(controller.interrupt());
    if (chord === "ctrl+d" && typed === "") return done(controller.exit());
    const { commands, index } = suggest(typed, latest.current);
    const selected = layout.suggestions > 0 || typed !== text ? commands[index] : undefined;
    if (!selected) return false;
    switch (chord) {
      case "tab":
        return done(editor.dispatch({ type: "set_text", text: `/${selected.name} ` }));
      case "up":
      case "down": {
        const step = chord === "up" ? commands.length - 1 : 1;
        latest.current = { for: typed, index: (index + step) % commands.length };
        return done(setChosen(latest.current));
      }
      case "enter":
        editor.dispatch({ type: "set_text", text: `/${selected.name}` });
        return done(controller.submit(`/${selected.name}`));
      default:
        return false;
    }
  }

  return (
    <Box flexDirection="column">
      <Box>
        <Text color={isBusy ? "gray" : "cyan"} bold>
          {"› "}
        </Text>
        <Editor
          store={editor}
          width={width - markWidth}
          height={layout.draft}
          origin={{ x: markWidth, y: top }}
          placeholder={isBusy ? "the next prompt waits its turn" : "ask, or type / for commands"}
          onChord={onChord}
          onSubmit={(typed) => controller.submit(typed)}
        />
      </Box>
      {layout.space > 0 && <Text> </Text>}
      <StyledLines
        lines={suggestionLines(suggestions.commands, suggestions.index, width).slice(0, layout.suggestions)}
      />
    </Box>
  );
}

function suggest(
  text: string,
  chosen: { for: string; index: number },
): { commands: readonly SlashCommand[]; index: number } {
  const commands = suggestCommands(text, slashCommands);
  return { commands, index: chosen.for === text ? chosen.index : 0 };
}

function done(_result: void): true {
  return true;
}
