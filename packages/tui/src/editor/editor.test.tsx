import { cleanup, render } from "ink-testing-library";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { createStore, type Store } from "../store/store.ts";
import { emptyEditor, reduceEditor, type EditorAction, type EditorState } from "./editor-state.ts";
import { Editor } from "./editor.ts";

afterEach(cleanup);

interface Mounted {
  store: Store<EditorState, EditorAction>;
  submitted: string[];
  frame: () => string;
  /** Presses one key after the other. */
  press: (...keys: string[]) => Promise<void>;
  /** Hands over bytes as a terminal may cut them. */
  send: (...chunks: string[]) => Promise<void>;
}

async function mount(onChord?: (chord: string) => boolean): Promise<Mounted> {
  const store = createStore(reduceEditor, emptyEditor);
  const submitted: string[] = [];
  const onSubmit = (text: string): void => {
    submitted.push(text);
    store.dispatch({ type: "submitted" });
  };
  const origin = { x: 0, y: 0 };
  const { stdin, lastFrame } = render(
    <Editor
      {...{ store, onSubmit, origin }}
      {...(onChord && { onChord })}
      width={20}
      height={4}
      placeholder="say something"
    />,
  );
  await sleep(10);
  return {
    store,
    submitted,
    frame: () => lastFrame() ?? "",
    async send(...chunks) {
      for (const chunk of chunks) stdin.write(chunk);
      await sleep(1);
    },
    async press(...keys) {
      for (const key of keys) {
        stdin.write(key);
        // A lone Esc waits 20 ms for the rest of a sequence.
        await sleep(key === "\u001b" ? 40 : 1);
      }
    },
  };
}

describe("Editor", () => {
  test("shows its placeholder, then what is typed", async () => {
    const { frame, press } = await mount();
    expect(frame()).toContain("say something");
    await press("h", "i");
    expect(frame()).toBe("hi");
  });

  test("Enter submits and empties", async () => {
    const { frame, press, submitted } = await mount();
    await press("h", "i", "\r");
    expect(submitted).toEqual(["hi"]);
    expect(frame()).toContain("say something");
  });

  test.each([
    ["Alt+Enter", "\u001b\r"],
    ["Shift+Enter of a terminal that tells", "\u001b[13;2u"],
    ["Ctrl+J", "\n"],
  ])("%s begins a new line", async (_, key) => {
    const { store, press, submitted } = await mount();
    await press("a", key, "b");
    expect(store.get().buffer.text).toBe("a\nb");
    expect(submitted).toEqual([]);
  });

  test("a backslash before Enter begins a new line", async () => {
    const { store, press, submitted } = await mount();
    await press("a", "\\", "\r", "b");
    expect(store.get().buffer.text).toBe("a\nb");
    expect(submitted).toEqual([]);
  });

  test("a paste is one insert, never submits, and is taken back as one", async () => {
    const { store, press, submitted } = await mount();
    await press("\u001b[200~one\r\ntwo\r\u001b[201~");
    expect(store.get().buffer.text).toBe("one\ntwo\n");
    expect(submitted).toEqual([]);
    await press("\u001f");
    expect(store.get().buffer.text).toBe("");
  });

  test("a paste that comes in pieces, its markers cut anywhere", async () => {
    const paste = "\u001b[200~one\rtwo\u001b[201~";
    for (let at = 1; at < paste.length; at++) {
      const { store, send, submitted } = await mount();
      await send(paste.slice(0, at), paste.slice(at));
      expect(store.get().buffer.text).toBe("one\ntwo");
      expect(submitted).toEqual([]);
      cleanup();
    }
  });

  test("keys that arrive together are told apart", async () => {
    const { store, press, submitted } = await mount();
    await press("hello\r");
    expect(submitted).toEqual(["hello"]);
    await press("line one\rline two");
    expect(store.get().buffer.text).toBe("line one\nline two");
    await press("\u0001x");
    expect(store.get().buffer.text).toBe("line one\nxline two");
  });

  test("asks about chords first", async () => {
    const chords: string[] = [];
    const { store, press } = await mount((chord) => {
      chords.push(chord);
      return chord === "ctrl+d";
    });
    await press("a", "\u0001", "\u0004", "\u001b", "\u0003", "\u001b[1;5D", "\u001b[Z");
    expect(chords).toEqual(["ctrl+a", "ctrl+d", "escape", "ctrl+c", "ctrl+left", "shift+tab"]);
    expect(store.get().buffer.text).toBe("a");
  });

  test("wraps and shows at most its height", async () => {
    const { frame, press } = await mount();
    await press("\u001b[200~1\n2\n3\n4\n5\nthe quick brown fox jumps\u001b[201~");
    expect(frame().split("\n")).toEqual(["4", "5", "the quick brown", "fox jumps"]);
  });
});
