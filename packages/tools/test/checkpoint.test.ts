import { chmod, readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCheckpoints } from "../src/index.ts";
import { setUpCheckpoints as setUp, treeState as state } from "./checkpoint-helpers.ts";

test("S-G6: a session of 50 edits is undone to the byte and the mode, turn by turn", async () => {
  const { cwd, checkpoints, call } = await setUp();
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a, 0xff, 0xfe, 0x62, 0x0a]);
  await writeFile(join(cwd, "odd"), bytes);
  await writeFile(join(cwd, "script.sh"), "echo 0\n", { mode: 0o755 });
  await writeFile(join(cwd, "private"), "0\n", { mode: 0o600 });
  const states = [await state(cwd)];
  let number = 0;
  for (let turn = 0; turn < 10; turn += 1) {
    for (const [path, old] of [
      ["odd", turn === 0 ? "a" : `a${number}`],
      ["script.sh", `echo ${turn}`],
    ] as const) {
      number += 1;
      const next = path === "odd" ? `a${number + 2}` : `echo ${turn + 1}`;
      const text = await call("edit", {
        path,
        edits: [{ oldText: path === "odd" && turn > 0 ? `a${number + 2 - 3}` : old, newText: next }],
      });
      if (path === "odd" && text.includes("not in")) {
        // The text of this file is told by what is in it.
        const now = (await readFile(join(cwd, "odd"), "latin1")).match(/a\d*/)?.[0] ?? "";
        await call("edit", { path, edits: [{ oldText: now, newText: next }] });
      }
    }
    await call("write", { path: "private", content: `${turn}x\n` });
    await call("write", { path: `new/${turn}`, content: "new\n" });
    await call("write", { path: "new/0", content: `again ${turn}\n` });
    states.push(await state(cwd));
    checkpoints.nextTurn();
  }
  expect((await checkpoints.list()).length).toBeGreaterThanOrEqual(50);
  for (let turn = 9; turn >= 0; turn -= 1) {
    await checkpoints.undo();
    expect(await state(cwd)).toEqual(states[turn]);
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
