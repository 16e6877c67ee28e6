// Saves once, and prints which file or folder is synced and renamed, in order.
import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { createFileStore } from "../../src/store/file-store.ts";
import { sample } from "./sample.ts";

const [path = ""] = process.argv.slice(2);
const paths = new WeakMap<FileHandle, string>();
const steps: (readonly string[])[] = [];
const { open, rename } = fs.promises;

const handle = await open(process.execPath);
const prototype = Object.getPrototypeOf(handle) as FileHandle;
await handle.close();
const { sync } = prototype;
prototype.sync = async function traced(this: FileHandle) {
  await sync.call(this);
  steps.push(["sync", paths.get(this) ?? ""]);
};
fs.promises.open = async (target, ...settings) => {
  const opened = await open(target, ...settings);
  paths.set(opened, String(target));
  return opened;
};
fs.promises.rename = async (from, to) => {
  await rename(from, to);
  steps.push(["rename", String(from), String(to)]);
};
syncBuiltinESMExports();

await createFileStore({ path }).set("victim@github.com", sample("victim"));
console.log(JSON.stringify(steps));
