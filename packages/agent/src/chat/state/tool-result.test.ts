import type { DetailedToolMessage, ToolDetails } from "@zotpilot/core";
import { describe, expect, test } from "vitest";
import { shownResult } from "./tool-result.ts";

function result(text: string, details?: ToolDetails, isError = false): DetailedToolMessage {
  return {
    role: "tool",
    callId: "1",
    name: "any",
    content: [{ type: "text", text }],
    isError,
    ...(details && { details }),
  };
}

describe("what a person sees of a result", () => {
  test("a diff, counted", () => {
    const diff = "@@ -1,2 +1,3 @@\n one\n-two\n+2\n+3";
    expect(shownResult(result("for the model", { diff, edits: 1 }), undefined)).toEqual({
      output: diff,
      isDiff: true,
      outcome: "+2 −1",
    });
  });

  test("of a command what it printed; how it ended stands apart, and is not repeated", () => {
    const text = "$ npm test\n\none\n\n[exit 1] two\n[exit 1]  Took 61.5s";
    expect(shownResult(result(text, { exit_code: 1, duration_ms: 61_500 }, true), undefined)).toEqual({
      output: "one\n\n[exit 1] two",
      outcome: "exit 1 · 1 min 1 s",
    });
    const silent = "$ true\n\n[exit 0]  Took 0.0s";
    expect(shownResult(result(silent, { exit_code: 0, duration_ms: 3.4 }), undefined)).toEqual({
      output: "",
      outcome: "exit 0 · 3 ms",
    });
  });

  test("why a command was stopped, and where all of its output is", () => {
    const path = "/tmp/out.log";
    const text = `$ seq 9\n\n9\n\n[exit -1] (stopped after 2 s; timeout sets another limit) (full output: ${path})  Took 2.0s`;
    const details = { exit_code: -1, duration_ms: 2_000, full_output_path: path };
    expect(shownResult(result(text, details, true), undefined)).toMatchObject({
      outcome: "stopped after 2 s · 2.0 s",
      note: `all of the output: ${path}`,
    });
    const part = text.replace("full output", "first part of the output");
    expect(shownResult(result(part, details, true), undefined).note).toBe(
      `the first part of the output: ${path}`,
    );
  });

  test("what was put into a new file, not into an old one, and not what was refused", () => {
    const written = "one\ntwo\n";
    const details = { path: "a", bytes: 8, total_lines: 2 };
    expect(shownResult(result("created a (2 lines, 8 bytes)", details), written)).toEqual({
      output: "+one\n+two",
      isDiff: true,
      outcome: "+2",
    });
    for (const message of [result("overwrote a", details), result("created nothing", undefined, true)]) {
      expect(shownResult(message, written).isDiff).toBeUndefined();
    }
  });

  test("damaged details cost nobody the result, and nothing in them commands the terminal", () => {
    const odd = { diff: 7, exit_code: "0", duration_ms: null };
    expect(shownResult(result("text\n", odd), undefined)).toEqual({ output: "text" });
    const evil = "\u001b]0;title\u0007\u001b[2J\u202e";
    const shown = [
      shownResult(result(evil, { diff: `+${evil}a` }), undefined),
      shownResult(
        result(`$ x\n\n${evil}b`, { exit_code: 0, full_output_path: `/tmp/${evil}\nc` }),
        undefined,
      ),
    ];
    // eslint-disable-next-line no-control-regex
    expect(JSON.stringify(shown)).not.toMatch(/\\u001b|\\u0007|\u202e/);
    expect(shown[1]?.note).not.toContain("\n");
  });
});
