import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { repository } from "./support/example.ts";
import { run } from "./support/run.ts";

// Only whether they work: how fast anything is depends on the machine, and is for people to look at.
const SIZES: Readonly<Record<string, { args: readonly string[]; says: RegExp }>> = {
  "provider-arguments.ts": { args: ["40", "1"], says: /2000 bytes in 40 pieces: [\d.]+ µs/ },
  "provider-latency.ts": { args: ["3"], says: /createCopilot\(\)\.stream\(\) +[\d.]+ ms/ },
  "provider-memory.ts": { args: ["10", "5"], says: /after 5 aborted .*\n {2}warnings: none/ },
  "provider-size.ts": { args: ["1"], says: /@zotpilot\/provider +\d+ ms to import; [\d.]+ MB/ },
  "provider-stream.ts": { args: ["50", "1"], says: /@ai-sdk\/openai-compatible +[\d.]+ µs CPU/ },
};

test("every bench of the provider is tried here", async () => {
  const files = await readdir(path.join(repository, "bench"));
  expect(files.filter((name) => name.startsWith("provider-")).toSorted()).toEqual(Object.keys(SIZES));
});

test.each(Object.entries(SIZES))("bench/%s works", async (name, { args, says }) => {
  const flags = ["--expose-gc", "--conditions=@zotpilot/source"];
  const result = await run(process.execPath, [...flags, path.join(repository, "bench", name), ...args], {
    cwd: repository,
    env: { PATH: process.env["PATH"] },
  });
  expect(result.code, result.all).toBe(0);
  expect(result.stdout).toMatch(says);
});
