import { useInput, usePaste } from "ink";
import { strokesOf } from "../keys/chord.ts";
import type { Store } from "../store/store.ts";
import type { EditorAction, EditorState } from "./editor-state.ts";
import { commandOf, defaultEditorKeymap, type EditorKeymap } from "./keymap.ts";

/** What {@link useEditor} needs. */
export interface UseEditorOptions {
  store: Store<EditorState, EditorAction>;
  /** The cells that the text may take in a row. */
  width: number;
  /** Whether keys go to this editor; true when left out. */
  isActive?: boolean;
  keymap?: EditorKeymap;
  /** Asked first about every chord; true when it has been dealt with. */
  onChord?: (chord: string) => boolean;
  /** Enter was pressed. To empty the editor, dispatch `submitted`. */
  onSubmit: (text: string) => void;
}

/** Turns keys and pastes into actions of an editor's store. */
export function useEditor(options: UseEditorOptions): void {
  const { store, width, isActive = true, keymap = defaultEditorKeymap, onChord, onSubmit } = options;

  function pressed(chord: string): void {
    if (onChord?.(chord)) return;
    const command = commandOf(keymap, chord);
    if (command === undefined) return;
    if (command !== "submit") {
      store.dispatch({ type: "command", command, width });
      return;
    }
    const { text, cursor } = store.get().buffer;
    if (text[cursor - 1] !== "\\") {
      onSubmit(text);
      return;
    }
    // A backslash before Enter means a new line in terminals that cannot tell Shift+Enter from Enter.
    store.dispatch({ type: "command", command: "delete_backward", width });
    store.dispatch({ type: "command", command: "newline", width });
  }

  useInput(
    (input, key) => {
      for (const stroke of strokesOf(input, key)) {
        if (stroke.type === "text") store.dispatch({ type: "insert", text: stroke.text });
        else pressed(stroke.chord);
      }
    },
    { isActive },
  );
  usePaste((text) => store.dispatch({ type: "insert", text, isPaste: true }), { isActive });
}
