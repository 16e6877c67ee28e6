import { chmod, readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { editTool } from "../src/index.ts";
import { call, callText, temporaryFolder } from "./helpers.ts";

async function edited(before: string | Buffer, edits: [oldText: string, newText: string][]) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "f"), before);
  const list = edits.map(([oldText, newText]) => ({ oldText, newText }));
  const diff = await callText(editTool, folder, { path: "f", edits: list });
  return { diff, bytes: await readFile(join(folder, "f")) };
}

async function refused(
  before: string | Buffer,
  edits: [oldText: string, newText: string][],
): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "f"), before);
  const list = edits.map(([oldText, newText]) => ({ oldText, newText }));
  const error: unknown = await call(editTool, folder, { path: "f", edits: list }).catch((error) => error);
  expect(await readFile(join(folder, "f"))).toEqual(Buffer.from(before));
  if (!(error instanceof Error)) throw new Error("the edit was not refused");
  return error.message;
}

test("replaces one place and shows it with three lines around it", async () => {
  const lines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
  const { diff, bytes } = await edited(`${lines.join("\n")}\n`, [["line 6", "LINE 6\nand more"]]);
  expect(bytes.toString()).toBe(`${lines.join("\n")}\n`.replace("line 6", "LINE 6\nand more"));
  expect(diff).toBe(
    "...\n line 3\n line 4\n line 5\n-line 6\n+LINE 6\n+and more\n line 7\n line 8\n line 9\n...\n",
  );
});

test("several edits are found in the original and written together", async () => {
  const { diff, bytes } = await edited("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n", [
    ["k", "a"],
    ["a\n", "k\n"],
    ["b\nc\n", ""],
  ]);
  expect(bytes.toString()).toBe("k\nd\ne\nf\ng\nh\ni\nj\na\nl\n");
  expect(diff).toBe("-a\n+k\n-b\n-c\n d\n e\n f\n...\n h\n i\n j\n-k\n+a\n l\n");
});

test.for<[before: string, oldText: string, newText: string, diff: string]>([
  ["one\ntwo\n", "one\n", "", "-one\n two\n"],
  ["one\ntwo\n", "one\nt", "t", "-one\n two\n"],
  ["one\ntwo", "\ntwo", "", " one\n-two\n"],
  ["one\ntwo\n", "two\n", "two\nthree\n", " one\n two\n+three\n"],
  ["one\ntwo\n", "one", "zero\none", "+zero\n one\n two\n"],
  ["one", "one", "two", "-one\n+two\n"],
  ["a b c\n", "b", "B", "-a b c\n+a B c\n"],
  ["one\ntwo\nthree\n", "ne\ntwo", "ne, two", "-one\n-two\n+one, two\n three\n"],
])("the diff of %j with %j made %j", async ([before, oldText, newText, expected]) => {
  const { diff, bytes } = await edited(before, [[oldText, newText]]);
  expect(bytes.toString()).toBe(before.replace(oldText, newText));
  expect(diff).toBe(expected);
});

test("a CRLF file: oldText with LF matches, new lines get CRLF, the diff shows only the change", async () => {
  const { diff, bytes } = await edited("one\r\ntwo\r\nthree\r\n", [["one\ntwo", "one\n1.5\nTWO"]]);
  expect(bytes.toString()).toBe("one\r\n1.5\r\nTWO\r\nthree\r\n");
  expect(diff).toBe(" one\n-two\n+1.5\n+TWO\n three\n");
});

test("mixed line endings: every untouched line keeps its own", async () => {
  const { bytes } = await edited("a\r\nb\nc\r\nd\n", [["a\nb\nc\nd", "a\nb\nC\nd"]]);
  expect(bytes.toString()).toBe("a\r\nb\nC\r\nd\n");
});

test("an edit that starts with a line feed does not split a CRLF", async () => {
  const { bytes } = await edited("x\r\nfoo\r\n", [["\nfoo", "\nnew\nbar"]]);
  expect(bytes.toString()).toBe("x\r\nnew\r\nbar\r\n");
});

test("an edit with carriage returns of its own is taken at its word", async () => {
  expect((await edited("a\r\nb\r\n", [["a\r\nb", "a\nb"]])).bytes.toString()).toBe("a\nb\r\n");
  expect((await edited("a\nb\n", [["a\r\nb", "a\r\nc"]])).bytes.toString()).toBe("a\nc\n");
  expect((await edited("a\nb\n", [["a\n", "a\r\n"]])).bytes.toString()).toBe("a\r\nb\n");
});

