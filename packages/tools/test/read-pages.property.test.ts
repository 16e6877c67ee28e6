import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readTool } from "../src/index.ts";
import { textIn, WRITINGS } from "./encodings.ts";
import { callText, temporaryFolder } from "./helpers.ts";

const LONG = process.env["ZOTPILOT_TEST_LONG"] !== undefined;
const NOTE =
  /(?:^|(?<=\n)|\n(?=.*inside line))\.\.\. \[truncated at .*? continue with offset (\d+)(?: and column (\d+))?[^\n]*\]\n$/;

interface Place {
  offset: number;
  column: number;
}

/** One page, and where the next one begins. */
async function page(path: string, from: Place, limit: number | undefined) {
  const text = await callText(readTool, "/", { path, ...from, ...(limit !== undefined && { limit }) });
  const note = NOTE.exec(text.slice(-300));
  if (!note) return { text: /^\.\.\. \[(the file|line \d)/.test(text) ? "" : text, next: undefined };
  const next = { offset: Number(note[1]), column: Number(note[2] ?? 1) };
  return { text: text.slice(0, text.length - note[0].length), next };
}

/** All pages from a place on, put together. */
async function readOn(path: string, from: Place, limit: number | undefined): Promise<string> {
  let seen = "";
  for (let at: Place | undefined = from; at;) {
    const { text, next } = await page(path, at, limit);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
    seen += text;
    at = next;
  }
  return seen;
}

const ALSO_UTF8 = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/;
const limit = fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined });
// Some lines are longer than a page.
const scale = fc.constantFrom(1, 1, 1, 40, 3_000, 30_000);

test.each(WRITINGS.map((writing) => [writing.name, writing] as const))(
  "%s: pages through any file go without gap or overlap, from any line on",
  async (_, writing) => {
    const path = join(await temporaryFolder(), "f");
    const blocks = fc.array(fc.tuple(textIn(writing, 8), scale), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(blocks, fc.nat(30), limit, async (parts, skip, most) => {
        const repeated = parts.map(([text, times]) =>
          text.repeat(Math.min(times, 200_000 / (text.length + 1))),
        );
        // A character that ASCII text would not have tells one encoding from the other.
        const text = `ÿé\n${repeated.join("")}`;
        fc.pre(!text.includes("..."));
        const bytes = Buffer.concat([writing.mark, writing.write(text)]);
        // Some words of Windows-1252 are others in UTF-8, and nobody can tell which were meant.
        fc.pre(writing.name !== "Windows-1252" || !ALSO_UTF8.test(bytes.toString("latin1")));
        await writeFile(path, bytes);
        const rest = text.split("\n").slice(skip).join("\n");
        const pages = Math.ceil(text.split("\n").length / (most ?? 2_000));
        fc.pre(pages < 200);
        expect(await readOn(path, { offset: skip + 1, column: 1 }, most)).toBe(rest);
      }),
      { numRuns: LONG ? 1_000 : 40 },
    );
  },
);

test("UTF-8 with any bytes in between is read on to the byte, also inside of its lines", async () => {
  const path = join(await temporaryFolder(), "f");
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array.map((byte) => byte || 1))),
    fc.constantFrom(...["é", "漢", "😀", "\n", "abc"].map((text) => Buffer.from(text))),
  );
  const line = fc
    .tuple(fc.array(piece, { maxLength: 12 }), scale)
    .map(([pieces, times]) => Buffer.concat(Array<Buffer[]>(Math.min(times, 8_000)).fill(pieces).flat()));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 3 }), async (lines) => {
      const bytes = Buffer.concat([Buffer.from("\ufeff"), ...lines]);
      await writeFile(path, bytes);
      const text = bytes.subarray(3).toString("utf8");
      fc.pre(!text.includes("..."));
      expect(await readOn(path, { offset: 1, column: 1 }, undefined)).toBe(text);
    }),
    { numRuns: LONG ? 1_000 : 60 },
  );
});

test("UTF-16 and Windows-1252 of more than one piece are read whole, and a pair is not torn", async () => {
  const path = join(await temporaryFolder(), "f");
  const emoji = `x${"😀".repeat(20_000)}\nend\n`;
  await writeFile(path, Buffer.from(`\ufeff${emoji}`, "utf16le"));
  expect(await readOn(path, { offset: 1, column: 1 }, undefined)).toBe(emoji);
  await writeFile(path, Buffer.from(`caf\xe9 ${"\x80".repeat(300_000)}\n`, "latin1"));
  expect(await readOn(path, { offset: 1, column: 1 }, undefined)).toBe(`café ${"€".repeat(300_000)}\n`);
  await writeFile(path, Buffer.concat([Buffer.from("\ufeffodd", "utf16le"), Buffer.from([0x41])]));
  expect(await callText(readTool, "/", { path })).toBe("odd\ufffd");
});

test("a column that is not there is said so", async () => {
  const path = join(await temporaryFolder(), "f");
  await writeFile(path, "abc\nde");
  const at = (offset: number, column: number) => callText(readTool, "/", { path, offset, column });
  expect(await at(1, 3)).toBe("c\nde");
  expect(await at(1, 4)).toBe("\nde");
  expect(await at(1, 5)).toBe("... [line 1 has only 3 bytes]\n");
  expect(await at(2, 2)).toBe("e");
  expect(await at(2, 3)).toBe("... [line 2 has only 2 bytes]\n");
  expect(await at(3, 1)).toBe("... [the file has 2 lines; offset 3 is behind its end]\n");
});
