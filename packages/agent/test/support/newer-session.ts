import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCli, type Sandbox } from "./cli.ts";

/** Has a conversation with the demo and gives its file the form of a newer version; returns the file. */
export async function makeNewerSession(sandbox: Sandbox): Promise<string> {
  await runCli(sandbox, ["--demo", "-p", "what can you do?"]);
  const root = join(sandbox.home, "sessions-demo");
  const names = await readdir(root, { recursive: true });
  const path = join(root, names.find((name) => name.endsWith(".jsonl")) ?? "");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace('"version":1', '"version":2'));
  return path;
}