test("a byte order mark and bytes that are no UTF-8 stay", async () => {
  const before = Buffer.concat([
    Buffer.from("\ufeffone\n"),
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from("two"),
  ]);
  const { bytes } = await edited(before, [
    ["\ufeffone", "\ufeffONE"],
    ["two", "zwei"],
  ]);
  expect(bytes).toEqual(
    Buffer.concat([Buffer.from("\ufeffONE\n"), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from("zwei")]),
  );
});

test("dollar signs and the like in newText mean themselves", async () => {
  expect((await edited("price", [["price", "$& $1 \\n"]])).bytes.toString()).toBe("$& $1 \\n");
});

test("nothing is written unless every edit fits", async () => {
  expect(
    await refused("a\nb\n", [
      ["a", "x"],
      ["nope", "y"],
    ]),
  ).toContain("edit 2: oldText is not in f");
  expect(await refused("dup\nx\ndup\n", [["dup", "y"]])).toContain("is in f 2 times (lines 1, 3)");
  expect(await refused("aaa", [["aa", "b"]])).toContain("2 times");
  expect(await refused("x\n".repeat(50), [["x", "y"]])).toContain("more than 10 times");
  expect(
    await refused("abcd", [
      ["bcd", "x"],
      ["abc", "y"],
    ]),
  ).toContain("edits 1 and 2 overlap");
  expect(await refused("abcd", [["", "x"]])).toContain("oldText is empty");
  expect(await refused("abcd", [["a", "a"]])).toContain("are the same");
  expect(await refused("abcd", [["a", "\udfff"]])).toContain("surrogate");
});

test("a failed match shows the nearest lines with their numbers", async () => {
  const file = "import a\n\nfunction first() {\n\treturn 1;\n}\n\nfunction second() {\n  return 2;\n}\n";
  const spaces = await refused(file, [["function first() {\n  return 1;\n}", "x"]]);
  expect(spaces).toContain("It differs in white space only. Nearest lines:\n     3| function first() {\n");
  expect(spaces).toContain("     4| \treturn 1;");
  const near = await refused(file, [["function secnd() {", "x"]]);
  expect(near).toContain("     7| function second() {");
  const none = await refused(file, [["quite something else 12345", "x"]]);
  expect(none).toContain("read the file again");
});

test("adjacent edits do not overlap", async () => {
  expect(
    (
      await edited("abcd", [
        ["ab", "x"],
        ["cd", "y"],
      ])
    ).bytes.toString(),
  ).toBe("xy");
});

test("keeps mode and symbolic links, leaves no other file", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "real"), "old\n");
  await chmod(join(folder, "real"), 0o600);
  await symlink("real", join(folder, "link"));
  await call(editTool, folder, { path: "link", edits: [{ oldText: "old", newText: "new" }] });
  expect(await readFile(join(folder, "real"), "utf8")).toBe("new\n");
  expect((await stat(join(folder, "real"))).mode & 0o777).toBe(0o600);
  expect((await readdir(folder)).sort()).toEqual(["link", "real"]);
});

test("of many edits of one file at the same time none is lost", async () => {
  const folder = await temporaryFolder();
  const names = Array.from({ length: 20 }, (_, index) => `<${index}>`);
  await writeFile(join(folder, "f"), names.join("\n"));
  await Promise.all(
    names.map((name) =>
      call(editTool, folder, { path: "f", edits: [{ oldText: name, newText: `${name} done` }] }),
    ),
  );
  expect(await readFile(join(folder, "f"), "utf8")).toBe(names.map((name) => `${name} done`).join("\n"));
});

test("refuses what is missing, binary, too large or read-only", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "binary"), "a\0b");
  await writeFile(join(folder, "large"), "");
  await truncate(join(folder, "large"), 1024 ** 3);
  await writeFile(join(folder, "locked"), "a");
  await chmod(join(folder, "locked"), 0o444);
  const edit = (path: string) => call(editTool, folder, { path, edits: [{ oldText: "a", newText: "b" }] });
  await expect(edit("binarx")).rejects.toThrow("near names: binary");
  await expect(edit("binary")).rejects.toThrow("looks binary");
  await expect(edit("large")).rejects.toThrow("change it with bash");
  await expect(edit("locked")).rejects.toThrow("read-only");
  await expect(edit(".")).rejects.toThrow("is a folder");
  expect(await readFile(join(folder, "locked"), "utf8")).toBe("a");
});
