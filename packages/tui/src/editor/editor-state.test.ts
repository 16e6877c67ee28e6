import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellWidth, graphemes } from "../text/width.ts";
import { emptyEditor, reduceEditor, type EditorAction, type EditorState } from "./editor-state.ts";
import type { EditorCommand } from "./keymap.ts";
import { defaultEditorKeymap } from "./keymap.ts";
import { viewOf } from "./layout.ts";

type Step = string | { do: Exclude<EditorCommand, "submit"> } | EditorAction;

function run(steps: readonly Step[], width = 80, from: EditorState = emptyEditor): EditorState {
  return steps.reduce<EditorState>((state, step) => {
    if (typeof step === "string") return reduceEditor(state, { type: "insert", text: step });
    if ("do" in step) return reduceEditor(state, { type: "command", command: step.do, width });
    return reduceEditor(state, step);
  }, from);
}

/** The text with a bar where the cursor stands. */
function shown({ buffer }: EditorState): string {
  return `${buffer.text.slice(0, buffer.cursor)}|${buffer.text.slice(buffer.cursor)}`;
}

const left: Step = { do: "left" };
const up: Step = { do: "up" };
const down: Step = { do: "down" };

describe("reduceEditor", () => {
  const cases: [name: string, steps: Step[], result: string, width?: number][] = [
    ["types", ["hello"], "hello|"],
    ["inserts in the middle", ["ac", left, "b"], "ab|c"],
    ["moves over an emoji as one", ["a👩‍👩‍👧b", left, left], "a|👩‍👩‍👧b"],
    ["deletes an emoji as one", ["a👩‍👩‍👧", { do: "delete_backward" }], "a|"],
    ["deletes an accent with its letter", ["ae\u0301", { do: "delete_backward" }], "a|"],
    ["joins typed pieces of one character", ["e", "\u0301", left], "|e\u0301"],
    ["deletes forward", ["ab", left, { do: "delete_forward" }], "a|"],
    [
      "does nothing at the ends",
      [{ do: "delete_backward" }, left, { do: "right" }, { do: "delete_forward" }],
      "|",
    ],
    ["goes to the ends of the line", ["one\ntwo", { do: "line_start" }, "x"], "one\nx|two"],
    ["end of line", ["one\ntwo", { do: "line_start" }, { do: "line_end" }], "one\ntwo|"],
    ["moves by word", ["foo bar-baz", { do: "word_left" }, { do: "word_left" }], "foo |bar-baz"],
    ["moves over a mark on a blank as one", ["a \u0301", { do: "word_left" }], "a| \u0301"],
    ["takes a sign that reaches forward with its letter", ["\u0600ab", left, left], "|\u0600ab"],
    ["moves right by word", ["foo bar", { do: "line_start" }, { do: "word_right" }], "foo| bar"],
    ["cuts a word", ["foo bar", { do: "delete_word_backward" }], "foo |"],
    ["cuts to the line's start", ["a\nfoo", { do: "delete_to_line_start" }], "a\n|"],
    ["joins lines at the line's end", ["a\nb", up, { do: "delete_to_line_end" }], "a|b"],
    [
      "gives back what was cut",
      ["foo bar", { do: "delete_word_backward" }, { do: "line_start" }, { do: "yank" }],
      "bar|foo ",
    ],
    ["takes typing back as a whole", ["a", "b", "c", { do: "undo" }], "|"],
    ["takes back a deletion alone", ["abc", { do: "delete_backward" }, { do: "undo" }], "abc|"],
    [
      "keeps the column over a short line",
      ["long line\n\nlong line", left, left, up, up],
      "long li|ne\n\nlong line",
    ],
    ["moves through wrapped rows", ["abcdefgh", up], "abcde|fgh", 5],
    ["goes to the start when there is nothing above", ["abc", up], "|abc"],
    ["pastes newlines as text", [{ type: "insert", text: "a\r\nb\rc", isPaste: true }], "a\nb\nc|"],
    [
      "drops control sequences of a paste, keeps tabs",
      [{ type: "insert", text: "\u001b[31mx\ty\u0007", isPaste: true }],
      "x\ty|",
    ],
    ["goes back in history", ["one", { type: "submitted" }, "two", { type: "submitted" }, up, up], "one|"],
    [
      "comes back to the draft",
      ["one", { type: "submitted" }, "draft", { do: "line_start" }, up, down],
      "draft|",
    ],
    ["reaches history only from the first row", ["one", { type: "submitted" }, "a\nb", up], "a|\nb"],
  ];
  test.each(cases)("%s", (_, steps, result, width) => expect(shown(run(steps, width))).toBe(result));

  test("is empty after a submission", () => expect(shown(run(["x", { type: "submitted" }]))).toBe("|"));

  const commands = Object.keys(defaultEditorKeymap).filter((name) => name !== "submit") as Exclude<
    EditorCommand,
    "submit"
  >[];
  const action: fc.Arbitrary<Step> = fc.oneof(
    fc.constantFrom(
      ..."a/ /\n/你/👩‍👩‍👧/e\u0301/\u0301/\t/\u001b[31m/🇩🇪/한글/\u0600/\u200d/\ufe0f/\u{1f3fd}/\u0e33/\u1100/🇩/‼".split(
        "/",
      ),
    ),
    fc.constantFrom(...commands).map((command) => ({ do: command })),
    fc.constant<Step>({ type: "submitted" }),
  );

  test("whatever is pressed, the cursor stands between two characters and is seen", () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 60 }),
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        (steps, width, height) => {
          const { buffer } = run(steps, width);
          const boundaries = new Set([0]);
          let offset = 0;
          let widest = 0;
          for (const grapheme of graphemes(buffer.text)) {
            boundaries.add((offset += grapheme.length));
            widest = Math.max(widest, cellWidth(grapheme));
          }
          expect(boundaries).toContain(buffer.cursor);
          const view = viewOf(buffer, width, height);
          expect(view.rows.length).toBeLessThanOrEqual(height);
          expect(view.cursorRow).toBeLessThan(view.rows.length);
          expect(view.cursorColumn).toBeLessThan(Math.max(width, widest + 1));
          expect(buffer.text).not.toContain("\u001b");
        },
      ),
      { numRuns: process.env["ZOTPILOT_TEST_LONG"] ? 100_000 : 1000 },
    );
  });

  test("left and right are inverse to each other", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "你", "👩‍👩‍👧", "e\u0301", "\n", "🇩🇪"), { maxLength: 20 }),
        (pieces) => {
          const start = run([pieces.join("")]);
          const count = graphemes(start.buffer.text).length;
          const back = run(
            Array.from({ length: count }, () => left),
            80,
            start,
          );
          expect(back.buffer.cursor).toBe(0);
          const forth = run(
            Array.from({ length: count }, (): Step => ({ do: "right" })),
            80,
            back,
          );
          expect(forth.buffer.cursor).toBe(start.buffer.text.length);
        },
      ),
    );
  });
});

describe("viewOf", () => {
  const buffer = { text: "1\n2\n3\n4\n5", cursor: 4 };
  test("shows what is around the cursor", () =>
    expect(viewOf(buffer, 10, 3)).toEqual({
      rows: ["2", "3", "4"],
      cursorRow: 1,
      cursorColumn: 0,
      hasAbove: true,
      hasBelow: true,
    }));
  test("shows everything when it fits", () => expect(viewOf(buffer, 10, 9).rows).toHaveLength(5));
  test("fills the window at the ends", () => {
    expect(viewOf({ ...buffer, cursor: 9 }, 10, 3).rows).toEqual(["3", "4", "5"]);
    expect(viewOf({ ...buffer, cursor: 0 }, 10, 3).rows).toEqual(["1", "2", "3"]);
  });
  test("counts cells, not characters", () =>
    expect(viewOf({ text: "你好", cursor: 2 }, 10, 3).cursorColumn).toBe(4));
});
