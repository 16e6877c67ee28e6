import { Box, Text, useCursor } from "ink";
import { createElement, type ReactNode } from "react";
import { useStore } from "../store/use-store.ts";
import { expandTabs } from "../text/width.ts";
import { viewOf } from "./layout.ts";
import { useEditor, type UseEditorOptions } from "./use-editor.ts";

/** Props of {@link Editor}. */
export interface EditorProps extends UseEditorOptions {
  /** At most so many rows are shown; those around the cursor. */
  height: number;
  /** Where the editor's first cell is in Ink's output: the terminal's own cursor is put there, which input methods need. */
  origin: { readonly x: number; readonly y: number };
  /** Shown, dimmed, while there is no text. */
  placeholder?: string;
}

/** A text field of several lines. Knows neither what surrounds it nor what is done with the text. */
export function Editor(props: EditorProps): ReactNode {
  const { store, width, height, origin, placeholder = "", isActive = true } = props;
  const buffer = useStore(store, (state) => state.buffer);
  const { setCursorPosition } = useCursor();
  useEditor(props);
  const view = viewOf(buffer, width, height);
  setCursorPosition(isActive ? { x: origin.x + view.cursorColumn, y: origin.y + view.cursorRow } : undefined);
  // Elements without JSX: Node runs the sources of this package as they are, and it strips types, not JSX.
  if (buffer.text === "") {
    return createElement(Text, { dimColor: true, wrap: "truncate" }, placeholder || " ");
  }
  return createElement(
    Box,
    { flexDirection: "column" },
    view.rows.map((row, index) =>
      createElement(Text, { key: index, wrap: "truncate" }, row === "" ? " " : expandTabs(row)),
    ),
  );
}
