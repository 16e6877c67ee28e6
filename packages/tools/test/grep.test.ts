import { execFileSync } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { compose, toolRunner } from "@zotpilot/core";
import {
  createApprovalBroker,
  createGrepTool,
  fixedPolicy,
  policyLayer,
  sensitivePaths,
} from "../src/index.ts";
import { asNobody, callText, riskOf, temporaryFolder, textOf, toolCall } from "./helpers.ts";

async function setUp() {
  const cwd = await temporaryFolder();
  execFileSync("git", ["init", "-q"], { cwd });
  await mkdir(join(cwd, "src"));
  await mkdir(join(cwd, "node_modules"));
  const files: Record<string, string> = {
    "a.txt": "one\nTwo needle\nthree\nfour\nfive needle\n",
    "src/b.ts": "needle(1)\r\nNEEDLE\r\n",
    "src/c.md": "nothing\n",
    ".hidden": "needle\n",
    "ignored.log": "needle\n",
    ".gitignore": "*.log\n",
    "node_modules/x": "needle\n",
    binary: "needle\0needle\n",
    "-n": "needle\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return cwd;
}

describe.each([
  ["ripgrep, where it is", createGrepTool()],
  ["our own search", createGrepTool({ ripgrep: false })],
])("grep with %s", (_, grep) => {
  test("finds lines, in order, and leaves out what is ignored", async () => {
    const cwd = await setUp();
    expect(await callText(grep, cwd, { pattern: "needle" })).toBe(
      "-n:1: needle\n--\n.hidden:1: needle\na.txt:2: Two needle\na.txt:5: five needle\nsrc/b.ts:1: needle(1)\n".replace(
        "--\n",
        "",
      ),
    );
  });

  test("by name, without case, as it stands, with lines around", async () => {
    const cwd = await setUp();
    expect(await callText(grep, cwd, { pattern: "needle", files: "*.ts", ignoreCase: true })).toBe(
      "src/b.ts:1: needle(1)\nsrc/b.ts:2: NEEDLE\n",
    );
    expect(await callText(grep, cwd, { pattern: "needle(1)", literal: true })).toBe(
      "src/b.ts:1: needle(1)\n",
    );
    expect(await callText(grep, cwd, { pattern: "^Two", path: "a.txt", context: 1 })).toBe(
      "a.txt-1- one\na.txt:2: Two needle\na.txt-3- three\n",
    );
    expect(await callText(grep, cwd, { pattern: "--help", path: "src" })).toContain("no lines match");
  });

  test("many matches are cut, with a word about it", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, "many"), "x\n".repeat(10_000));
    const text = await callText(grep, cwd, { pattern: "x" });
    expect(text.split("\n")).toHaveLength(502);
    expect(text).toContain("there are more");
    await writeFile(join(cwd, "long"), `${"x".repeat(5_000_000)}\n`);
    expect((await callText(grep, cwd, { pattern: "x", path: "long" })).length).toBeLessThan(1_000);
  });

  test("a bad pattern and a place that is not there are errors", async () => {
    const cwd = await setUp();
    await expect(callText(grep, cwd, { pattern: "(" })).rejects.toMatchObject({ code: "bad_input" });
    await expect(callText(grep, cwd, { pattern: "x", path: "srk" })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("says in one line what could not be read", async () => {
    const cwd = await setUp();
    await mkdir(join(cwd, "locked"));
    await chmod(join(cwd, "locked"), 0);
    await writeFile(join(cwd, "secret"), "needle\n", { mode: 0 });
    onTestFinished(() => chmod(join(cwd, "locked"), 0o755));
    await asNobody(cwd, async () => {
      const [note, ...more] = (await callText(grep, cwd, { pattern: "needle" })).split("\n").slice(5, -1);
      expect(more).toEqual([]);
      expect(note).toMatch(/cannot (read|open) locked: permission denied/);
      expect(note).toMatch(/cannot (read|open) secret: permission denied/);
      expect(await callText(grep, cwd, { pattern: "nowhere" })).toMatch(
        /^no lines match nowhere; cannot .*: permission denied; cannot .*: permission denied\n$/,
      );
      expect(await callText(grep, cwd, { pattern: "x", path: "secret" })).toMatch(
        /^no lines match x in secret; cannot (read|open) secret: permission denied\n$/,
      );
      await expect(callText(grep, cwd, { pattern: "x", path: "locked/x" })).rejects.toThrow(
        "cannot look into locked/x: permission denied",
      );
    });
  });

  test("says what could not be read also when there is more than can be shown", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, "a-secret"), "needle\n", { mode: 0 });
    await writeFile(join(cwd, "many"), "needle\n".repeat(30_000));
    await asNobody(cwd, async () => {
      const text = await callText(grep, cwd, { pattern: "needle" });
      expect(text).toContain("there are more");
      expect(text).toMatch(/cannot (read|open) a-secret: permission denied/);
    });
  });

  test("one file is that file only, also when it is ignored or called like an option", async () => {
    const cwd = await setUp();
    await writeFile(join(cwd, "src", "a.txt"), "needle of another file\n");
    expect(await callText(grep, cwd, { pattern: "five", path: "a.txt" })).toBe("a.txt:5: five needle\n");
    expect(await callText(grep, cwd, { pattern: "needle", path: "a.txt" })).not.toContain("another");
    expect(await callText(grep, cwd, { pattern: "needle", path: "ignored.log" })).toBe(
      "ignored.log:1: needle\n",
    );
    expect(await callText(grep, cwd, { pattern: "needle", path: "-n" })).toBe("-n:1: needle\n");
    expect(await callText(grep, cwd, { pattern: "needle", path: "binary" })).toContain("no lines match");
  });

  test("S-G3: pipes, links and odd names do no harm", async () => {
    const cwd = await setUp();
    execFileSync("mkfifo", [join(cwd, "pipe")]);
    await symlink("a.txt", join(cwd, "link"));
    await writeFile(join(cwd, "a\nb"), "one\nneedle\n");
    await writeFile(join(cwd, "late"), `needle\n${"x\n".repeat(100_000)}\0\n`);
    const text = await callText(grep, cwd, { pattern: "needle", files: "{pipe,link,a*,late}" });
    expect(text.replace(/^late:1: needle\n/m, "")).toBe(
      "a\ufffdb:2: needle\na.txt:2: Two needle\na.txt:5: five needle\n",
    );
    expect(await callText(grep, cwd, { pattern: "needle", files: "a*", context: 1 })).toBe(
      "a\ufffdb-1- one\na\ufffdb:2: needle\n--\na.txt-1- one\na.txt:2: Two needle\na.txt-3- three\na.txt-4- four\na.txt:5: five needle\n",
    );
  });

  test("what is found in many files comes by their order, also when it is too much to be shown", async () => {
    const cwd = await temporaryFolder();
    const names = ["b/x.ts", "a/z.ts", "a/b/y.ts", "a.ts", "a-b.ts", "B.ts"];
    for (const name of names) {
      await mkdir(dirname(join(cwd, name)), { recursive: true });
      await writeFile(join(cwd, name), "needle\n");
    }
    const ordered = ["B.ts", "a/b/y.ts", "a/z.ts", "a-b.ts", "a.ts", "b/x.ts"];
    const found = async (pattern: string) => callText(grep, cwd, { pattern, files: "*.ts" });
    expect(await found("needle")).toBe(ordered.map((name) => `${name}:1: needle\n`).join(""));
    for (const name of names) await writeFile(join(cwd, name), "needle\n".repeat(100));
    await writeFile(join(cwd, "b/x.ts"), "needle\n".repeat(30_000));
    const cut = (await found("needle")).split("\n");
    expect(cut).toHaveLength(502);
    expect(cut[0]).toBe("B.ts:1: needle");
    expect(cut[499]).toBe("a.ts:100: needle");
  });

  test("what secrets are kept in is searched only when it is named", async () => {
    const cwd = await setUp();
    for (const name of [".env", "src/.env.local", "src/id_rsa", ".env.example"]) {
      await writeFile(join(cwd, name), "needle of gold\n");
    }
    expect(await callText(grep, cwd, { pattern: "of gold" })).toBe(
      ".env.example:1: needle of gold\n... [.env, src/.env.local, src/id_rsa left out: secrets are kept there; path can name one]\n",
    );
    expect(await callText(grep, cwd, { pattern: "of gold", files: ".env" })).toBe(
      "no lines match of gold; .env left out: secrets are kept there; path can name one\n",
    );
    expect(await callText(grep, cwd, { pattern: "of gold", path: ".env" })).toBe(".env:1: needle of gold\n");
    expect(await callText(grep, cwd, { pattern: "nowhere" })).toBe("no lines match nowhere\n");
  });

  test("what is asked about in this place alone is not found by a search around it", async () => {
    const project = await temporaryFolder();
    await mkdir(join(project, "data", "sessions"), { recursive: true });
    await writeFile(join(project, "data", "sessions", "1.jsonl"), "needle of gold\n");
    await writeFile(join(project, "data", "notes"), "needle\n");
    const { middleware } = createApprovalBroker({
      policy: fixedPolicy(policyLayer("user", {})),
      risk: riskOf,
      project,
      sensitive: sensitivePaths({ own: [join(project, "data", "sessions")] }),
    });
    const run = compose(toolRunner([grep]), middleware);
    const context = { cwd: project, signal: new AbortController().signal, progress: () => {} };
    const search = async (path: string) =>
      textOf(await run(toolCall("grep", { pattern: "needle", path }), context));
    expect(await search("data/sessions/1.jsonl")).toContain("not permitted");
    expect(await search("data")).toBe(
      "data/notes:1: needle\n... [data/sessions/1.jsonl left out: secrets are kept there; path can name one]\n",
    );
  });
});
