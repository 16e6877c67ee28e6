import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { editTool } from "../src/index.ts";
import { call, callText, temporaryFolder } from "./helpers.ts";

const ending = fc.constantFrom("\n", "\r\n");
const words = fc
  .array(fc.constantFrom("a", "b", "ü", "漢", "😀", " ", "\t", "\r", "$&", "x"), { maxLength: 6 })
  .map((parts) => parts.join(""));
const mark = fc.constantFrom(Buffer.alloc(0), Buffer.from([0xef, 0xbb, 0xbf]));
const noise = fc.constantFrom(Buffer.alloc(0), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from("é"));
const surroundings = fc
  .array(fc.tuple(words, noise, ending), { maxLength: 8 })
  .map((lines) =>
    Buffer.concat(lines.flatMap(([text, bytes, end]) => [Buffer.from(text), bytes, Buffer.from(end)])),
  );

test("an edit changes no byte outside its match", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "f");
  const lines = fc.array(fc.tuple(words, ending), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      mark,
      surroundings,
      lines,
      surroundings,
      words,
      lines,
      async (bom, head, old, tail, rest, made) => {
        // What is replaced begins and ends with something that is nowhere else, so that it is there once.
        const start = Buffer.from("«");
        const end = Buffer.from("»");
        const inside = Buffer.from(old.map(([text, feed]) => text + feed).join("") + rest);
        const before = Buffer.concat([bom, head, start, inside, end, tail]);
        await writeFile(path, before);
        const oldText = `«${inside.toString().replaceAll("\r\n", "\n")}»`;
        const newText = made.map(([text]) => text).join("\n");
        // An LF right behind a lone CR in oldText reads as a CRLF; that case has its own rules and its own tests.
        fc.pre(!oldText.includes("\r\n") && !newText.includes("\r"));
        fc.pre(!oldText.includes("\r") || !inside.includes("\r\n"));
        await callText(editTool, folder, { path, edits: [{ oldText, newText }] });
        const after = await readFile(path);
        const prefix = Buffer.concat([bom, head]);
        expect(after.subarray(0, prefix.length)).toEqual(prefix);
        expect(after.subarray(after.length - tail.length)).toEqual(tail);
        const middle = after.subarray(prefix.length, after.length - tail.length).toString();
        expect(middle.replaceAll("\r\n", "\n")).toBe(newText);
      },
    ),
    { numRuns: 400 },
  );
});

test("many edits: every line that is not named stays as it is, ending included", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "f");
  const line = fc.tuple(words, noise, ending, fc.boolean());
  await fc.assert(
    fc.asyncProperty(mark, fc.array(line, { minLength: 1, maxLength: 30 }), async (bom, lines) => {
      const rows = lines.map(([text, bytes, end, named], index) => {
        const clean = text.replaceAll("\r", "");
        return { name: `<${index}>`, clean, bytes, end, named };
      });
      fc.pre(rows.some((row) => row.named));
      const whole = (suffix: string) =>
        Buffer.concat([
          bom,
          ...rows.flatMap(({ name, clean, bytes, end, named }) => [
            bytes,
            Buffer.from(name + (named ? suffix : "") + clean + end),
          ]),
        ]);
      await writeFile(path, whole(""));
      const edits = rows
        .filter((row) => row.named)
        .map(({ name, clean }) => ({ oldText: `${name}${clean}\n`, newText: `${name} new${clean}\n` }));
      await callText(editTool, folder, { path, edits });
      expect(await readFile(path)).toEqual(whole(" new"));
    }),
    { numRuns: 300 },
  );
});

test("the diff, carried out on the old lines, gives the new lines", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "f");
  const letters = fc.array(fc.constantFrom("a", "b", "c", "\n", "\n"), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(letters, letters, letters, letters, async (head, old, fresh, tail) => {
      const before = `${head.join("")}«${old.join("")}»${tail.join("")}`;
      const oldText = `«${old.join("")}»`;
      const newText = fresh.join("");
      await writeFile(path, before);
      const diff = await callText(editTool, folder, { path, edits: [{ oldText, newText }] });
      const rows = diff
        .split("\n")
        .slice(0, -1)
        .filter((row) => row !== "...");
      const side = (sign: string) =>
        rows.filter((row) => row.startsWith(" ") || row.startsWith(sign)).map((row) => row.slice(1));
      const lines = (text: string) => (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n").join("\n");
      expect(`\n${lines(before)}\n`).toContain(`\n${side("-").join("\n")}\n`);
      const file = await readFile(path, "utf8");
      const after = `\n${lines(file)}\n`;
      expect(after).toContain(side("+").length > 0 ? `\n${side("+").join("\n")}\n` : "\n");
      expect(side("-").length - side("+").length).toBe(countLines(before) - countLines(file));
    }),
    { numRuns: 400 },
  );
});

test("the unified diff of the details, carried out at its line numbers, gives the new file", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "f");
  const line = fc.constantFrom("a", "b", "c", "");
  const lines = fc.array(line, { maxLength: 30 });
  const gap = fc.integer({ min: 0, max: 12 }).map((count) => Array<string>(count).fill("same"));
  const part = fc.tuple(lines, gap, lines);
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
      const before = parts.flatMap(([old, between], index) => [
        `<${index}>`,
        ...old,
        `</${index}>`,
        ...between,
      ]);
      await writeFile(path, before.map((text) => `${text}\n`).join(""));
      const edits = parts.flatMap(([old, , fresh], index) => {
        const named = (inner: string[]) => [`<${index}>`, ...inner, `</${index}>`].join("\n");
        return named(old) === named(fresh) ? [] : [{ oldText: named(old), newText: named(fresh) }];
      });
      fc.pre(edits.length > 0);
      const { details } = await call(editTool, folder, { path, edits });
      const after = (await readFile(path, "utf8")).split("\n").slice(0, -1);
      expect(patched(before, String(details?.["diff"]))).toEqual(after);
    }),
    { numRuns: 300 },
  );
});

/** Carries out a unified diff, and holds it to its numbers. */
function patched(before: readonly string[], diff: string): string[] {
  const after: string[] = [];
  let taken = 0;
  const rows = diff.split("\n").slice(0, -1);
  for (let at = 0; at < rows.length;) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(rows[at] ?? "");
    if (!head) throw new Error(`no head: ${rows[at]}`);
    const [oldStart = 0, oldCount = 1, newStart = 0, newCount = 1] = head
      .slice(1)
      .map((text) => (text === undefined ? undefined : Number(text)));
    after.push(...before.slice(taken, oldCount === 0 ? oldStart : oldStart - 1));
    taken = oldCount === 0 ? oldStart : oldStart - 1;
    expect(after.length).toBe(newCount === 0 ? newStart : newStart - 1);
    const body: string[] = [];
    for (at += 1; at < rows.length && !rows[at]?.startsWith("@@"); at += 1) body.push(rows[at] ?? "");
    const old = body.filter((row) => !row.startsWith("+")).map((row) => row.slice(1));
    const fresh = body.filter((row) => !row.startsWith("-")).map((row) => row.slice(1));
    expect([old.length, fresh.length]).toEqual([oldCount, newCount]);
    expect(old).toEqual(before.slice(taken, taken + oldCount));
    after.push(...fresh);
    taken += oldCount;
  }
  return [...after, ...before.slice(taken)];
}

function countLines(text: string): number {
  if (text === "") return 0;
  return text.replace(/\n$/, "").split("\n").length;
}
