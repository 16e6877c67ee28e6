import { chmod, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCheckpoints } from "../src/index.ts";
import { setUpCheckpoints as setUp, treeState as state } from "./checkpoint-helpers.ts";

test("S-G6: a session of 50 edits is undone to the byte and the mode, turn by turn", async () => {
  const { cwd, checkpoints, call } = await setUp();
  const stray = Buffer.from([0xff, 0xfe, 0x0a]);
  const before: [name: string, bytes: Buffer, mode: number][] = [
    ["stray", Buffer.concat([Buffer.from("\ufeffturn 0\r\n"), stray]), 0o644],
    ["wide", Buffer.from("\ufeffturn 0 ü\r\n", "utf16le"), 0o664],
    ["western", Buffer.from("turn 0 \xfc\xdf\n", "latin1"), 0o640],
    ["run.sh", Buffer.from("#!/bin/sh\necho turn 0\n"), 0o755],
    ["private", Buffer.from("turn 0"), 0o600],
  ];
  for (const [name, bytes, mode] of before) {
    await writeFile(join(cwd, name), bytes);
    await chmod(join(cwd, name), mode);
  }
  const states = [await state(cwd)];
  for (let turn = 1; turn <= 10; turn += 1) {
    const edits = [{ oldText: `turn ${turn - 1}`, newText: `turn ${turn}` }];
    for (const path of ["stray", "wide", "run.sh"])
      expect(await call("edit", { path, edits })).toContain("\n+");
    if (turn % 2 === 0) expect(await call("edit", { path: "western", edits })).toContain("\n+");
    else expect(await call("write", { path: "western", content: `turn ${turn} ü` })).toMatch(/^overwrote/);
    if (turn === 5)
      expect(await call("write", { path: "private", content: "all new" })).toMatch(/^overwrote/);
    else expect(await call("write", { path: `new/${turn}/file`, content: "new" })).toMatch(/^created/);
    states.push(await state(cwd));
    checkpoints.nextTurn();
  }
  expect(await checkpoints.list()).toHaveLength(50);
  for (const was of states.slice(0, -1).toReversed()) {
    await checkpoints.undo();
    expect(await state(cwd)).toEqual(was);
  }
  for (const [name, bytes, mode] of before) {
    expect(await readFile(join(cwd, name))).toEqual(bytes);
    expect((await stat(join(cwd, name))).mode & 0o7777).toBe(mode);
  }
  await expect(checkpoints.undo()).rejects.toMatchObject({ code: "not_found" });
});

test("what somebody changed by hand is not overwritten, and nothing else is undone either", async () => {
  const { cwd, checkpoints, call } = await setUp();
  await writeFile(join(cwd, "a"), "1");
  await writeFile(join(cwd, "b"), "1");
  await call("write", { path: "a", content: "2" });
  await call("write", { path: "b", content: "2" });
  await writeFile(join(cwd, "b"), "by hand");
  await expect(checkpoints.undo()).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(/\/b was changed since by somebody else.*Nothing was undone/),
  });
  expect(await readFile(join(cwd, "a"), "utf8")).toBe("2");
  expect(await readFile(join(cwd, "b"), "utf8")).toBe("by hand");
  await writeFile(join(cwd, "b"), "2");
  await chmod(join(cwd, "b"), 0o600);
  await expect(checkpoints.undo()).rejects.toMatchObject({ code: "conflict" });
  await unlink(join(cwd, "b"));
  await expect(checkpoints.undo()).rejects.toThrow("was removed since");
});

test("one call can be undone, but not below a later one", async () => {
  const { cwd, checkpoints, call } = await setUp();
  await writeFile(join(cwd, "a"), "1");
  await call("write", { path: "a", content: "2" });
  await call("write", { path: "a", content: "3" });
  await expect(checkpoints.undo({ call: "call-1" })).rejects.toMatchObject({ code: "conflict" });
  await checkpoints.undo({ call: "call-2" });
  expect(await readFile(join(cwd, "a"), "utf8")).toBe("2");
  await checkpoints.undo({ call: "call-1" });
  expect(await readFile(join(cwd, "a"), "utf8")).toBe("1");
});

