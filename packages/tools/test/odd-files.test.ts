import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCodingTools, createGrepTool } from "../src/index.ts";
import { asNobody, callText, temporaryFolder } from "./helpers.ts";

/** A folder with everything that is no plain, small, readable file. */
async function oddFolder(): Promise<string> {
  const folder = await temporaryFolder();
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const server = createServer();
  await new Promise<void>((listening) => server.listen(join(folder, "socket"), listening));
  onTestFinished(() => new Promise((closed) => server.close(() => closed())));
  await mkdir(join(folder, "folder"));
  await writeFile(join(folder, "huge"), "");
  await truncate(join(folder, "huge"), 10 * 1024 ** 3);
  await writeFile(join(folder, "locked"), "text\n", { mode: 0 });
  await symlink("circle", join(folder, "circle"));
  await symlink("nowhere", join(folder, "dangling"));
  await symlink("/dev/zero", join(folder, "zero"));
  await writeFile(join(folder, "plain"), "text\n");
  return folder;
}

const ODD = ["pipe", "socket", "folder", "circle", "dangling", "zero", "/dev/zero", "/dev/tty"];

// Each of these would wait for ever, or fill the memory, where it is opened and read as if it were a file.
describe("S-G3: odd files do no harm", () => {
  test.each(ODD)("%s is refused by every tool for files", async (path) => {
    const folder = await oddFolder();
    const { tools } = createCodingTools();
    const inputs: Record<string, unknown> = {
      read: { path },
      edit: { path, edits: [{ oldText: "text", newText: "changed" }] },
      // What leads nowhere yet is made; the others are no place for a file.
      ...(path !== "dangling" && { write: { path, content: "x" } }),
      ...(path !== "folder" && { grep: { pattern: "text", path } }),
    };
    const before = await readdir(folder);
    for (const tool of tools) {
      if (!(tool.name in inputs)) continue;
      await expect(callText(tool, folder, inputs[tool.name])).rejects.toMatchObject({
        name: "ToolError",
        code: expect.stringMatching(/^(not_a_file|not_found|refused)$/),
      });
    }
    expect(await readdir(folder)).toEqual(before);
  });

  test.each([
    ["ripgrep, where it is", createGrepTool()],
    ["its own search", createGrepTool({ ripgrep: false })],
  ])("a search with %s passes them by", async (_, grep) => {
    const folder = await oddFolder();
    await asNobody(folder, async () => {
      const text = await callText(grep, folder, { pattern: "text" });
      expect(text).toMatch(/^plain:1: text\n/);
      expect(text).toMatch(/cannot (open|read) locked: permission denied/);
      expect(text.split("\n")).toHaveLength(3);
    });
  });

  test("a file of 10 GB is paged or refused", async () => {
    const folder = await oddFolder();
    const { tools } = createCodingTools();
    const tool = (name: string) => {
      const found = tools.find((each) => each.name === name);
      if (!found) throw new Error(`there is no tool ${name}`);
      return found;
    };
    await expect(callText(tool("read"), folder, { path: "huge" })).rejects.toMatchObject({
      name: "ToolError",
    });
    const edits = [{ oldText: "a", newText: "b" }];
    await expect(callText(tool("edit"), folder, { path: "huge", edits })).rejects.toMatchObject({
      name: "ToolError",
    });
  });
});

test("S-N5: a ripgrep that the project brings along is not run", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "bin"));
  for (const name of ["rg", "bin/rg"]) {
    await writeFile(join(folder, name), `#!/bin/sh\ntouch ${join(folder, "ran")}\n`);
    await chmod(join(folder, name), 0o755);
  }
  await writeFile(join(folder, "a.txt"), "needle\n");
  const path = process.env["PATH"];
  const cwd = process.cwd();
  process.env["PATH"] = [".", "", "bin", "./bin", path].join(delimiter);
  process.chdir(folder);
  onTestFinished(() => {
    process.env["PATH"] = path;
    process.chdir(cwd);
  });
  expect(await callText(createGrepTool(), folder, { pattern: "needle" })).toBe("a.txt:1: needle\n");
  expect(await readdir(folder)).not.toContain("ran");
});
