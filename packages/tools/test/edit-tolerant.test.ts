import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { editTool } from "../src/index.ts";
import { call, temporaryFolder } from "./helpers.ts";

async function edited(text: string, oldText: string, newText: string): Promise<string> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "a"), text);
  await call(editTool, cwd, { path: "a", edits: [{ oldText, newText }] });
  return readFile(join(cwd, "a"), "utf8");
}

test.each([
  ["white space at the ends of lines", "a  \nb\t\nc \nd", "a\nb\nc", "a\nX\nc", "a  \nX\t\nc \nd"],
  ["the same with CRLF", "a  \r\nb\r\nc\r\n", "a\nb\n", "a\nX\nY\n", "a  \r\nX\r\nY\r\nc\r\n"],
  [
    "curly quotes stay where nothing changes",
    "say \u201chi\u201d to it\u2019s x",
    '"hi" to it\'s x',
    '"hi" to it\'s y',
    "say \u201chi\u201d to it\u2019s y",
  ],
  ["a no-break space and a dash", "a\u00a0b \u2014 c", "a b - c", "a b - d", "a\u00a0b \u2014 d"],
  ["white space that oldText has too much", "a\nb\nc", "a  \nb  \n", "a\nX\n", "a\nX\nc"],
])("%s", async (_, text, oldText, newText, expected) => {
  expect(await edited(text, oldText, newText)).toBe(expected);
});

test("what fits exactly is never taken for something else", async () => {
  expect(await edited("it\u2019s\nit's\n", "it's", "x")).toBe("it\u2019s\nx\n");
});

test("what fits twice when taken loosely is refused", async () => {
  await expect(edited("a \u2019\na \u2018\n", "a '", "x")).rejects.toMatchObject({ code: "no_match" });
});

test("other white space still counts", async () => {
  await expect(edited("  a\n    b\n", "a\nb", "x")).rejects.toMatchObject({ code: "no_match" });
});
