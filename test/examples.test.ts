import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { repository, runExample } from "./support/example.ts";

// Each file runs against the simulator, because there is no credential in its environment.
const examples: Record<string, (output: string) => void> = {
  "use-provider.ts": (output) => {
    expect(output).toMatch(/^asking \S+/);
    expect(output).toContain("demo");
    expect(output).toMatch(/\(\d+ tokens in, \d+ out\)\n$/);
  },
  "use-openai-sdk.ts": (output) => {
    expect(output).toContain("demo");
    expect(output).toMatch(/\(\d+ tokens in, \d+ out\)\n$/);
  },
  "use-anthropic-sdk.ts": (output) => {
    expect(output).toContain("demo");
    expect(output).toMatch(/\(\d+ tokens in, \d+ out\)\n$/);
  },
  "use-ai-sdk.ts": (output) => {
    expect(output).toBe("(asked for the weather in Oslo)\nIt is snowing in Oslo.\n");
  },
  "rpc-client.ts": (output) => {
    expect(output).toMatch(/^connected to zotpilot \d+\.\d+\.\d+, model \S+\n/);
    expect(output).toMatch(/\[glob \{.*\}\]/);
    expect(output).toContain("package.json");
    expect(output).toMatch(/zotpilot ended with exit code 0\n$/);
  },
  "embed-core.ts": (output) => {
    expect(output).toMatch(/^roll_dice .*'[1-6] [1-6]'.*\nThere you are\.\nended: \{ reason: 'done' \}\n$/s);
  },
};

describe("examples/", () => {
  test("every file has a test here", async () => {
    const files = await readdir(path.join(repository, "examples"));
    expect(files.filter((file) => file.endsWith(".ts")).toSorted()).toEqual(Object.keys(examples).toSorted());
  });

  test("rpc-client.ts is asked about what changes something", async () => {
    const result = await runExample(path.join(repository, "examples", "rpc-client.ts"), ["run `touch made`"]);
    expect(result.code, result.all).toBe(0);
    expect(result.stdout).toContain('refused: bash {"command":"touch made"}');
  });

  test("an agent in a program of one's own takes at most 20 lines, comments and blank ones aside", async () => {
    const text = await readFile(path.join(repository, "examples", "embed-core.ts"), "utf8");
    expect(text.split("\n").filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length).toBeLessThanOrEqual(20);
  });

  test.each(Object.entries(examples))("%s", async (name, check) => {
    const result = await runExample(path.join(repository, "examples", name));
    expect(result.code, result.all).toBe(0);
    expect(result.stderr).toBe("");
    check(result.stdout);
  });
});
