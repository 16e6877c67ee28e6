import { isUtf8 } from "node:buffer";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { editTool } from "../src/index.ts";
import { textIn, WRITINGS } from "./encodings.ts";
import { call, temporaryFolder } from "./helpers.ts";

const RUNS = process.env["ZOTPILOT_TEST_LONG"] ? 5_000 : 250;

/** Text as a model has it: LF at the ends of lines. */
function asRead(part: string, whole: string): string {
  return whole.includes("\n") ? part.replaceAll("\r\n", "\n") : part.replaceAll("\r", "\n");
}

test.each(WRITINGS.map((writing) => [writing.name, writing] as const))(
  "%s: an edit changes no byte outside its match, whatever the line endings",
  async (_, writing) => {
    const path = join(await temporaryFolder(), "f");
    const text = textIn(writing);
    const lines = fc
      .array(fc.array(fc.constantFrom(...writing.characters), { maxLength: 4 }), { maxLength: 4 })
      .map((made) => made.map((line) => line.join("")).join("\n"));
    await fc.assert(
      fc.asyncProperty(text, text, text, lines, async (head, inside, tail, newText) => {
        // What is replaced begins and ends with something that is nowhere else, so that it is there once.
        const old = `«${inside}»`;
        const whole = head + old + tail;
        const prefix = Buffer.concat([writing.mark, writing.write(head)]);
        const suffix = writing.write(tail);
        const before = Buffer.concat([prefix, writing.write(old), suffix]);
        const oldText = asRead(old, whole);
        // A lone CR before a CRLF cannot be told from a CRLF when both are written as a model writes them.
        fc.pre(!oldText.includes("\r\n"));
        // Western text that happens to be UTF-8 is UTF-8.
        fc.pre(writing.name !== "Windows-1252" || !isUtf8(before));
        await writeFile(path, before);
        await call(editTool, "/", { path, edits: [{ oldText, newText }] });
        const after = await readFile(path);
        expect(after.subarray(0, prefix.length)).toEqual(prefix);
        expect(after.subarray(after.length - suffix.length)).toEqual(suffix);
        const middle = after.subarray(prefix.length, after.length - suffix.length);
        expect(writing.read(middle).replaceAll(/\r\n?/g, "\n")).toBe(newText);
      }),
      { numRuns: RUNS },
    );
  },
);

test("bytes that are no text, of whatever kind, stay around an edit", async () => {
  const path = join(await temporaryFolder(), "f");
  const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array.map((byte) => byte || 1)));
  const text = fc.constantFrom("plain", "naïve", "漢字", "€ 5");
  await fc.assert(
    fc.asyncProperty(bytes, bytes, text, async (head, tail, inside) => {
      const start = Buffer.from("<[");
      const end = Buffer.from("]>");
      fc.pre(![head, tail].some((part) => part.includes(start) || part.includes(end)));
      fc.pre(!/^\xff\xfe|^\xfe\xff/.test(head.toString("latin1")));
      await writeFile(path, Buffer.concat([head, start, Buffer.from(inside), end, tail]));
      const edits = [{ oldText: `<[${inside}]>`, newText: `<[${inside} and more]>` }];
      await call(editTool, "/", { path, edits });
      expect(await readFile(path)).toEqual(
        Buffer.concat([head, start, Buffer.from(`${inside} and more`), end, tail]),
      );
    }),
    { numRuns: RUNS },
  );
});

test("UTF-16 that breaks its own rules keeps half pairs and half units", async () => {
  const path = join(await temporaryFolder(), "f");
  const before = Buffer.concat([Buffer.from("\ufeffa\ud800b\nold\n\udc00", "utf16le"), Buffer.from([0x41])]);
  await writeFile(path, before);
  await call(editTool, "/", { path, edits: [{ oldText: "old", newText: "né" }] });
  const after = Buffer.concat([Buffer.from("\ufeffa\ud800b\nné\n\udc00", "utf16le"), Buffer.from([0x41])]);
  expect(await readFile(path)).toEqual(after);
});

test("a character that the encoding lacks is named, and nothing is written", async () => {
  const path = join(await temporaryFolder(), "f");
  const before = Buffer.from("caf\xe9\nplain\n", "latin1");
  await writeFile(path, before);
  const edit = (oldText: string, newText: string) =>
    call(editTool, "/", { path: path, edits: [{ oldText, newText }] });
  await expect(edit("plain", "漢字")).rejects.toMatchObject({
    code: "bad_input",
    message:
      `edit 1: newText holds 漢 (U+6F22), which the encoding of ${path}, Windows-1252, cannot hold; ` +
      "use another character, or convert the file with iconv first. Nothing was written.",
  });
  expect(await readFile(path)).toEqual(before);
  await edit("café", "thé à 5 €");
  expect(await readFile(path, "latin1")).toBe("th\xe9 \xe0 5 \x80\nplain\n");
});

test("text that was added in another encoding is edited in that encoding", async () => {
  const path = join(await temporaryFolder(), "f");
  const latin = Buffer.from("d\xe9j\xe0 vu, \xe9t\xe9\n", "latin1");
  await writeFile(path, Buffer.concat([latin, Buffer.from("später\n")]));
  await call(editTool, "/", { path, edits: [{ oldText: "später", newText: "früher 漢" }] });
  expect(await readFile(path)).toEqual(Buffer.concat([latin, Buffer.from("früher 漢\n")]));
});

test("the failure for text that was shown as U+FFFD says what that is", async () => {
  const path = join(await temporaryFolder(), "f");
  await writeFile(path, Buffer.concat([Buffer.from("größer über\n"), Buffer.from([0xff, 0x0a])]));
  const failed = call(editTool, "/", { path, edits: [{ oldText: "über\n\ufffd", newText: "x" }] });
  await expect(failed).rejects.toThrow("U+FFFD, which stands for bytes that are no text");
});

test("UTF-16 and CR-only files are shown in the diff as lines of text", async () => {
  const path = join(await temporaryFolder(), "f");
  await writeFile(path, Buffer.from("\ufeffone\r\ntwö\r\n", "utf16le"));
  const wide = await call(editTool, "/", { path, edits: [{ oldText: "one\ntwö", newText: "one\nzwö" }] });
  expect(wide).toMatchObject({
    content: [{ text: " one\n-twö\n+zwö\n" }],
    details: { encoding: "UTF-16LE", first_changed_line: 2, diff: "@@ -1,2 +1,2 @@\n one\n-twö\n+zwö\n" },
  });
  await writeFile(path, "a\rb\rc\r");
  const old = await call(editTool, "/", { path, edits: [{ oldText: "a\nb", newText: "a\nx\ny" }] });
  expect(old).toMatchObject({ content: [{ text: " a\n-b\n+x\n+y\n c\n" }] });
  expect(await readFile(path, "latin1")).toBe("a\rx\ry\rc\r");
});
