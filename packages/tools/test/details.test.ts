import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolDetails } from "@zotpilot/core";
import { expect, onTestFinished, test } from "vitest";
import { createCodingTools } from "../src/index.ts";
import { call, temporaryFolder } from "./helpers.ts";

/** Calls of tools in a folder, of which only the details matter. */
async function setUp() {
  const cwd = await temporaryFolder();
  const made = createCodingTools();
  onTestFinished(() => made.close());
  const tools = new Map(made.tools.map((tool) => [tool.name, tool]));
  const details = async (name: string, input: unknown): Promise<ToolDetails> => {
    const tool = tools.get(name);
    if (!tool) throw new Error(name);
    const { details: told } = await call(tool, cwd, input);
    if (!told) throw new Error(`${name} tells no details`);
    // They go over wires and into files.
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(40_000);
    return told;
  };
  return { cwd, details };
}

test("write: whether it was there before, and what changed in it", async () => {
  const { cwd, details } = await setUp();
  const common = { path: "a", encoding: "UTF-8", start_line: 1 };
  expect(await details("write", { path: "a", content: "one\n" })).toEqual({
    ...common,
    action: "created",
    bytes: 4,
    total_lines: 1,
    added: 1,
  });
  expect(await details("write", { path: "a", content: "one\ntwo\nthree" })).toEqual({
    ...common,
    action: "overwrote",
    bytes: 13,
    total_lines: 3,
    added: 2,
    removed: 0,
    diff: "@@ -1 +1,3 @@\n one\n+two\n+three\n",
  });
  expect(await details("write", { path: "a", content: "one\ntwo\nthree" })).toMatchObject({ action: "none" });
  await writeFile(join(cwd, "binary"), Buffer.from([0, 1, 2]));
  const binary = await details("write", { path: "binary", content: "text" });
  expect(binary).toMatchObject({ action: "overwrote" });
  expect(binary).not.toHaveProperty("diff");
  await writeFile(join(cwd, "large"), "x\n".repeat(200_000));
  expect(await details("write", { path: "large", content: "x\n" })).not.toHaveProperty("diff");
  await writeFile(join(cwd, "many"), "\u0001\n".repeat(9_000));
  const many = await details("write", { path: "many", content: "y\n".repeat(9_000) });
  expect(many).toMatchObject({ added: 9_000, removed: 9_000, diff: expect.stringMatching(/cut here\]\n$/) });
});

test("edit: a unified diff, how many lines came and went, and the first of them", async () => {
  const { cwd, details } = await setUp();
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}\n`);
  await writeFile(join(cwd, "a"), lines.join(""));
  const edits = [
    { oldText: "line 30\n", newText: "" },
    { oldText: "line 10\n", newText: "line 10\nmore\n" },
    { oldText: "line 32", newText: "LINE 32" },
  ];
  expect(await details("edit", { path: "a", edits })).toEqual({
    path: "a",
    edits: 3,
    added: 2,
    removed: 2,
    encoding: "UTF-8",
    first_changed_line: 11,
    diff:
      "@@ -8,6 +8,7 @@\n line 8\n line 9\n line 10\n+more\n line 11\n line 12\n line 13\n" +
      "@@ -27,9 +28,8 @@\n line 27\n line 28\n line 29\n-line 30\n line 31\n-line 32\n+LINE 32\n line 33\n line 34\n line 35\n",
  });
  await writeFile(join(cwd, "crlf"), "a\r\nb\r\n");
  const endings = await details("edit", { path: "crlf", edits: [{ oldText: "a\r\n", newText: "a\n" }] });
  expect(endings).toEqual({ path: "crlf", edits: 1, added: 0, removed: 0, encoding: "UTF-8" });
});

test("read: what is shown of how much, and images", async () => {
  const { cwd, details } = await setUp();
  await writeFile(join(cwd, "a"), "one\ntwo\nthree\n");
  const common = { path: "a", encoding: "UTF-8", bytes_truncated: false, total_lines: 3 };
  expect(await details("read", { path: "a" })).toEqual({
    ...common,
    start_line: 1,
    lines: 3,
    lines_truncated: false,
  });
  expect(await details("read", { path: "a", offset: 2, limit: 1 })).toEqual({
    ...common,
    start_line: 2,
    lines: 1,
    lines_truncated: true,
  });
  await writeFile(join(cwd, "wide"), Buffer.from("\ufeffx\n", "utf16le"));
  expect(await details("read", { path: "wide" })).toMatchObject({ encoding: "UTF-16LE", total_lines: 1 });
  await writeFile(join(cwd, "large"), "0123456\n".repeat(40_000));
  const large = await details("read", { path: "large", offset: 9_999 });
  expect(large).toMatchObject({ start_line: 9_999, lines: 2_000, lines_truncated: true });
  expect(large).not.toHaveProperty("total_lines");
  await writeFile(join(cwd, "picture"), Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1"));
  expect(await details("read", { path: "picture" })).toEqual({
    path: "picture",
    mime_type: "image/png",
    bytes: 12,
  });
});

test("bash and jobs: how a command ended, and where all of its output is", async () => {
  const { details } = await setUp();
  expect(await details("bash", { command: "echo one; exit 3" })).toEqual({
    exit_code: 3,
    duration_ms: expect.any(Number),
    output_bytes: 4,
    lines_truncated: false,
    bytes_truncated: false,
  });
  expect(await details("bash", { command: "kill -USR1 $$" })).toMatchObject({
    exit_code: -1,
    signal: "SIGUSR1",
  });
  expect(await details("bash", { command: "sleep 9", timeout: 1 })).toMatchObject({ stopped_by: "timeout" });
  const long = await details("bash", { command: "seq 3000" });
  expect(long).toMatchObject({
    exit_code: 0,
    lines_truncated: true,
    full_output_complete: true,
    full_output_path: expect.stringMatching(/\.log$/),
  });
  await rm(String(long["full_output_path"]));
  expect(await details("bash", { command: "exit 4", background: true })).toEqual({ job: "job-1" });
  const ended = { job: "job-1", command: "exit 4", running: false, exit_code: 4 };
  await expect.poll(() => details("jobs", { action: "tail", id: "job-1" })).toMatchObject(ended);
  expect(await details("jobs", { action: "list" })).toMatchObject({ jobs: [ended] });
});

test("grep and glob: how many", async () => {
  const { cwd, details } = await setUp();
  await writeFile(join(cwd, "a.txt"), "one\ntwo\none\n");
  await writeFile(join(cwd, "b.txt"), "one\n");
  expect(await details("grep", { pattern: "one" })).toEqual({ matches: 3, files: 2, truncated: false });
  expect(await details("grep", { pattern: "none" })).toEqual({ matches: 0, files: 0 });
  expect(await details("glob", { pattern: "*.txt" })).toEqual({
    matches: 2,
    truncated: false,
    pattern: "*.txt",
  });
  for (let index = 0; index < 1_001; index += 1) await writeFile(join(cwd, `${index}.md`), "");
  const many = { matches: 1_000, truncated: true, pattern: "*.md" };
  expect(await details("glob", { pattern: "*.md" })).toEqual(many);
  expect(await details("glob", { pattern: "*.ts" })).toEqual({
    matches: 0,
    truncated: false,
    pattern: "*.ts",
  });
});
