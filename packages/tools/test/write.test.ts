import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeTool } from "../src/index.ts";
import { call, callText, temporaryFolder } from "./helpers.ts";

test("creates a file and its folders, and says so without the content", async () => {
  const folder = await temporaryFolder();
  const text = await callText(writeTool, folder, { path: "a/b/c.txt", content: "eins\nzwei ü\n" });
  expect(text).toBe("created a/b/c.txt (2 lines, 13 bytes)");
  expect(await readFile(join(folder, "a/b/c.txt"), "utf8")).toBe("eins\nzwei ü\n");
  expect(await readdir(join(folder, "a/b"))).toEqual(["c.txt"]);
});

test("overwrites, keeps the mode, and says what was there", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "run.sh");
  await writeFile(path, "old");
  await chmod(path, 0o751);
  expect(await callText(writeTool, folder, { path: "run.sh", content: "x" })).toBe(
    "overwrote run.sh (1 line, 1 byte; it had 3 bytes)",
  );
  expect(await readFile(path, "utf8")).toBe("x");
  expect((await stat(path)).mode & 0o7777).toBe(0o751);
  expect(await callText(writeTool, folder, { path: "run.sh", content: "x" })).toContain(
    "nothing was written",
  );
  expect(await readdir(folder)).toEqual(["run.sh"]);
});

test("a reader never sees half a file", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "file");
  const versions = ["a", "b"].map((letter) => letter.repeat(300_000));
  await writeFile(path, versions[0] ?? "");
  const writes = (async () => {
    for (let count = 0; count < 30; count += 1) {
      await call(writeTool, folder, { path, content: versions[count % 2] ?? "" });
    }
    return "written" as const;
  })();
  for (;;) {
    const seen = await Promise.race([writes, readFile(path, "utf8")]);
    if (seen === "written") break;
    expect(versions).toContain(seen);
  }
});

test("writes through symbolic links, also through one that leads nowhere yet", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "real"));
  await writeFile(join(folder, "real/file"), "old");
  await symlink("real", join(folder, "alias"));
  await symlink("../real/file", join(folder, "real/link"));
  await symlink("../real/fresh", join(folder, "real/dangling"));
  await symlink("circle", join(folder, "circle"));
  await call(writeTool, folder, { path: "alias/link", content: "new" });
  expect(await readFile(join(folder, "real/file"), "utf8")).toBe("new");
  expect(await readlink(join(folder, "real/link"))).toBe("../real/file");
  await call(writeTool, folder, { path: "alias/dangling", content: "fresh" });
  expect(await readFile(join(folder, "real/fresh"), "utf8")).toBe("fresh");
  await expect(call(writeTool, folder, { path: "circle", content: "" })).rejects.toThrow("circle of them");
});

test("refuses folders, pipes, read-only files and impossible paths, and leaves nothing behind", async () => {
  const folder = await temporaryFolder();
  execFileSync("mkfifo", [join(folder, "pipe")]);
  await writeFile(join(folder, "locked"), "keep");
  await chmod(join(folder, "locked"), 0o444);
  const before = await readdir(folder);
  const write = (path: string, content = "x") => call(writeTool, folder, { path, content });
  await expect(write(".")).rejects.toThrow("is a folder");
  await expect(write("pipe")).rejects.toThrow("is a named pipe");
  await expect(write("locked")).rejects.toThrow("locked is read-only (mode 444)");
  await expect(write("locked/below")).rejects.toThrow("cannot write locked/below");
  await expect(write("n".repeat(300))).rejects.toThrow("the name is too long");
  await expect(write("half", "\ud800")).rejects.toThrow("surrogate");
  expect(await readdir(folder)).toEqual(before);
  expect(await readFile(join(folder, "locked"), "utf8")).toBe("keep");
});

test("a file that is overwritten keeps its encoding and its byte order mark", async () => {
  const folder = await temporaryFolder();
  const cases: [before: Buffer, after: Buffer, note: string][] = [
    [
      Buffer.from("\ufeffold\r\n", "utf16le"),
      Buffer.from("\ufeffnew ü 漢\n", "utf16le"),
      "UTF-16LE with a byte order mark",
    ],
    [
      Buffer.from("\ufeffold\r\n", "utf16le").swap16(),
      Buffer.from("\ufeffnew ü 漢\n", "utf16le").swap16(),
      "UTF-16BE with a byte order mark",
    ],
    [Buffer.from("\ufeffold\n"), Buffer.from("\ufeffnew ü 漢\n"), "UTF-8 with a byte order mark"],
    [
      Buffer.from("\xe9t\xe9", "latin1"),
      Buffer.from("new ü 漢\n"),
      "now UTF-8, because Windows-1252 lacks a character of it",
    ],
  ];
  for (const [before, after, note] of cases) {
    await writeFile(join(folder, "f"), before);
    const text = await callText(writeTool, folder, { path: "f", content: "new ü 漢\n" });
    expect(text).toBe(`overwrote f (1 line, ${after.length} bytes, ${note}; it had ${before.length} bytes)`);
    expect(await readFile(join(folder, "f"))).toEqual(after);
    expect(await callText(writeTool, folder, { path: "f", content: "new ü 漢\n" })).toContain(
      "already holds exactly this",
    );
  }
  await writeFile(join(folder, "f"), "\xe9t\xe9", "latin1");
  await call(writeTool, folder, { path: "f", content: "à 5 €" });
  expect(await readFile(join(folder, "f"), "latin1")).toBe("\xe0 5 \x80");
  await writeFile(join(folder, "f"), Buffer.from([0, 1, 0xff]));
  await call(writeTool, folder, { path: "f", content: "ü" });
  expect(await readFile(join(folder, "f"), "utf8")).toBe("ü");
  await writeFile(join(folder, "f"), "\ufeffx");
  await call(writeTool, folder, { path: "f", content: "\ufeffy" });
  expect(await readFile(join(folder, "f"), "utf8")).toBe("\ufeffy");
});

test("an aborted call writes nothing", async () => {
  const folder = await temporaryFolder();
  const signal = AbortSignal.abort(new Error("stop"));
  await expect(call(writeTool, folder, { path: "x", content: "y" }, { signal })).rejects.toThrow("stop");
  expect(await readdir(folder)).toEqual([]);
});
