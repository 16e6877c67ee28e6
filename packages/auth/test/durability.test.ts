import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createFileStore } from "../src/index.ts";
import { runChild } from "./child.ts";
import { sample } from "./children/sample.ts";
import { long } from "./long.ts";
import { bystander, killWhileSaving, prepared, victim } from "./prepared-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("F-1: kill -9 while saving leaves the old or the new file", () => {
  test("at random moments", { timeout: 900_000 }, async () => {
    const { path, folder, store } = await prepared();
    const sizes = new Set<number>();
    for (let round = 0; round < (long ? 1000 : 5); round += 1) {
      await killWhileSaving(path, 1 + (round % 5));
      expect(await createFileStore({ path }).get(bystander)).toEqual(sample("bystander"));
      const { token = "" } = (await store.get(victim)) ?? {};
      expect(token).toMatch(/^ghu_x*$/);
      sizes.add(token.length);
    }
    // The children died after different saves.
    expect(sizes.size).toBeGreaterThan(1);
    await store.set(victim, sample("victim", 2));
    expect(await readdir(folder)).toEqual(["credentials.json"]);
    expect(await store.list()).toEqual([bystander, victim]);
  });

  // Just after a step is much the same as just before the next, so that is left to the long run.
  test.each(long ? ["before", "after"] : ["before"])(
    "%s every single step of a save",
    { timeout: 300_000 },
    async (when) => {
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
    },
  );
});

describe("S-K1: what is saved is on the disk before it takes its name, and the name after", () => {
  const trace = async (path: string) => {
    const { stdout } = await runChild("trace-save.ts", [path]);
    return JSON.parse(stdout) as string[][];
  };

  test("in a folder that is there", async () => {
    const { path, folder } = await prepared();
    const temporary = expect.stringMatching(/\.credentials\.json\.[0-9a-f]{16}\.tmp$/) as string;
    const steps = await trace(path);
    expect(steps).toEqual([
      ["sync", temporary],
      ["rename", temporary, path],
      ["sync", folder],
    ]);
    expect(steps[0]?.[1]).toBe(steps[1]?.[1]);
  });

  test("in folders that have to be made", async () => {
    const outside = await temporaryFolder();
    const path = join(outside, "a", "b", "credentials.json");
    const steps = await trace(path);
    const synced = steps.filter(([kind]) => kind === "sync").map(([, name]) => name);
    expect(synced).toEqual(expect.arrayContaining([outside, join(outside, "a"), join(outside, "a", "b")]));
  });
});
