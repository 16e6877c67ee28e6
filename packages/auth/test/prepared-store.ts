import { once } from "node:events";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { createFileStore } from "../src/index.ts";
import { startChild } from "./child.ts";
import { sample } from "./children/sample.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const bystander = "bystander@github.com";
export const victim = "victim@github.com";

/** A store with two accounts in it, in a folder of its own. */
export async function prepared() {
  const path = join(await temporaryFolder(), "state", "credentials.json");
  const store = createFileStore({ path });
  await store.set(bystander, sample("bystander"));
  await store.set(victim, sample("victim", 1));
  return { path, folder: dirname(path), store };
}

/** Starts a process that saves without end, and kills it at a random moment after so many saves. */
export async function killWhileSaving(path: string, saves: number): Promise<void> {
  const child = startChild("save-loop.ts", [path]);
  const ended = once(child, "exit");
  const saved = new Promise<void>((resolve) => {
    let done = 0;
    child.stdout?.on("data", (dots: Buffer) => {
      done += dots.length;
      if (done >= saves) resolve();
    });
  });
  await Promise.race([saved, ended]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
  child.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
}
