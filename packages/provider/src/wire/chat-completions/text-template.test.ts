import { describe, expect, test } from "vitest";
import { createTextTemplate } from "./text-template.ts";

const chunk = (content: unknown, more: object = {}) =>
  JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }], id: "c", ...more });

function learned(data = chunk("Hello"), text = "Hello") {
  const template = createTextTemplate();
  template.learn(data, text);
  return template;
}

/** What of one event is skimmed; undefined when it is left to the parser. */
function textOf(template: ReturnType<typeof learned>, data: string): string | undefined {
  const stream = Buffer.from(`data: ${data}\n\n`);
  const { text, next } = template.skim(stream, 0);
  expect(next).toBe(text === "" ? 0 : stream.length);
  return text === "" ? undefined : text;
}

describe("a chunk that differs in its text alone", () => {
  test.each([" world", "日本 ✓", "x".repeat(10_000), "{}[]:,", "null", "'", "\u2028"])(
    "is read: %j",
    (text) => {
      expect(textOf(learned(), chunk(text))).toBe(text);
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
    expect(textOf(template, data)).toBeUndefined();
  });

  test("a text that stands in the chunk twice is learned at its own place or not at all", () => {
    const behind = learned(chunk("same", { note: "same" }), "same");
    expect(textOf(behind, chunk("other", { note: "same" }))).toBeUndefined();
    expect(textOf(behind, chunk("same", { note: "other" }))).toBeUndefined();
    const before = learned(JSON.stringify({ note: "same", ...JSON.parse(chunk("same")) }), "same");
    expect(textOf(before, JSON.stringify({ note: "same", ...JSON.parse(chunk("other")) }))).toBe("other");
    expect(textOf(before, JSON.stringify({ note: "other", ...JSON.parse(chunk("same")) }))).toBeUndefined();
  });

  test("a text that was written with escapes is not found in another field", () => {
    const odd = chunk("hi", { content: "hi" }).replace('{"content":"hi"}', String.raw`{"content":"\u0068i"}`);
    expect(textOf(learned(odd, "hi"), odd.replace('"content":"hi"', '"content":"no"'))).toBeUndefined();
  });
});

describe("several events", () => {
  const events = (...texts: string[]) => texts.map((text) => `data: ${chunk(text)}\n\n`).join("");

  test("are read together, up to the first that is another", () => {
    const known = events("one", " two", " drei ✓");
    const stream = Buffer.from(`${known}${events('a "quote"')}${events("after")}`);
    expect(learned().skim(stream, 0)).toEqual({ text: "one two drei ✓", next: Buffer.byteLength(known) });
  });

  test("are read from a place within, and those of an earlier packet do not stay", () => {
    const template = learned();
    template.skim(Buffer.from(events("a longer text than the next one")), 0);
    const first = Buffer.byteLength(events("one"));
    const stream = Buffer.from(events("one", "two"));
    expect(template.skim(stream, first)).toEqual({ text: "two", next: stream.length });
  });

  test.each([1, 2, 7, 60])("end before one that lacks its last %i bytes", (missing) => {
    const stream = Buffer.from(events("one", "two")).subarray(0, -missing);
    expect(learned().skim(stream, 0)).toEqual({ text: "one", next: Buffer.byteLength(events("one")) });
  });

  test("are read from a part of a larger buffer", () => {
    const stream = Buffer.from(`xyz${events("one")}xyz`).subarray(3, -3);
    expect(learned().skim(stream, 0)).toEqual({ text: "one", next: stream.length });
  });

  test("F-24: with a byte that is no character, or with the mark of one, are left to the parser", () => {
    const stream = Buffer.from(events("one?two"));
    stream[stream.indexOf("?")] = 0xff;
    expect(learned().skim(stream, 0)).toEqual({ text: "", next: 0 });
    expect(learned().skim(Buffer.from(events("one\ufffdtwo")), 0)).toEqual({ text: "", next: 0 });
  });

  test.each([0, 8, 40, 60, 90])("of another form in byte %i are left to the parser", (place) => {
    const stream = Buffer.from(events("hello"));
    stream[place] = (stream[place] ?? 0) ^ 0x80;
    expect(learned().skim(stream, 0)).toEqual({ text: "", next: 0 });
  });
});

test("chunks that always differ are learned a few times and no more", () => {
  const template = createTextTemplate();
  for (let at = 0; at < 8; at += 1) template.learn(chunk("x", { at }), "x");
  expect(textOf(template, chunk("y", { at: 7 }))).toBe("y");
  for (let at = 0; at < 8; at += 1) template.learn(chunk("x", { at }), "x");
  template.learn(chunk("x", { at: 99 }), "x");
  expect(textOf(template, chunk("y", { at: 99 }))).toBeUndefined();
});
