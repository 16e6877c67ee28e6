import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLines, encodeLine, type Line } from "./index.ts";

async function read(chunks: (string | Uint8Array)[], maxLineBytes?: number): Promise<Line[]> {
  async function* source() {
    yield* chunks;
  }
  return Array.fromAsync(decodeLines(source(), maxLineBytes === undefined ? {} : { maxLineBytes }));
}

test("splits on the line feed alone, strips a carriage return, keeps empty lines", async () => {
  const lines = await read(['{"a":"x\u2028y"}\r\n\n{"b":1}\n']);
  expect(lines.map((line) => line.type === "line" && line.text)).toEqual(['{"a":"x\u2028y"}', "", '{"b":1}']);
  expect(lines.map((line) => line.number)).toEqual([1, 2, 3]);
});

test("reports a torn tail and where it begins", async () => {
  expect(await read(['{"a":1}\n', '{"b'])).toEqual([
    { type: "line", text: '{"a":1}', number: 1 },
    { type: "torn", text: '{"b', offset: 8, number: 2 },
  ]);
});

test("drops an oversized line and goes on with the next", async () => {
  const lines = await read(["aaaa", "aaaaaaaa\nok\n", "bbbbbbbbbbbbbbbb"], 6);
  expect(lines).toEqual([
    { type: "too_long", limit: 6, number: 1 },
    { type: "line", text: "ok", number: 2 },
    { type: "torn", text: "", offset: 16, number: 3 },
  ]);
});

test("refuses what JSON cannot hold", () => {
  expect(() => encodeLine(undefined)).toThrow(TypeError);
});

test("what was encoded is decoded again, however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
      async (values, sizes) => {
        const bytes = Buffer.from(values.map(encodeLine).join(""));
        const chunks: Uint8Array[] = [];
        for (let start = 0; start < bytes.length;) {
          const size = sizes.next().value ?? 1;
          chunks.push(bytes.subarray(start, start + size));
          start += size;
        }
        const lines = await read(chunks);
        const decoded = lines.map((line) => (line.type === "line" ? JSON.parse(line.text) : line));
        expect(decoded).toEqual(JSON.parse(JSON.stringify(values)));
      },
    ),
    { numRuns: 200 },
  );
});
