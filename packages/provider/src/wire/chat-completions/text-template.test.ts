import { describe, expect, test } from "vitest";
import { createTextTemplate } from "./text-template.ts";

const chunk = (content: unknown, more: object = {}) =>
  JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }], id: "c", ...more });

function learned(data = chunk("Hello"), text = "Hello") {
  const template = createTextTemplate();
  template.learn(data, text);
  return template;
}

describe("a chunk that differs in its text alone", () => {
  test.each([" world", "日本 ✓", "x".repeat(10_000), "{}[]:,", "null", "'", "\u2028"])(
    "is read: %j",
    (text) => {
      expect(learned().match(chunk(text))).toBe(text);
    },
  );
});

describe("everything else is left to be parsed", () => {
  test.each([
    ["before anything was learned", createTextTemplate(), chunk("x")],
    ["an escape", learned(), chunk("a\nb")],
    ["a quote", learned(), chunk('a"b')],
    ["an empty text", learned(), chunk("")],
    ["no text", learned(), chunk(null)],
    ["another field", learned(), chunk("x", { usage: { total_tokens: 3 } })],
    ["another value", learned(), chunk("x", { id: "d" })],
    ["a reason", learned(), chunk("x").replace("null", '"stop"')],
    ["another choice", learned(), chunk("x").replace('"index":0', '"index":1')],
    ["a control character", learned(), chunk("x").replace('"x"', '"\u0001"')],
    ["the beginning alone", learned(), chunk("x").slice(0, -5)],
    ["a beginning and an end that overlap", learned(), '{"choices":[{"index":0,"delta":{"content":"}'],
    [
      "a text that brings its own fields",
      learned(),
      chunk("x").replace('"x"', '"x","tool_calls":[],"y":"z"'),
    ],
    ["the end mark", learned(), "[DONE]"],
  ])("%s", (_what, template, data) => {
    expect(template.match(data)).toBeUndefined();
  });

  test("a text that stands in the chunk twice is learned at its own place or not at all", () => {
    const behind = learned(chunk("same", { note: "same" }), "same");
    expect(behind.match(chunk("other", { note: "same" }))).toBeUndefined();
    expect(behind.match(chunk("same", { note: "other" }))).toBeUndefined();
    const before = learned(JSON.stringify({ note: "same", ...JSON.parse(chunk("same")) }), "same");
    expect(before.match(JSON.stringify({ note: "same", ...JSON.parse(chunk("other")) }))).toBe("other");
    expect(before.match(JSON.stringify({ note: "other", ...JSON.parse(chunk("same")) }))).toBeUndefined();
  });

  test("a text that was written with escapes is not found in another field", () => {
    const odd = chunk("hi", { content: "hi" }).replace('{"content":"hi"}', String.raw`{"content":"\u0068i"}`);
    expect(learned(odd, "hi").match(odd.replace('"content":"hi"', '"content":"no"'))).toBeUndefined();
  });
});

test("chunks that always differ are learned a few times and no more", () => {
  const template = createTextTemplate();
  for (let at = 0; at < 8; at += 1) template.learn(chunk("x", { at }), "x");
  expect(template.match(chunk("y", { at: 7 }))).toBe("y");
  for (let at = 0; at < 8; at += 1) template.learn(chunk("x", { at }), "x");
  template.learn(chunk("x", { at: 99 }), "x");
  expect(template.match(chunk("y", { at: 99 }))).toBeUndefined();
});
