import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { createFileStore } from "../src/index.ts";
import { runChild } from "./child.ts";
import { sample } from "./children/sample.ts";
import { long } from "./long.ts";
import { bystander, killWhileSaving, prepared, victim } from "./prepared-store.ts";

test("two processes, one of which is killed again and again: the other loses nothing", async () => {
  const { path, folder, store } = await prepared();
  const saves = long ? 200 : 25;
  const writing = runChild("save-many.ts", [path, "ada", String(saves)]);
  const writer = { over: false };
  void writing.finally(() => (writer.over = true));
  let kills = 0;
  while (!writer.over) {
    await killWhileSaving(path, 1);
    kills += 1;
  }
  expect(kills).toBeGreaterThan(0);
  expect((await writing).code).toBe(0);
  const ids = Array.from({ length: saves }, (_, index) => `ada-${index}@github.com`);
  expect(await store.list()).toEqual([bystander, victim, ...ids].sort());
  await store.set(victim, sample("victim", 2));
  expect(await readdir(folder)).toEqual(["credentials.json"]);
}, 60_000);

test("S-A7, F-42: signing out while others sign in takes away its own account and no other", async () => {
  const { path, store } = await prepared();
  const others = Array.from({ length: 8 }, () => createFileStore({ path }));
  const [gone] = await Promise.all([
    store.delete(victim),
    ...others.map((other, index) => other.set(`other-${index}@github.com`, sample(`other-${index}`))),
  ]);
  expect(gone).toBe(true);
  expect(await store.delete(victim)).toBe(false);
  expect(await store.list()).toEqual([bystander, ...others.map((_, index) => `other-${index}@github.com`)]);
  expect(await readFile(path, "utf8")).not.toContain("victim");
});

test("several processes with many saves each: every entry is there", { timeout: 300_000 }, async () => {
  const { path, folder, store } = await prepared();
  const [processes, saves] = long ? [10, 25] : [3, 10];
  const names = Array.from({ length: processes }, (_, index) => `writer${index}`);
  const ends = await Promise.all(names.map((name) => runChild("save-many.ts", [path, name, String(saves)])));
  expect(ends.map(({ code }) => code)).toEqual(names.map(() => 0));
  const expected = names.flatMap((name) =>
    Array.from({ length: saves }, (_, index) => `${name}-${index}@github.com`),
  );
  expect(await store.list()).toEqual([bystander, victim, ...expected].sort());
  expect(await readdir(folder)).toEqual(["credentials.json"]);
});

test("F-42: of several who sign in at once, the last one wins whole", async () => {
  const { path, store } = await prepared();
  const credentials = Array.from({ length: 8 }, (_, index) => ({
    ...sample("victim", 100 + index),
    scope: `scope-${index}`,
  }));
  await Promise.all(credentials.map((credential) => createFileStore({ path }).set(victim, credential)));
  expect(credentials).toContainEqual(await store.get(victim));
  expect(await store.get(bystander)).toEqual(sample("bystander"));
});

test("a reader never sees a half-written file while others save", { timeout: 60_000 }, async () => {
  const { path, store } = await prepared();
  const writing = Promise.all(["ada", "bob"].map((name) => runChild("save-many.ts", [path, name, "15"])));
  const writers = { over: false };
  void writing.finally(() => (writers.over = true));
  let reads = 0;
  while (!writers.over) {
    expect(await store.get(bystander)).toEqual(sample("bystander"));
    reads += 1;
  }
  expect(reads).toBeGreaterThan(10);
});

describe("F-43: a lock whose holder is gone is taken over", () => {
  test("at once when the process is dead, also after many crashes in a row", async () => {
    const { path, folder, store } = await prepared();
    const { stdout } = await runChild("print-lock.ts", []);
    for (let size = 10; size < 15; size += 1) {
      await writeFile(`${path}.lock`, stdout);
      await store.set(victim, sample("victim", size));
      expect(await store.get(victim)).toEqual(sample("victim", size));
    }
    expect(await readdir(folder)).toEqual(["credentials.json"]);
  });

  test("after a few seconds when it is of another machine, without content, or of a process id in use again", async () => {
    const { stdout } = await runChild("print-lock.ts", []);
    const [, , place] = stdout.split(" ");
    const takeOver = async (content: string) => {
      const { path, folder, store } = await prepared();
      await writeFile(`${path}.lock`, content);
      await store.set(victim, sample("victim", 4));
      expect(await store.get(victim)).toEqual(sample("victim", 4));
      expect(await readdir(folder)).toEqual(["credentials.json"]);
    };
    await Promise.all([`0123 1 elsewhere\n`, "", `0123 ${process.pid} ${place}`].map(takeOver));
  });

  test("also when the one that was about to take it over died as well", async () => {
    const { path, folder, store } = await prepared();
    const { stdout: first } = await runChild("print-lock.ts", []);
    const { stdout: second } = await runChild("print-lock.ts", []);
    const key = createHash("sha256").update(first).digest("hex").slice(0, 16);
    await writeFile(`${path}.lock`, first);
    await writeFile(`${path}.lock.${key}`, second);
    await store.set(victim, sample("victim", 6));
    expect(await store.get(victim)).toEqual(sample("victim", 6));
    expect(await readdir(folder)).toEqual(["credentials.json"]);
  });

  test("what such helpers of the dead left behind goes with the next save; other files stay", async () => {
    const { path, folder, store } = await prepared();
    const leftovers = [
      "0123456789abcdef",
      "0123456789abcdef.fedcba9876543210",
      "notes",
      "0123456789abcdef.bak",
    ];
    for (const name of leftovers) await writeFile(`${path}.lock.${name}`, "");
    await store.set(victim, sample("victim", 7));
    expect((await readdir(folder)).sort()).toEqual([
      "credentials.json",
      "credentials.json.lock.0123456789abcdef.bak",
      "credentials.json.lock.notes",
    ]);
  });

  test("and it never keeps anybody from reading", async () => {
    const { path, store } = await prepared();
    await writeFile(`${path}.lock`, "0123 1 elsewhere\n");
    expect(await store.list()).toEqual([bystander, victim]);
    expect(await readFile(`${path}.lock`, "utf8")).toBe("0123 1 elsewhere\n");
  });

  test("something else under its name is said, not waited for", async () => {
    const { path, store } = await prepared();
    await mkdir(`${path}.lock`);
    await expect(store.set(victim, sample("victim", 5))).rejects.toMatchObject({ code: "store_unwritable" });
    expect(await store.get(victim)).toEqual(sample("victim", 1));
  });
});
