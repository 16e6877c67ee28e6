import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sanitizeChunk, sanitizeStart, sanitizeTerminalText } from "./sanitize.ts";

const cases: [name: string, input: string, output: string][] = [
  ["plain text", "hello\nworld", "hello\nworld"],
  ["colours", "\u001b[31mred\u001b[0m", "red"],
  ["cursor moves and clears", "a\u001b[2J\u001b[3;4Hb", "ab"],
  ["modes", "\u001b[?1049h\u001b[?2004lx\u001b[201~", "x"],
  ["a window title ended by BEL", "\u001b]0;owned\u0007ok", "ok"],
  ["a window title ended by ST", "\u001b]2;owned\u001b\\ok", "ok"],
  ["a clipboard write", "a\u001b]52;c;cm0gLXJm\u0007b", "ab"],
  ["a link keeps its label", "\u001b]8;;http://x\u001b\\label\u001b]8;;\u001b\\", "label"],
  [
    "device control and application strings",
    "\u001bP1$r\u001b\\a\u001b_x\u001b\\b\u001b^y\u001b\\c\u001bXz\u001b\\d",
    "abcd",
  ],
  ["8-bit forms", "\u009b31mred\u009d0;t\u009cok\u0090q\u009c.", "redok."],
  ["an unterminated string ends with its line", "\u001b]52;c;AAAA\nnext", "\nnext"],
  ["a string broken off by another sequence", "\u001b]0;t\u001b[31mred", "red"],
  ["character sets and other escapes", "\u001b(0\u001b=\u001b>\u001bcx\u001b7", "x"],
  ["a lone escape at the end", "abc\u001b", "abc"],
  ["control characters", "a\u0000b\u0005c\u0007d\u0008e\u007ff\u0085g", "abcdefg"],
  ["carriage returns", "1%\r2%\r\ndone\r", "1%\n2%\ndone\n"],
  ["tabs", "a\tb", "a    b"],
  ["text that lies about its order", "a\u202eb\u2066c\u200fd", "abcd"],
  ["hidden text", "a\u200bb\ufeffc\u{e0041}d", "abcd"],
  ["line separators", "a\u2028b", "a\nb"],
  ["wide characters and joined emoji stay", "你好 👩‍👩‍👧 é ✈️", "你好 👩‍👩‍👧 é ✈️"],
];

describe("sanitizeTerminalText", () => {
  test.each(cases)("%s", (_, input, output) => expect(sanitizeTerminalText(input)).toBe(output));

  test("keeps tabs when asked to", () =>
    expect(sanitizeTerminalText("a\tb", { keepTabs: true })).toBe("a\tb"));

  test("a text cut anywhere gives the same as the whole", () => {
    for (const [, input] of cases) {
      for (let at = 0; at <= input.length; at++) {
        expect(inChunks([input.slice(0, at), input.slice(at)])).toBe(sanitizeTerminalText(input));
      }
    }
  });

  test("any text in any chunks: the same as the whole, and nothing that a terminal obeys", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "\u001b",
        "[",
        "]",
        "P",
        "\\",
        "\u0007",
        "\u009b",
        "\u009d",
        "\u009c",
        "31m",
        ";",
        "\n",
        "\r",
        "\t",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.constantFrom("你", "👩‍👩‍👧", "\u202e", "\u{e0041}"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const whole = sanitizeTerminalText(pieces.join(""));
        expect(inChunks(pieces)).toBe(whole);
        expect(whole).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u);
      }),
      { numRuns: 2000 },
    );
  });
});

function inChunks(chunks: readonly string[]): string {
  let state = sanitizeStart;
  let text = "";
  for (const chunk of chunks) {
    const next = sanitizeChunk(state, chunk);
    state = next.state;
    text += next.text;
  }
  return text + state.held;
}
