import { cellWidth, sanitizeStart, type Line } from "@zotpilot/tui";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block, ToolView } from "../state/block.ts";
import type { LiveTool } from "../state/chat-state.ts";
import { emptyLiveText } from "../state/live-text.ts";
import { blockLines } from "./block-lines.ts";
import { liveLines, queueLines } from "./live-lines.ts";
import { markdownLines } from "./markdown-lines.ts";

const text = (lines: readonly Line[]): string[] =>
  lines.map((spans) => spans.map((span) => span.text).join(""));

const tool: ToolView = { callId: "1", name: "read", summary: "a.txt", status: "done", output: "" };
const liveTool: LiveTool = { ...tool, status: "running", sanitizer: sanitizeStart };

describe("markdownLines", () => {
  test("shows emphasis and code without their marks", () => {
    expect(markdownLines("use `npm test`, **now** and *here*", 80)).toEqual([
      [
        { text: "use " },
        { text: "npm test", color: "cyan" },
        { text: ", " },
        { text: "now", bold: true },
        { text: " and " },
        { text: "here", italic: true },
      ],
    ]);
  });

  test.each(["2 * 3 * 4", "src/**/*.ts and test/**", "a ` b", "**open", "snake_case_name", "5 * x"])(
    "leaves %j as it is",
    (source) => expect(text(markdownLines(source, 80))).toEqual([source]),
  );

  test("what is in a fence is code, whatever it looks like", () => {
    const lines = markdownLines("```\n# **no**\n```\n# yes", 80);
    expect(text(lines)).toEqual(["```", "# **no**", "```", "yes"]);
    expect(markdownLines("- not a list", 80, true)).toEqual([[{ text: "- not a list", color: "cyan" }]]);
  });

  test("list items hang", () => {
    expect(text(markdownLines("- one two three\n  1. four five", 10))).toEqual([
      "• one two",
      "  three",
      "  1. four",
      "     five",
    ]);
  });

  test("no line is wider than the window, and no word is lost", () => {
    const words = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .map((word) => word.replaceAll(/[\s`*>#~\p{C}\p{Z}]/gu, "x"));
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), fc.integer({ min: 12, max: 90 }), (list, width) => {
        const lines = markdownLines(list.join(" "), width);
        for (const line of text(lines)) expect(cellWidth(line)).toBeLessThanOrEqual(width);
        const squeeze = (value: string): string => value.replaceAll(/\s+/g, "");
        if (!/^(\d+[.)]|[-+])/.test(list.join(" "))) {
          expect(squeeze(text(lines).join(""))).toBe(squeeze(list.join(" ")));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("blockLines", () => {
  const user: Block = { type: "user", text: "hello\nthere" };
  const answer = (continues: boolean): Block => ({
    type: "assistant",
    text: "hi",
    inFence: false,
    continues,
  });

  test("gaps part what is said, but not the pieces of one answer nor calls among themselves", () => {
    expect(text(blockLines(user, undefined, 40))).toEqual(["› hello", "  there"]);
    expect(text(blockLines(answer(false), user, 40))).toEqual(["", "hi"]);
    expect(text(blockLines(answer(true), answer(false), 40))).toEqual(["hi"]);
    expect(text(blockLines({ type: "tool", tool }, answer(false), 40))).toEqual(["", "● read a.txt"]);
    expect(text(blockLines({ type: "tool", tool }, { type: "tool", tool }, 40))).toEqual(["● read a.txt"]);
  });

  test("a long result is cut and says by how much; a command shows its end", () => {
    const output = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join("\n");
    const read = text(blockLines({ type: "tool", tool: { ...tool, output } }, undefined, 40));
    expect(read).toEqual([
      "● read a.txt",
      "  │ line 1",
      "  │ line 2",
      "  │ line 3",
      "  │ line 4",
      "  │ … 16 more lines",
    ]);
    for (const name of ["bash", "powershell"]) {
      const command = text(blockLines({ type: "tool", tool: { ...tool, name, output } }, undefined, 40));
      expect(command.at(1)).toBe("  │ … 12 more lines");
      expect(command.at(-1)).toBe("  │ line 20");
    }
  });

  test("a diff keeps its colours and its beginning; other results have none of these", () => {
    const output = Array.from({ length: 30 }, (_, index) => (index % 2 ? `+new ${index}` : `-old ${index}`));
    const view = {
      ...tool,
      name: "edit",
      output: ["@@ -1 +1 @@", " same", ...output].join("\n"),
      isDiff: true,
    };
    const lines = blockLines({ type: "tool", tool: view }, undefined, 40);
    expect(lines.slice(1, 5).map((spans) => spans.at(-1))).toEqual([
      { text: "@@ -1 +1 @@", color: "cyan", dim: true },
      { text: " same", dim: true },
      { text: "-old 0", color: "red" },
      { text: "+new 1", color: "green" },
    ]);
    expect(text(lines).at(-1)).toBe("  │ … 12 more lines");
    const bash = { ...tool, name: "bash", output: "- a list\n+ set -x" };
    const listed = blockLines({ type: "tool", tool: bash }, undefined, 40);
    expect(listed.flat().some(({ color }) => color === "red")).toBe(false);
  });

  test("what came of a call stays readable in a narrow window, and so does where the rest is", () => {
    const ended = { summary: "y".repeat(500), outcome: "exit 1 · 0.3 s", note: "all of the output: /tmp/x" };
    const lines = text(blockLines({ type: "tool", tool: { ...tool, ...ended } }, undefined, 30));
    expect(lines[0]).toMatch(/^● read y+… · exit 1 · 0\.3 s$/);
    expect(lines.slice(1).join("").replaceAll(/\s+/g, "")).toBe("└alloftheoutput:/tmp/x");
    for (const width of [10, 16, 30])
      for (const row of text(blockLines({ type: "tool", tool: { ...tool, ...ended } }, undefined, width)))
        expect(cellWidth(row)).toBeLessThanOrEqual(width);
  });

  test("long lines of a result are cut to the width", () => {
    const block: Block = {
      type: "tool",
      tool: { ...tool, output: "x".repeat(500), summary: "y".repeat(500) },
    };
    for (const line of text(blockLines(block, undefined, 30)))
      expect(cellWidth(line)).toBeLessThanOrEqual(30);
  });
});

describe("what is drawn below the scrollback", () => {
  test("never takes more rows than it may, and keeps the last ones", () => {
    const tail = Array.from({ length: 50 }, (_, index) => `word${index}`).join(" ");
    const state = { blocks: [], text: { ...emptyLiveText, tail }, tools: [liveTool] };
    for (const height of [0, 1, 3, 7]) {
      expect(liveLines(state, 30, height).length).toBeLessThanOrEqual(height);
    }
    expect(text(liveLines(state, 30, 3)).at(-1)).toBe("● read a.txt");
    expect(liveLines(state, 30, -4)).toEqual([]);
  });

  test("a running call shows the last that it said", () => {
    const output = Array.from({ length: 9 }, (_, index) => String(index)).join("\n");
    const lines = text(
      liveLines({ blocks: [], text: emptyLiveText, tools: [{ ...liveTool, output }] }, 30, 20),
    );
    expect(lines).toEqual(["", "● read a.txt", "  │ … 5 more lines", "  │ 5", "  │ 6", "  │ 7", "  │ 8"]);
  });

  test("waiting prompts take a line each, three at most", () => {
    const queue = ["one", "two\nlines", "three", "four", "five"];
    expect(text(queueLines(queue, 40, 4))).toEqual([
      "  next: one",
      "  next: two ⏎ lines",
      "  next: three",
      "  and 2 more",
    ]);
    expect(text(queueLines(queue, 40, 1))).toEqual(["  5 prompts wait"]);
    expect(text(queueLines(["only"], 40, 1))).toEqual(["  next: only"]);
    expect(queueLines(queue, 40, 0)).toEqual([]);
  });
});
