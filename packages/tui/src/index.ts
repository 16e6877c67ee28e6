export { bufferOf, emptyBuffer, type TextBuffer } from "./editor/buffer.ts";
export { emptyEditor, reduceEditor, type EditorAction, type EditorState } from "./editor/editor-state.ts";
export { Editor, type EditorProps } from "./editor/editor.ts";
export { emptyHistory, type History } from "./editor/history.ts";
export { commandOf, defaultEditorKeymap, type EditorCommand, type EditorKeymap } from "./editor/keymap.ts";
export { viewOf, type EditorView } from "./editor/layout.ts";
export { useEditor, type UseEditorOptions } from "./editor/use-editor.ts";
export { strokesOf, type Stroke } from "./keys/chord.ts";
export { Spinner } from "./spinner/spinner.ts";
export { createStore, type Store } from "./store/store.ts";
export { useStore } from "./store/use-store.ts";
export {
  sanitizeChunk,
  sanitizeStart,
  sanitizeTerminalText,
  type SanitizeOptions,
  type SanitizeState,
} from "./text/sanitize.ts";
export {
  line,
  lineWidth,
  truncateSpans,
  wrapSpans,
  type Color,
  type Line,
  type Span,
  type Style,
} from "./text/styled.ts";
export { StyledLines } from "./text/styled-lines.ts";
export { cellWidth, graphemes, truncateToWidth } from "./text/width.ts";
export { wrapLine, type Row, type WrapOptions } from "./text/wrap.ts";
