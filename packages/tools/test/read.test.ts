import { execFileSync } from "node:child_process";
import { mkdir, open, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readTool } from "../src/index.ts";
import { call, callText, temporaryFolder } from "./helpers.ts";

test("gives a small file byte for byte", async () => {
  const folder = await temporaryFolder();
  for (const text of ["a\nb\n", "a\nb", "\n", "\n\n", "x", "a\r\nb\r\n", "héé\u2028z\n"]) {
    await writeFile(join(folder, "file.txt"), text);
    expect(await callText(readTool, folder, { path: "file.txt" })).toBe(text);
  }
});

test("says that a file is empty, and that an offset lies behind the end", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "empty"), "");
  await writeFile(join(folder, "two"), "a\nb\n");
  expect(await callText(readTool, folder, { path: "empty" })).toBe("... [the file is empty]\n");
  expect(await callText(readTool, folder, { path: "two", offset: 2 })).toBe("b\n");
  expect(await callText(readTool, folder, { path: "two", offset: 3 })).toBe(
    "... [the file has 2 lines; offset 3 is behind its end]\n",
  );
  expect(await callText(readTool, folder, { path: "two", offset: 0 })).toBe("a\nb\n");
});

test("cuts at 2000 lines, at 51200 bytes and at the limit, and says how to go on", async () => {
  const folder = await temporaryFolder();
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join("");
  await writeFile(join(folder, "fits"), lines(2000));
  await writeFile(join(folder, "over"), lines(2001));
  await writeFile(join(folder, "fits-bytes"), `${"x".repeat(51_198)}\n\n`);
  await writeFile(join(folder, "over-bytes"), `${"x".repeat(51_199)}\nlast\n`);
  expect(await callText(readTool, folder, { path: "fits" })).toBe(lines(2000));
  expect(await callText(readTool, folder, { path: "over" })).toBe(
    `${lines(2000)}... [truncated at 2000 lines; continue with offset 2001]\n`,
  );
  expect(await callText(readTool, folder, { path: "over", limit: 3000, offset: 2 })).toBe(
    lines(2001).slice("1\n".length),
  );
  expect(await callText(readTool, folder, { path: "over", offset: 5, limit: 2 })).toBe(
    "5\n6\n... [truncated at 2 lines; continue with offset 7]\n",
  );
  expect(await callText(readTool, folder, { path: "fits-bytes" })).not.toContain("...");
  expect(await callText(readTool, folder, { path: "over-bytes" })).toBe(
    `${"x".repeat(51_199)}\n... [truncated at 51200 bytes; continue with offset 2]\n`,
  );
});

test("cuts a line that is too long at a whole character and names the column to go on at", async () => {
  const folder = await temporaryFolder();
  const long = `x${"é".repeat(60_000)}`;
  await writeFile(join(folder, "f"), `first\n${long}\nlast\n`);
  let seen = "";
  let column = 1;
  for (const shown of [51_199, 51_200, 17_602]) {
    const text = await callText(readTool, folder, { path: "f", offset: 2, column });
    const page = text.slice(0, text.indexOf("\n"));
    expect(Buffer.byteLength(page)).toBe(shown);
    seen += page;
    column += shown;
    if (column > Buffer.byteLength(long)) expect(text).toBe(`${page}\nlast\n`);
    else
      expect(text).toBe(
        `${page}\n... [truncated at 51200 bytes inside line 2; for the rest of it continue with offset 2 and column ${column}; behind it comes offset 3]\n`,
      );
  }
  expect(seen).toBe(long);
  expect(await callText(readTool, folder, { path: "f", offset: 3 })).toBe("last\n");
});

test("reads the end of a file of many megabytes, and stops when told to", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "big");
  const handle = await open(path, "w");
  const block = Buffer.from(`${"0123456789".repeat(6)}abc\n`.repeat(16_384));
  for (let count = 0; count < 64; count += 1) await handle.write(block);
  await handle.write("the end\n");
  await handle.close();
  const before = process.memoryUsage.rss();
  const last = 64 * 16_384 + 1;
  expect(await callText(readTool, folder, { path: "big", offset: last })).toBe("the end\n");
  expect(process.memoryUsage.rss() - before).toBeLessThan(32 * 1024 * 1024);

  const controller = new AbortController();
  const reading = call(readTool, folder, { path: "big", offset: last }, { signal: controller.signal });
  controller.abort(new Error("stop"));
  await expect(reading).rejects.toThrow("stop");
});

