import { execFileSync } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { compose, toolRunner, type ToolRunner } from "@zotpilot/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { codingTools, confineFiles } from "../src/index.ts";
import { temporaryFolder, textOf, toolCall } from "./helpers.ts";
import { trickyLinks, trickyPaths } from "./tricky-paths.ts";

const SECRET = "the secret outside";
const ROUNDS = process.env["ZOTPILOT_TEST_LONG"] ? 10_000 : 300;

async function setUp() {
  const top = await temporaryFolder();
  const project = join(top, "project");
  const outside = join(top, "outside");
  await mkdir(join(project, "folder", "deep"), { recursive: true });
  await mkdir(join(outside, "folder"), { recursive: true });
  await mkdir(join(top, "project2"));
  await mkdir(join(top, "PROJECT-other"));
  for (const folder of [
    outside,
    join(outside, "folder"),
    join(top, "project2"),
    join(top, "PROJECT-other"),
  ]) {
    await writeFile(join(folder, "secret"), `${SECRET}\n`);
  }
  await writeFile(join(project, "file"), "inside\n");
  for (const [name, target] of Object.entries(trickyLinks(top))) await symlink(target, join(project, name));
  const middleware = confineFiles({ roots: [project] });
  const run: ToolRunner = compose(toolRunner(codingTools()), middleware);
  const context = { cwd: project, signal: new AbortController().signal, progress: () => {} };
  return {
    top,
    project,
    outside,
    call: (name: string, input: unknown) => run(toolCall(name, input), context),
  };
}

