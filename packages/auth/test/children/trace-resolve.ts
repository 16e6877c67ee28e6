// Looks for a credential, and prints every file that was opened or run for it.
import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import type { ForeignSource } from "../../src/index.ts";

const [home = "", path = "", ...sources] = process.argv.slice(2);
const { createMemoryStore, resolveCredential } = await import("../../src/index.ts");
const seen: string[] = [];

function trace(target: object, names: readonly string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== "function") continue;
    Reflect.set(target, name, (...values: unknown[]) => {
      seen.push(String(values[0]));
      return Reflect.apply(original, target, values) as unknown;
    });
  }
}

trace(fs.promises, ["open", "readFile", "readdir", "access", "stat", "lstat"]);
trace(fs, ["open", "openSync", "readFile", "readFileSync", "createReadStream"]);
trace(childProcess, ["spawn", "spawnSync", "exec", "execFile", "execFileSync", "fork"]);
syncBuiltinESMExports();

await resolveCredential({
  store: createMemoryStore(),
  env: { HOME: home, PATH: path, GH_TOKEN: "gho_decoy" },
  sources: sources as ForeignSource[],
});
process.stdout.write(JSON.stringify(seen));
