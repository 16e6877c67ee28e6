// Saves once, and is killed just before (or just after) its n-th call of the file system.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createFileStore } from "../../src/store/file-store.ts";
import { sample } from "./sample.ts";

const [path = "", at = "0", when = "before"] = process.argv.slice(2);
let step = 0;

function deadly(original: (...values: unknown[]) => Promise<unknown>) {
  return async function call(this: unknown, ...values: unknown[]) {
    step += 1;
    const dies = step === Number(at);
    if (dies && when === "before") process.kill(process.pid, "SIGKILL");
    try {
      return await original.apply(this, values);
    } finally {
      if (dies) process.kill(process.pid, "SIGKILL");
    }
  };
}

function arm(target: object, names: readonly string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(target, name);
    if (typeof original === "function")
      Reflect.set(target, name, deadly(original as (...values: unknown[]) => Promise<unknown>));
  }
}

const handle = await fs.promises.open(process.execPath);
await handle.close();
arm(Object.getPrototypeOf(handle) as object, ["chmod", "writeFile", "sync", "close", "stat", "readFile"]);
arm(fs.promises, [
  "open",
  "link",
  "rename",
  "unlink",
  "mkdir",
  "chmod",
  "readdir",
  "readFile",
  "lstat",
  "realpath",
  "stat",
]);
syncBuiltinESMExports();

await createFileStore({ path }).set("victim@github.com", sample("victim", 50_000));
console.log("done");
