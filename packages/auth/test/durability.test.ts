import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { createFileStore } from "../src/index.ts";
import { runChild, startChild } from "./child.ts";
import { sample } from "./children/sample.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const bystander = "bystander@github.com";
const victim = "victim@github.com";

async function prepared() {
  const path = join(await temporaryFolder(), "state", "credentials.json");
  const store = createFileStore({ path });
  await store.set(bystander, sample("bystander"));
  await store.set(victim, sample("victim", 1));
  return { path, folder: dirname(path), store };
}

describe("F-1: kill -9 while saving leaves the old or the new file", () => {
  test("at 30 random moments", { timeout: 120_000 }, async () => {
    const { path, folder, store } = await prepared();
    const sizes = new Set<number>();
    for (let round = 0; round < 30; round += 1) {
      const child = startChild("save-loop.ts", [path]);
      await once(child.stdout as NodeJS.ReadableStream, "data");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill("SIGKILL");
      await once(child, "exit");
      expect(await createFileStore({ path }).get(bystander)).toEqual(sample("bystander"));
      const { token = "" } = (await store.get(victim)) ?? {};
      expect(token).toMatch(/^ghu_x*$/);
      sizes.add(token.length);
    }
    // The children did get somewhere before they died.
    expect(sizes.size).toBeGreaterThan(5);
    await store.set(victim, sample("victim", 2));
    expect(await readdir(folder)).toEqual(["credentials.json"]);
    expect(await store.list()).toEqual([bystander, victim]);
  });

  test.each(["before", "after"])("%s every single step of a save", { timeout: 120_000 }, async (when) => {
    const { path, folder, store } = await prepared();
    const old = sample("victim", 1);
    const fresh = sample("victim", 50_000);
    const outcomes: string[] = [];
    for (let step = 1; ; step += 1) {
      await store.set(victim, old);
      const { stdout, signal } = await runChild("die-at-step.ts", [path, String(step), when]);
      const found = await createFileStore({ path }).get(victim);
      expect([old, fresh]).toContainEqual(found);
      expect(await store.get(bystander)).toEqual(sample("bystander"));
      outcomes.push(found?.token === old.token ? "old" : "new");
      if (stdout.includes("done")) break;
      expect(signal).toBe("SIGKILL");
    }
    // Many steps were hit, and once the new file was there it stayed.
    expect(outcomes.length).toBeGreaterThan(10);
    expect(outcomes.join(" ")).toMatch(/^(?:old )+(?:new ?)+$/);
    await store.set(victim, old);
    expect(await readdir(folder)).toEqual(["credentials.json"]);
  });
});

test("four processes with 25 saves each: every entry is there", { timeout: 60_000 }, async () => {
  const { path, folder, store } = await prepared();
  const names = ["ada", "bob", "cyd", "dan"];
  const ends = await Promise.all(names.map((name) => runChild("save-many.ts", [path, name, "25"])));
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  const expected = names.flatMap((name) =>
    Array.from({ length: 25 }, (_, index) => `${name}-${index}@github.com`),
  );
  expect(await store.list()).toEqual([bystander, victim, ...expected].sort((a, b) => (a < b ? -1 : 1)));
  expect(await readdir(folder)).toEqual(["credentials.json"]);
});

test("a reader never sees a half-written file while others save", { timeout: 60_000 }, async () => {
  const { path, store } = await prepared();
  const writing = Promise.all(["ada", "bob"].map((name) => runChild("save-many.ts", [path, name, "25"])));
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

  test.each([
    ["of another machine", `0123 1 elsewhere\n`],
    ["without content", ""],
    ["of a process id that is in use again", `0123 ${process.pid} ${hostname()}\n`],
  ])("after a few seconds when it is one %s", async (_name, content) => {
    const { path, folder, store } = await prepared();
    await writeFile(`${path}.lock`, content);
    await store.set(victim, sample("victim", 4));
    expect(await store.get(victim)).toEqual(sample("victim", 4));
    expect(await readdir(folder)).toEqual(["credentials.json"]);
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