test("refuses binary files, folders, pipes, sockets and devices", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "data.bin"), Buffer.from([1, 2, 0, 3]));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
  onTestFinished(() => void server.close());
  await symlink("/dev/zero", join(folder, "zero"));
  await expect(call(readTool, folder, { path: "data.bin" })).rejects.toThrow("data.bin looks binary");
  await expect(call(readTool, folder, { path: "." })).rejects.toThrow(". is a folder");
  await expect(call(readTool, folder, { path: "pipe" })).rejects.toThrow("pipe is a named pipe");
  await expect(call(readTool, folder, { path: "socket" })).rejects.toThrow("socket is a socket");
  await expect(call(readTool, folder, { path: "zero" })).rejects.toThrow("zero is a device");
  await expect(call(readTool, folder, { path: "" })).rejects.toThrow("path is empty");
  await expect(call(readTool, folder, { path: "a\0b" })).rejects.toThrow("NUL");
});

test("a missing file: near names in its folder, or the folder that is missing", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "src"));
  await writeFile(join(folder, "src", "Config.ts"), "");
  await writeFile(join(folder, "src", "unrelated.md"), "");
  await expect(call(readTool, folder, { path: "src/config.ts" })).rejects.toThrow(
    "no such file or folder: src/config.ts; near names: src/Config.ts",
  );
  await expect(call(readTool, folder, { path: "scr/Config.ts" })).rejects.toThrow("near names: src");
  await expect(call(readTool, folder, { path: "zzz/q" })).rejects.toThrow("there is no zzz either");
  await expect(call(readTool, folder, { path: "src/Config.ts/x" })).rejects.toThrow("not a folder");
});

test("images are told by their content and come as images, up to 20 MiB", async () => {
  const folder = await temporaryFolder();
  const images: [string, Buffer][] = [
    ["image/png", Buffer.from("\x89PNG\r\n\x1a\nrest\0", "latin1")],
    ["image/jpeg", Buffer.from("\xff\xd8\xff\xe0rest\0", "latin1")],
    ["image/gif", Buffer.from("GIF89arest\0", "latin1")],
    ["image/webp", Buffer.from("RIFF\0\0\0\0WEBPVP8 ", "latin1")],
  ];
  for (const [mimeType, bytes] of images) {
    await writeFile(join(folder, "picture.dat"), bytes);
    const result = await call(readTool, folder, { path: "picture.dat" });
    expect(result.content[1]).toEqual({ type: "image", mimeType, data: bytes.toString("base64") });
  }
  await writeFile(join(folder, "not.png"), "just text\n");
  expect(await callText(readTool, folder, { path: "not.png" })).toBe("just text\n");

  const limit = 20 * 1024 * 1024;
  await writeFile(join(folder, "large.png"), images[0]?.[1] ?? "");
  await truncate(join(folder, "large.png"), limit);
  const large = await call(readTool, folder, { path: "large.png" });
  expect(large.content[1]?.type).toBe("image");
  await truncate(join(folder, "large.png"), limit + 1);
  await expect(call(readTool, folder, { path: "large.png" })).rejects.toThrow("scale it down");
});

test("wrong arguments are named", async () => {
  const folder = await temporaryFolder();
  await expect(call(readTool, folder, { path: 1, offset: "2" })).rejects.toThrow(
    /invalid args for read: [^]*path[^]*offset/,
  );
  await expect(call(readTool, folder, { path: "x", limit: 1.5 })).rejects.toThrow("limit");
});

test("the home folder is ~", async () => {
  const folder = await temporaryFolder();
  await expect(call(readTool, folder, { path: "~" })).rejects.toThrow("~ is a folder");
});