async function fingerprint(folder: string): Promise<string> {
  return execFileSync(
    "sh",
    ["-c", "find . -path ./project -prune -o -type f -exec md5sum {} + -o -print | sort"],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
}

describe("S-G1: file tools stay inside", () => {
  test("the table has at least 100 paths", () =>
    expect(Object.values(trickyPaths("/x")).flat().length).toBeGreaterThanOrEqual(100));

  test("no path of the table leads out, by any tool", async () => {
    const { top, project, call } = await setUp();
    const before = await fingerprint(top);
    for (const path of Object.values(trickyPaths(top)).flat()) {
      const calls: [string, unknown][] = [
        ["read", { path }],
        ["write", { path, content: "overwritten" }],
        ["edit", { path, edits: [{ oldText: "secret", newText: "changed" }] }],
        ["glob", { pattern: "**", path }],
        ["glob", { pattern: `${path}/*` }],
        ["grep", { pattern: "secret", path }],
      ];
      for (const [name, input] of calls) {
        const text = textOf(await call(name, input));
        expect(`${name} ${path}: ${text}`).not.toContain(SECRET);
        // No path is the project itself, where such names have been written by now.
        if (name === "glob" && path !== "") expect(`${path}: ${text}`).not.toMatch(/^\S*secret$/m);
      }
    }
    expect(await fingerprint(top)).toBe(before);
    expect(await readFile(join(project, "file"), "utf8")).toBe("inside\n");
  });

  test("what is inside works, also by roundabout ways", async () => {
    const { project, call } = await setUp();
    await symlink("folder", join(project, "inner"));
    expect(textOf(await call("read", { path: "folder/../file" }))).toBe("inside\n");
    expect(textOf(await call("read", { path: join(project, "file") }))).toBe("inside\n");
    expect(textOf(await call("write", { path: "inner/new/x", content: "1" }))).toContain("created");
    expect(await readFile(join(project, "folder/new/x"), "utf8")).toBe("1");
    expect(
      (await call("edit", { path: "inner/new/x", edits: [{ oldText: "1", newText: "2" }] })).isError,
    ).toBe(false);
    expect(textOf(await call("glob", { pattern: "folder/**" }))).toContain("folder/new/x");
  });

  test("the error says where it leads and what may be used", async () => {
    const { project, outside, call } = await setUp();
    const text = textOf(await call("read", { path: "to-file" }));
    expect(text).toContain(join(outside, "secret"));
    expect(text).toContain(project);
  });

  test("a switch turns it off", async () => {
    const folder = await temporaryFolder();
    let on = true;
    const run = compose(toolRunner(codingTools()), confineFiles({ roots: [folder], enabled: () => on }));
    const context = { cwd: folder, signal: new AbortController().signal, progress: () => {} };
    const call = toolCall("glob", { pattern: "./*", path: ".." });
    expect((await run(call, context)).isError).toBe(true);
    on = false;
    expect((await run(call, context)).isError).toBe(false);
  });

  test("tools of others are checked by the names of their arguments", async () => {
    const folder = await temporaryFolder();
    const run = confineFiles({ roots: [folder] })(async () => ({ content: [], isError: false }));
    const context = { cwd: folder, signal: new AbortController().signal, progress: () => {} };
    expect((await run(toolCall("send_file", { file_path: "/etc/passwd" }), context)).isError).toBe(true);
    expect((await run(toolCall("send_file", { file_path: "x" }), context)).isError).toBe(false);
    expect((await run(toolCall("run_tests", { cwd: ".." }), context)).isError).toBe(true);
    expect((await run(toolCall("run_tests", { path: ["a", "../b"] }), context)).isError).toBe(true);
    expect((await run(toolCall("run_tests", { cwd: "." }), context)).isError).toBe(false);
  });
});

const SWAPPER = `
const { existsSync, lstatSync, renameSync, rmSync } = require("node:fs");
const { workerData: { link, parked, place }, parentPort } = require("node:worker_threads");
let going = true;
let swaps = 0;
parentPort.on("message", () => { going = false; });
(function swap() {
  const until = Date.now() + 20;
  while (Date.now() < until) {
    try {
      renameSync(place, parked); renameSync(link, place);
      renameSync(place, link); renameSync(parked, place);
      swaps += 1;
    } catch {
      // A tool has made a folder of its own in the gap, which stands in the way from then on.
      if (!existsSync(parked)) continue;
      try {
        if (lstatSync(place).isSymbolicLink()) renameSync(place, link);
        else rmSync(place, { recursive: true });
      } catch {}
      try { renameSync(parked, place); } catch {}
    }
  }
  if (going) setImmediate(swap); else parentPort.postMessage(swaps);
})();
`;

test.runIf(process.platform === "linux")("S-G2: swapping links meanwhile gains nothing", async () => {
  const { top, project, outside, call } = await setUp();
  const place = join(project, "place");
  await mkdir(place);
  await writeFile(join(place, "secret"), "inside\n");
  await writeFile(join(outside, "only-outside"), `${SECRET}\n`);
  await symlink(outside, join(project, "link"));
  const before = await fingerprint(top);
  const worker = new Worker(SWAPPER, {
    eval: true,
    workerData: { place, link: join(project, "link"), parked: join(project, "parked") },
  });
  onTestFinished(async () => void (await worker.terminate()));
  let reads = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const read = await call("read", { path: "place/secret" });
    expect(textOf(read)).not.toContain(SECRET);
    if (!read.isError) reads += 1;
    await call("write", { path: "place/new", content: `${round}` });
    await call("edit", {
      path: "place/secret",
      edits: [{ oldText: "inside", newText: "inside" + (round % 2) }],
    });
    await call("write", { path: "place/made/folder/x", content: "" });
    if (round % 10 !== 0) continue;
    for (const input of [{ pattern: "**" }, { pattern: "place/*" }, { pattern: "**", path: "place" }]) {
      expect(textOf(await call("glob", input))).not.toContain("only-outside");
    }
    expect(textOf(await call("grep", { pattern: "secret" }))).not.toContain(SECRET);
    expect(textOf(await call("grep", { pattern: "secret", path: "place" }))).not.toContain(SECRET);
  }
  const stopped = new Promise<unknown>((resolve) => worker.once("message", resolve));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage("stop");
  expect(await stopped).toBeGreaterThan(ROUNDS);
  expect(await fingerprint(top)).toBe(before);
  expect(reads).toBeGreaterThan(0);
});

test("S-G3: a named pipe, a device and a folder end at once", async () => {
  const { project, call } = await setUp();
  execFileSync("mkfifo", [join(project, "pipe")]);
  for (const path of ["pipe", "folder", "."]) {
    expect((await call("read", { path })).isError).toBe(true);
    expect((await call("write", { path, content: "" })).isError).toBe(true);
  }
});
