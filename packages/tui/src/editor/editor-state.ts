import { sanitizeTerminalText } from "../text/sanitize.ts";
import {
  bufferOf,
  deleteBackward,
  deleteBetween,
  deleteForward,
  emptyBuffer,
  insertText,
  type TextBuffer,
} from "./buffer.ts";
import { browse, emptyHistory, remember, type History } from "./history.ts";
import type { EditorCommand } from "./keymap.ts";
import { columnOf, moveByRow } from "./layout.ts";
import { lineEnd, lineStart, nextBoundary, nextWord, previousBoundary, previousWord } from "./movement.ts";

/** Everything that an editor remembers. */
export interface EditorState {
  readonly buffer: TextBuffer;
  readonly history: History;
  /** The column that moving up and down aims at. */
  readonly column?: number | undefined;
  /** What was last cut out, for `yank`. */
  readonly cut: string;
  /** Earlier buffers, for `undo`; oldest first. */
  readonly past: readonly TextBuffer[];
  /** Whether the last change was typing, which one `undo` takes back as a whole. */
  readonly isTyping: boolean;
}

/** What can happen to an editor. */
export type EditorAction =
  /** Typed or pasted text; control sequences in it are dropped. */
  | { type: "insert"; text: string; isPaste?: boolean }
  /** `width` is that of the text area in cells. */
  | { type: "command"; command: Exclude<EditorCommand, "submit">; width: number }
  /** Replaces the text. */
  | { type: "set_text"; text: string }
  /** The text has been taken: it goes into the history and the editor is empty. */
  | { type: "submitted" };

/** An editor without text and history. */
export const emptyEditor: EditorState = {
  buffer: emptyBuffer,
  history: emptyHistory,
  cut: "",
  past: [],
  isTyping: false,
};

const undoLimit = 100;

/** Folds an action into the state of an editor. Pure. */
export function reduceEditor(state: EditorState, action: EditorAction): EditorState {
  switch (action.type) {
    case "insert": {
      const text = sanitizeTerminalText(action.text, { keepTabs: true });
      if (text === "") return state;
      return changed(state, insertText(state.buffer, text), { isTyping: !action.isPaste });
    }
    case "set_text":
      return changed(state, bufferOf(action.text));
    case "submitted":
      return { ...emptyEditor, cut: state.cut, history: remember(state.history, state.buffer.text) };
    case "command":
      return reduceCommand(state, action.command, action.width);
  }
}

function reduceCommand(
  state: EditorState,
  command: Exclude<EditorCommand, "submit">,
  width: number,
): EditorState {
  const { buffer } = state;
  const { text, cursor } = buffer;
  switch (command) {
    case "newline":
      return changed(state, insertText(buffer, "\n"));
    case "left":
      return moved(state, previousBoundary(text, cursor));
    case "right":
      return moved(state, nextBoundary(text, cursor));
    case "word_left":
      return moved(state, previousWord(text, cursor));
    case "word_right":
      return moved(state, nextWord(text, cursor));
    case "line_start":
      return moved(state, lineStart(text, cursor));
    case "line_end":
      return moved(state, lineEnd(text, cursor));
    case "up":
      return vertical(state, -1, width);
    case "down":
      return vertical(state, 1, width);
    case "delete_backward":
      return changed(state, deleteBackward(buffer));
    case "delete_forward":
      return changed(state, deleteForward(buffer));
    case "delete_word_backward":
      return cutTo(state, previousWord(text, cursor));
    case "delete_word_forward":
      return cutTo(state, nextWord(text, cursor));
    case "delete_to_line_start":
      return cutTo(state, lineStart(text, cursor));
    case "delete_to_line_end": {
      // At the end of a line it joins the next one, as in a shell.
      const end = lineEnd(text, cursor);
      return cutTo(state, end === cursor ? Math.min(text.length, end + 1) : end);
    }
    case "yank":
      return state.cut === "" ? state : changed(state, insertText(buffer, state.cut));
    case "undo": {
      const previous = state.past.at(-1);
      if (!previous) return state;
      return {
        ...state,
        buffer: previous,
        past: state.past.slice(0, -1),
        isTyping: false,
        column: undefined,
      };
    }
  }
}

function vertical(state: EditorState, step: -1 | 1, width: number): EditorState {
  const column = state.column ?? columnOf(state.buffer, width);
  const offset = moveByRow(state.buffer, step, width, column);
  if (offset !== undefined) {
    return { ...state, buffer: { ...state.buffer, cursor: offset }, column, isTyping: false };
  }
  const found = browse(state.history, step, state.buffer.text);
  if (found) return { ...changed(state, bufferOf(found.text)), history: found.history };
  return moved(state, step < 0 ? 0 : state.buffer.text.length);
}

function moved(state: EditorState, cursor: number): EditorState {
  if (cursor === state.buffer.cursor && !state.isTyping) return state;
  return { ...state, buffer: { ...state.buffer, cursor }, column: undefined, isTyping: false };
}

function changed(state: EditorState, buffer: TextBuffer, { isTyping = false } = {}): EditorState {
  if (buffer.text === state.buffer.text) return state;
  const past = isTyping && state.isTyping ? state.past : [...state.past.slice(1 - undoLimit), state.buffer];
  return { ...state, buffer, past, isTyping, column: undefined };
}

function cutTo(state: EditorState, offset: number): EditorState {
  const { text, cursor } = state.buffer;
  if (offset === cursor) return state;
  const cut = text.slice(Math.min(offset, cursor), Math.max(offset, cursor));
  return { ...changed(state, deleteBetween(state.buffer, cursor, offset)), cut };
}