test("a program that goes on with a session undoes its own turn, and then those before it", async () => {
  const first = await setUp();
  await first.call("write", { path: "a", content: "1" });
  const { cwd, folder } = first;
  for (const content of ["2", "3"]) {
    // The services of both may call their first call the same.
    const next = await setUp({ cwd, folder });
    next.checkpoints.nextTurn();
    await next.call("write", { path: "a", content });
    await next.call("write", { path: `new-${content}`, content });
  }
  const last = await setUp({ cwd, folder });
  expect(await last.checkpoints.list()).toHaveLength(5);
  await last.checkpoints.undo();
  expect([await readFile(join(cwd, "a"), "utf8"), await readdir(cwd)]).toEqual(["2", ["a", "new-2"]]);
  await last.call("write", { path: "b", content: "own" });
  await last.checkpoints.undo();
  await last.checkpoints.undo();
  expect([await readFile(join(cwd, "a"), "utf8"), await readdir(cwd)]).toEqual(["1", ["a"]]);
  await last.checkpoints.undo();
  expect(await readdir(cwd)).toEqual([]);
});

test("disk use is bounded, and what was let go is said so", async () => {
  const { cwd, folder, checkpoints, call } = await setUp({ maxBytes: 300_000 });
  for (let number = 0; number < 10; number += 1) {
    await call("write", { path: "a", content: `${number}${"x".repeat(100_000)}` });
    checkpoints.nextTurn();
  }
  const kept = Object.values(await state(folder)).join("").length;
  expect(kept).toBeLessThan(400_000);
  await checkpoints.undo();
  expect((await readFile(join(cwd, "a"), "utf8"))[0]).toBe("8");
  await expect(checkpoints.undo({ turn: 2 })).rejects.toMatchObject({ code: "conflict" });
});

test("what a program finds there counts, and so do the logs", async () => {
  const first = await setUp();
  const { cwd, folder } = first;
  for (const number of [1, 2, 3]) {
    await first.call("write", { path: "a", content: `${number}${"x".repeat(100_000)}` });
    first.checkpoints.nextTurn();
  }
  const room = async () => Object.values(await state(folder)).join("").length;
  expect(await room()).toBeGreaterThan(200_000);
  const next = await setUp({ cwd, folder, session: "session-2", maxBytes: 200_000 });
  await next.call("write", { path: "a", content: "4" });
  expect(await room()).toBeLessThan(200_000);
  for (let number = 0; number < 40; number += 1) {
    // No content is kept of a file that is new, but the log has its folders.
    await next.call("write", { path: `${number}/${`${"long".repeat(50)}/`.repeat(6)}file`, content: "" });
  }
  await expect(next.checkpoints.undo({ call: "call-1" })).rejects.toMatchObject({
    message: expect.stringContaining("no longer kept"),
  });
});

test("a log that ends in the middle of a line is read as far as it goes", async () => {
  const { cwd, folder, checkpoints, call } = await setUp();
  await call("write", { path: "a", content: "1" });
  const log = join(folder, "session-1.jsonl");
  await writeFile(log, `${await readFile(log, "utf8")}{"id":"torn`);
  await call("write", { path: "a", content: "2" });
  const again = createCheckpoints({ folder, session: "session-1" });
  expect(await again.list()).toHaveLength(2);
  await again.undo();
  expect(await readdir(cwd)).toEqual([]);
  expect(await checkpoints.list()).toEqual([]);
});

test("a log that could not be written once is written again", async () => {
  const { cwd, folder, checkpoints, call } = await setUp();
  await writeFile(join(cwd, "a"), "1");
  const log = join(folder, "session-1.jsonl");
  await mkdir(log);
  expect(await call("write", { path: "a", content: "2" })).toMatch(/^overwrote/);
  await rm(log, { recursive: true });
  await call("write", { path: "a", content: "3" });
  expect(await checkpoints.list()).toHaveLength(1);
  expect(await checkpoints.undo()).toEqual({ restored: [join(cwd, "a")] });
  expect(await readFile(join(cwd, "a"), "utf8")).toBe("2");
  expect(await checkpoints.list()).toEqual([]);
});
