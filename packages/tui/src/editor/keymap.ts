/** What a key can do in the editor. */
export type EditorCommand =
  | "submit"
  | "newline"
  | "left"
  | "right"
  | "up"
  | "down"
  | "word_left"
  | "word_right"
  | "line_start"
  | "line_end"
  | "delete_backward"
  | "delete_forward"
  | "delete_word_backward"
  | "delete_word_forward"
  | "delete_to_line_start"
  | "delete_to_line_end"
  | "yank"
  | "undo";

/** The chords of each command, as `strokesOf` names them. */
export type EditorKeymap = { readonly [Command in EditorCommand]: readonly string[] };

/** The keys of an editor that is not told otherwise: those of a shell. */
export const defaultEditorKeymap: EditorKeymap = {
  submit: ["enter"],
  newline: ["shift+enter", "alt+enter", "ctrl+enter", "ctrl+j"],
  left: ["left", "ctrl+b"],
  right: ["right", "ctrl+f"],
  up: ["up", "ctrl+p"],
  down: ["down", "ctrl+n"],
  word_left: ["alt+left", "ctrl+left", "alt+b"],
  word_right: ["alt+right", "ctrl+right", "alt+f"],
  line_start: ["home", "ctrl+a"],
  line_end: ["end", "ctrl+e"],
  delete_backward: ["backspace", "shift+backspace", "ctrl+h"],
  delete_forward: ["delete", "ctrl+d"],
  delete_word_backward: ["ctrl+w", "alt+backspace", "ctrl+backspace"],
  delete_word_forward: ["alt+d", "alt+delete", "ctrl+delete"],
  delete_to_line_start: ["ctrl+u"],
  delete_to_line_end: ["ctrl+k"],
  yank: ["ctrl+y"],
  undo: ["ctrl+_", "ctrl+-"],
};

/** The command of a chord, if it has one. */
export function commandOf(keymap: EditorKeymap, chord: string): EditorCommand | undefined {
  return (Object.keys(keymap) as EditorCommand[]).find((command) => keymap[command].includes(chord));
}
