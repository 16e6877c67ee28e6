import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolDetails } from "@zotpilot/core";
import { expect, test } from "vitest";
import { codingTools } from "../src/index.ts";
import { call, callText, temporaryFolder } from "./helpers.ts";

const tools = new Map(codingTools().map((tool) => [tool.name, tool]));

async function details(cwd: string, name: string, input: unknown): Promise<ToolDetails> {
  const tool = tools.get(name);
  if (!tool) throw new Error(name);
  const { details: told } = await call(tool, cwd, input);
  if (!told) throw new Error(`${name} tells no details`);
  return told;
}

test("results have a part for the screen", async () => {
  const cwd = await temporaryFolder();
  expect(await details(cwd, "write", { path: "a", content: "one\n" })).toEqual({
    path: "a",
    action: "created",
    bytes: 4,
    total_lines: 1,
    start_line: 1,
    added: 1,
    encoding: "UTF-8",
  });
  const edit = await details(cwd, "edit", { path: "a", edits: [{ oldText: "one", newText: "two" }] });
  expect(edit["diff"]).toContain("+two");
  expect(await details(cwd, "bash", { command: "exit 3" })).toMatchObject({ exit_code: 3 });
});

test("UTF-16 text is read, from any line", async () => {
  const cwd = await temporaryFolder();
  const read = tools.get("read");
  if (!read) throw new Error("read");
  const little = Buffer.from("\ufeffone\ntw\u00f6 \ud83d\ude00\n", "utf16le");
  await writeFile(join(cwd, "little"), little);
  await writeFile(join(cwd, "big"), Buffer.from(little).swap16());
  for (const path of ["little", "big"]) {
    expect(await callText(read, cwd, { path })).toBe("one\ntw\u00f6 \ud83d\ude00\n");
    expect(await callText(read, cwd, { path, offset: 2 })).toBe("tw\u00f6 \ud83d\ude00\n");
  }
});
