import type { ToolCall } from "@zotpilot/provider/model";
import { expect, test } from "vitest";
import { askedCall } from "./asked-call.ts";

const call = (name: string, input: unknown): ToolCall => ({
  type: "tool_call",
  id: "1",
  name,
  arguments: JSON.stringify(input),
});

test("a command is shown to the letter", () => {
  const command = "rm -rf build &&\n  npm test";
  expect(askedCall(call("bash", { command }), command)).toEqual({ text: command, isDiff: false });
});

test("an edit is shown as what it takes away and puts in, all of it", () => {
  const edits = [
    { oldText: "one\ntwo\nthree", newText: "one\n2\nthree" },
    { oldText: "gone\n", newText: "" },
  ];
  expect(askedCall(call("edit", { path: "a.txt", edits }), undefined)).toEqual({
    text: "a.txt\n@@\n one\n-two\n+2\n three\n@@\n-gone",
    isDiff: true,
  });
});

test("what is the same before and after is counted once", () => {
  const edits = [{ oldText: "a\na", newText: "a\na\na" }];
  expect(askedCall(call("edit", { path: "f", edits }), undefined).text).toBe("f\n@@\n a\n a\n+a");
});

test("a file that is written is shown with all of its lines", () => {
  const shown = askedCall(call("write", { path: "b.txt", content: "x\n\ny\n" }), undefined);
  expect(shown).toEqual({ text: "b.txt\n+x\n+\n+y", isDiff: true });
});

test("a call with anything else in it is shown with all of its arguments", () => {
  const hidden = { path: "a", content: "x", mode: "0777" };
  expect(askedCall(call("write", hidden), undefined)).toEqual({
    text: JSON.stringify(hidden, null, 2),
    isDiff: false,
  });
  const odd = { path: "a", edits: [{ oldText: "x", newText: "y", all: true }] };
  expect(askedCall(call("edit", odd), undefined).text).toContain('"all": true');
  expect(askedCall({ type: "tool_call", id: "1", name: "edit", arguments: "{broken" }, undefined).text).toBe(
    "{broken",
  );
});

test("nothing in it commands the terminal", () => {
  const content = "\u001b[2Ja\u0007";
  expect(askedCall(call("write", { path: "\u001b[1mp", content }), undefined).text).toBe("p\n+a");
});
