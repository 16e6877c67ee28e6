import type { EditorAction, EditorState, Store } from "@zotpilot/tui";

/** Tells keys that answer a question from those of somebody who is still writing. */
export interface Typing {
  /** A key went elsewhere, or a question has come up: what follows at once may be meant for what was there before. */
  note(): void;
  /** Whether a key that comes now is part of what is being written. */
  isGoingOn(): boolean;
  /** Takes a key for one of these: its text joins the draft, if there is one. */
  goOn(text: string): void;
  dispose(): void;
}

/** So long a pause ends the writing, in milliseconds; whoever has begun a prompt also thinks in between. */
const pauseMs = { withDraft: 1_000, without: 500 };

/** Watches what is written in the composer. `now` is a clock in milliseconds. */
export function createTyping(options: {
  editor: Store<EditorState, EditorAction>;
  now: () => number;
}): Typing {
  const { editor, now } = options;
  let lastKeyAt = Number.NEGATIVE_INFINITY;
  const note = (): void => void (lastKeyAt = now());
  const hasDraft = (): boolean => editor.get().buffer.text !== "";
  return {
    note,
    isGoingOn: () => now() - lastKeyAt < (hasDraft() ? pauseMs.withDraft : pauseMs.without),
    goOn(text) {
      note();
      if (hasDraft()) editor.dispatch({ type: "insert", text });
    },
    dispose: editor.subscribe(note),
  };
}
