import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lineWidth, truncateSpans, wrapSpans } from "./styled.ts";
import { cellWidth, truncateToWidth } from "./width.ts";
import { wrapLine } from "./wrap.ts";

const rows = (text: string, width: number, spaceAtBreak: "keep" | "hang" | "drop" = "keep"): string[] =>
  wrapLine(text, width, { spaceAtBreak }).map(({ start, end }) => text.slice(start, end));

const text = fc.array(
  fc.constantFrom("a", "word", " ", "  ", "\t", "你", "好", "👩‍👩‍👧", "e\u0301", "-", "looooooooong"),
  { maxLength: 40 },
);

describe("wrapLine", () => {
  test("breaks after a space, keeping it", () =>
    expect(rows("one two three", 8)).toEqual(["one two ", "three"]));
  test("drops the space when asked to", () => {
    expect(rows("one two three", 7, "drop")).toEqual(["one two", "three"]);
    expect(rows("one two three", 8, "drop")).toEqual(["one two", "three"]);
  });
  test("lets the space hang when asked to", () => {
    expect(rows("one two three", 7, "hang")).toEqual(["one two ", "three"]);
    expect(rows("one two  three", 7, "hang")).toEqual(["one two ", " three"]);
  });
  test("breaks a long word where it must", () => expect(rows("abcdefgh", 3)).toEqual(["abc", "def", "gh"]));
  test("breaks between wide characters", () => expect(rows("你好世界", 5)).toEqual(["你好", "世界"]));
  test("an empty line is one row", () => expect(rows("", 5)).toEqual([""]));

  test("no row is wider than asked, and nothing is lost", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 60 }), (pieces, width) => {
        const line = pieces.join("");
        const wrapped = rows(line, width);
        expect(wrapped.join("")).toBe(line);
        for (const row of wrapped) expect(cellWidth(row)).toBeLessThanOrEqual(width);
        const edited = rows(line, width, "hang");
        expect(edited.join("")).toBe(line);
        for (const row of edited) expect(cellWidth(row)).toBeLessThanOrEqual(width + 1);
        const read = rows(line, width, "drop");
        expect(read.join("").replaceAll(" ", "")).toBe(line.replaceAll(" ", ""));
        for (const row of read) expect(cellWidth(row)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe("styled lines", () => {
  test("keep their styles across a break", () => {
    const wrapped = wrapSpans([{ text: "one " }, { text: "two three", bold: true }], 8);
    expect(wrapped).toEqual([
      [{ text: "one " }, { text: "two ", bold: true }],
      [{ text: "three", bold: true }],
    ]);
  });
  test("are cut with a mark", () => {
    expect(truncateSpans([{ text: "one " }, { text: "two", bold: true }], 6)).toEqual([
      { text: "one " },
      { text: "t…", bold: true },
    ]);
    expect(truncateSpans([{ text: "one" }, { text: "two" }], 6)).toEqual([{ text: "one" }, { text: "two" }]);
    expect(truncateToWidth("你好世界", 5)).toBe("你好…");
  });
  test("never take more cells than there are", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 30 }), (pieces, width) => {
        const spans = pieces.map((piece) => ({ text: piece }));
        expect(lineWidth(truncateSpans(spans, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
