import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createTextCleaner } from "./clean-text.ts";

const clean = (text: string): string => createTextCleaner()(text);

test.each([
  ["plain ü 😀\ttab\n", "plain ü 😀\ttab\n"],
  ["\u001b[1;31mred\u001b[0m \u001b[38:5:4mblue\u001b[m", "red blue"],
  ["\u001b]0;title\u0007a\u001b]8;;https://example.org\u001b\\link\u001b]8;;\u001b\\", "alink"],
  ["\u001b]52;c;aGk=\u009cx", "x"],
  ["\u001bPq#0;2\u001b\\a\u001b_apc\u001b\\b\u001b^pm\u001b\\c\u001bXsos\u001b\\d", "abcd"],
  ["\u009b31mx\u009d0;t\u0007y\u0085z", "xyz"],
  ["\u001b(Ba\u001b=b\u001bMc\u001b[?1049hd\u001b[6ne", "abcde"],
  ["a\u0007\u0008b\u007fc\u0005d", "abcd"],
  ["one\r\ntwo\rthree\r\r\nfour", "one\ntwo\nthree\n\nfour"],
  ["a\0b", "a\nb"],
  ["\u001b]never ended\nnext", "\nnext"],
  ["\u001b]never ended \u001b[31mnext", "next"],
  ["\u001b[31\u001b[0mx", "x"],
  ["\u001b[31\nx", "\nx"],
  ["end\u001b", "end"],
])("%j becomes %j", (text, expected) => {
  expect(clean(text)).toBe(expected);
});

const piece = fc.oneof(
  fc.constantFrom(
    "\u001b",
    "[",
    "]",
    "\\",
    "\r",
    "\n",
    "\0",
    "\u0007",
    "\u009b",
    "\u009d",
    "\u009c",
    "P",
    "m",
  ),
  fc.string({ maxLength: 4, unit: "binary" }),
);
const hostile = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));

test("no control character comes through, and cleaning twice changes nothing", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const cleaned = clean(text);
      expect(cleaned).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
      expect(clean(cleaned)).toBe(cleaned);
    }),
    { numRuns: 2_000 },
  );
});

test("pieces give the same as the whole", () => {
  fc.assert(
    fc.property(hostile, fc.array(fc.nat(40)), (text, cuts) => {
      const cleaner = createTextCleaner();
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
      const pieces = places.slice(1).map((to, index) => text.slice(places[index], to));
      expect(pieces.map((part) => cleaner(part)).join("")).toBe(clean(text));
    }),
    { numRuns: 2_000 },
  );
});
