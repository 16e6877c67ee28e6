import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createGrepTool } from "../src/index.ts";
import { callText, temporaryFolder } from "./helpers.ts";

async function setUp() {
  const cwd = await temporaryFolder();
  execFileSync("git", ["init", "-q"], { cwd });
  await mkdir(join(cwd, "src"));
  await mkdir(join(cwd, "node_modules"));
  const files: Record<string, string> = {
    "a.txt": "one\nTwo needle\nthree\nfour\nfive needle\n",
    "src/b.ts": "needle(1)\r\nNEEDLE\r\n",
    "src/c.md": "nothing\n",
    ".hidden": "needle\n",
    "ignored.log": "needle\n",
    ".gitignore": "*.log\n",
    "node_modules/x": "needle\n",
    binary: "needle\0needle\n",
    "-n": "needle\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return cwd;
}

describe.each([
  ["ripgrep, where it is", createGrepTool()],
  ["our own search", createGrepTool({ ripgrep: false })],
])("grep with %s", (_, grep) => {
  test("finds lines, in order, and leaves out what is ignored", async () => {
    const cwd = await setUp();
    expect(await callText(grep, cwd, { pattern: "needle" })).toBe(
      "-n:1: needle\n--\n.hidden:1: needle\na.txt:2: Two needle\na.txt:5: five needle\nsrc/b.ts:1: needle(1)\n".replace(
        "--\n",
        "",
      ),
    );
  });

  test("by name, without case, as it stands, with lines around", async () => {
    const cwd = await setUp();
    expect(await callText(grep, cwd, { pattern: "needle", files: "*.ts", ignoreCase: true })).toBe(
      "src/b.ts:1: needle(1)\nsrc/b.ts:2: NEEDLE\n",
    );
    expect(await callText(grep, cwd, { pattern: "needle(1)", literal: true })).toBe(
      "src/b.ts:1: needle(1)\n",
    );
    expect(await callText(grep, cwd, { pattern: "^Two", path: "a.txt", context: 1 })).toBe(
      "a.txt-1- one\na.txt:2: Two needle\na.txt-3- three\n",
    );
    expect(await callText(grep, cwd, { pattern: "--help", path: "src" })).toContain("no lines match");
  });

  test("many matches are cut, with a word about it", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, "many"), "x\n".repeat(10_000));
    const text = await callText(grep, cwd, { pattern: "x" });
    expect(text.split("\n")).toHaveLength(502);
    expect(text).toContain("there are more");
    await writeFile(join(cwd, "long"), `${"x".repeat(5_000_000)}\n`);
    expect((await callText(grep, cwd, { pattern: "x", path: "long" })).length).toBeLessThan(1_000);
  });

  test("a bad pattern and a place that is not there are errors", async () => {
    const cwd = await setUp();
    await expect(callText(grep, cwd, { pattern: "(" })).rejects.toMatchObject({ code: "bad_input" });
    await expect(callText(grep, cwd, { pattern: "x", path: "srk" })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
