import { mkdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "./support/example.ts";
import { temporaryFolder } from "./support/folder.ts";
import { findOldNode } from "./support/old-node.ts";
import { run, type RunResult } from "./support/run.ts";

/** Runs npm in this repository as a newcomer would: with the system's Node, no account and no settings. */
async function npm(args: readonly string[], input?: string): Promise<RunResult> {
  const home = path.join(await temporaryFolder(), "home");
  await mkdir(home);
  const node = path.dirname(findOldNode() ?? process.execPath);
  return run("npm", args, {
    cwd: repository,
    env: { PATH: `${node}${path.delimiter}${process.env["PATH"]}`, HOME: home, USERPROFILE: home },
    ...(input !== undefined && { input }),
  });
}

describe("npm start, after the build", () => {
  test("a prompt that needs two tools is answered", async () => {
    const prompt = "list the files here, then read package.json and tell me its name";
    const result = await npm(["start", "--", "-p", prompt]);
    expect(result.code, result.all).toBe(0);
    expect(result.stdout).toContain("CONTRIBUTING.md");
    expect(result.stdout).toContain("zotpilot-monorepo");
    expect(result.stderr).not.toContain("building");
  });

  test("without a terminal and arguments, it plays one demo turn and says so", async () => {
    const result = await npm(["start"]);
    expect(result.code, result.all).toBe(0);
    expect(result.stdout).toContain("package.json");
    expect(result.stderr).toContain("playing one demo turn");
  });

  test("rpc: whatever comes in is answered, and nothing but answers comes out", async () => {
    const lines = ["null", "[]", "42", "{broken", '{"type":"dance","id":"1"}', '{"type":"ping","id":2}'];
    const input = [...lines, '{"type":"ping","id":"3"}', ""].join("\n");
    const result = await npm(["start", "--silent", "--", "rpc", "--demo"], input);
    expect(result.code, result.all).toBe(0);
    const answers = result.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { success: boolean; error?: string; id?: string });
    expect(answers).toHaveLength(7);
    for (const answer of answers.slice(0, 6)) {
      expect(answer).toMatchObject({ success: false, error: expect.stringMatching(/\S/) });
    }
    expect(answers[4]).toMatchObject({ id: "1", error: "unknown command" });
    expect(answers[6]).toMatchObject({ success: true, id: "3", data: { pong: true } });
  });

  test("a wrong option has its exit code and no stack trace", async () => {
    const result = await npm(["start", "--", "--no-such-option"]);
    expect(result.code).toBe(2);
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(/^zotpilot: unknown option '--no-such-option'/);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });
});
