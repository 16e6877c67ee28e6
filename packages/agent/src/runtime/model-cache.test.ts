import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createModelCache } from "./model-cache.ts";

let folder = "";
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "zotpilot-models-")), "models");
});
afterEach(() => rm(join(folder, ".."), { recursive: true, force: true }));

test("each account has a list of its own, private, and its name does not say whose it is", async () => {
  const mine = createModelCache(folder, "github.com ghu_aSecretToken");
  const yours = createModelCache(folder, "github.com you");
  expect(await mine.read()).toBeUndefined();
  await mine.write("mine");
  await yours.write("yours");
  await mine.write("mine, newer");
  expect([await mine.read(), await yours.read()]).toEqual(["mine, newer", "yours"]);
  const names = await readdir(folder);
  expect(names).toHaveLength(2);
  expect(names.join()).not.toContain("Secret");
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  for (const name of names) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

test("so many lists are kept, those written last", async () => {
  await mkdir(folder, { recursive: true });
  for (let age = 1; age <= 25; age += 1) {
    const path = join(folder, `${age}.json`);
    await writeFile(path, "old");
    await utimes(path, 1_000_000 - age, 1_000_000 - age);
  }
  await createModelCache(folder, "me").write("new");
  const names = await readdir(folder);
  expect(names).toHaveLength(20);
  expect(names).toContain("19.json");
  expect(names).not.toContain("20.json");
});

test.skipIf(process.getuid?.() === 0)("a folder that cannot be written leaves nothing behind", async () => {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o500);
  await expect(createModelCache(folder, "me").write("new")).rejects.toThrow();
  await chmod(folder, 0o700);
  expect(await readdir(folder)).toEqual([]);
});
