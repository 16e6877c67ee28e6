import { appendFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createMiniRepository } from "./support/mini-repository.ts";
import { tooOldNode } from "./support/old-node.ts";
import { repository } from "./support/example.ts";
import { run, type RunResult } from "./support/run.ts";

type Told = { args: string[]; cwd: string; node: string; npm: string[]; input: string };

/** What the program told on stdout; fails when anything else is there. */
function told(result: RunResult): Told {
  expect(result.stdout, result.all).toMatch(/^\{.*\}\n$/);
  return JSON.parse(result.stdout) as Told;
}

describe.skipIf(process.platform === "win32")("set-up", () => {
  test("with a Node that is too old: fetches Node and pnpm, installs, builds, runs", async () => {
    const repo = await createMiniRepository();
    const node = await tooOldNode(repo.folder);
    const result = await repo.bootstrap(["start", "hello"], { node, pnpmOnPath: false });
    expect(result.code, result.all).toBe(0);
    expect(told(result)).toMatchObject({ args: ["hello"], node: process.execPath });
    expect(await repo.calls()).toEqual([
      expect.stringMatching(/^npx node@24\.\S+ pnpm@12\.\S+$/),
      "pnpm install --frozen-lockfile",
      "turbo run build",
    ]);
    expect(result.stderr.match(/^zotpilot: [^…\n]+ …$/gm)).toEqual([
      "zotpilot: fetching Node 24 and pnpm …",
      "zotpilot: installing the dependencies …",
      "zotpilot: building …",
    ]);
    expect(result.stderr).not.toContain("talk of");

    const again = await repo.bootstrap(["start", "again"], { node, pnpmOnPath: false });
    expect(told(again)).toMatchObject({ args: ["again"], node: process.execPath });
    expect(again.stderr).toBe("");
    expect(await repo.calls()).toEqual([]);
  });

  test("with a good Node and pnpm: uses them and fetches nothing", async () => {
    const repo = await createMiniRepository();
    const result = await repo.bootstrap(["start", "hello"]);
    expect(told(result)).toMatchObject({ args: ["hello"], node: process.execPath });
    expect(await repo.calls()).toEqual(["pnpm install --frozen-lockfile", "turbo run build"]);
  });

  test("with a good Node and another pnpm: fetches pnpm alone", async () => {
    const repo = await createMiniRepository();
    const file = path.join(repo.folder, "installed", "pnpm");
    await writeFile(file, "#!/bin/sh\necho 9.1.0\n");
    const result = await repo.bootstrap(["start", "hello"]);
    expect(result.code, result.all).toBe(0);
    expect(await repo.calls()).toEqual([
      expect.stringMatching(/^npx pnpm@12\.\S+$/),
      "pnpm install --frozen-lockfile",
      "turbo run build",
    ]);
  });

  test("does again only what a change makes necessary", async () => {
    const repo = await createMiniRepository();
    await repo.bootstrap(["start", "hello"]);
    await repo.calls();
    await appendFile(path.join(repo.folder, "packages/agent/src/bin.ts"), "// changed\n");
    await repo.bootstrap(["start", "hello"]);
    expect(await repo.calls()).toEqual(["turbo run build"]);
    await appendFile(path.join(repo.folder, "packages/agent/src/bin.test.ts"), "// a test\n");
    await repo.bootstrap(["start", "hello"]);
    expect(await repo.calls()).toEqual([]);
    await appendFile(path.join(repo.folder, "pnpm-lock.yaml"), "# changed\n");
    await repo.bootstrap(["start", "hello"]);
    expect(await repo.calls()).toEqual(["pnpm install --frozen-lockfile", "turbo run build"]);
  });

  test("of two started at once, one does the work", async () => {
    const repo = await createMiniRepository();
    const results = await Promise.all([repo.bootstrap(["start", "one"]), repo.bootstrap(["start", "two"])]);
    expect(results.map(told).map(({ args }) => args)).toEqual([["one"], ["two"]]);
    expect(await repo.calls()).toEqual(["pnpm install --frozen-lockfile", "turbo run build"]);
  });
});

describe.skipIf(process.platform === "win32")("handing over to the program", () => {
  test("arguments, stdin, folder and exit code pass through", async () => {
    const repo = await createMiniRepository();
    const caller = path.join(repo.folder, "some where");
    await mkdir(caller);
    const args = ["-p", "hello world", "--", '"$HOME"', "", "*"];
    const result = await repo.bootstrap(["start", ...args], {
      input: '{"type":"ping"}\n',
      env: { INIT_CWD: caller, npm_lifecycle_event: "start", npm_package_name: "x", PROGRAM_EXIT_CODE: "7" },
    });
    expect(result.code).toBe(7);
    expect(told(result)).toMatchObject({ args, cwd: caller, npm: [], input: '{"type":"ping"}\n' });
  });

  test("without arguments and terminal: one demo turn, and says so", async () => {
    const repo = await createMiniRepository();
    const result = await repo.bootstrap(["start"], { input: "not for the demo" });
    expect(result.code).toBe(0);
    expect(told(result)).toMatchObject({ args: ["--demo", "-p", expect.any(String)], input: "" });
    expect(result.stderr).toContain("no terminal and no arguments: playing one demo turn");
  });

  test("through npm, stdout holds the program's lines alone", async () => {
    const repo = await createMiniRepository();
    const result = await run("npm", ["start", "--", "-p", "hello"], {
      cwd: repo.folder,
      env: {
        PATH: `${path.dirname(process.execPath)}:${repo.folder}/installed:${process.env["PATH"]}`,
        HOME: repo.folder,
      },
    });
    expect(result.code, result.all).toBe(0);
    expect(told(result)).toMatchObject({ args: ["-p", "hello"], npm: [] });
  });

  test("an unknown command is refused", async () => {
    const repo = await createMiniRepository();
    const result = await repo.bootstrap(["dance"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toBe("zotpilot: expected one of: start, build, test, check; got dance\n");
  });
});

describe.skipIf(process.platform === "win32")("a step that fails says which, why and what to do", () => {
  function expectFailure(result: RunResult, step: string, why: string): void {
    expect(result.code, result.all).toBe(1);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain(`zotpilot: ${step} failed: exit code`);
    expect(result.stderr).toContain(why);
    expect(result.stderr).toMatch(/^What to do: \S.*\.$/m);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  }

  test("installing, and the next run tries again", async () => {
    const repo = await createMiniRepository();
    const result = await repo.bootstrap(["start", "hello"], { env: { PNPM_FAILS: "1" } });
    expectFailure(result, "installing the dependencies", "  | ERR_PNPM_SOMETHING because of this");
    const again = await repo.bootstrap(["start", "hello"]);
    expect(told(again).args).toEqual(["hello"]);
  });

  test("building, and the next run tries again", async () => {
    const repo = await createMiniRepository();
    const result = await repo.bootstrap(["start", "hello"], { env: { TURBO_FAILS: "1" } });
    expectFailure(result, "building", "  | src/a.ts:1: this does not compile");
    const again = await repo.bootstrap(["start", "hello"]);
    expect(told(again).args).toEqual(["hello"]);
  });

  test("a registry that cannot be reached", async () => {
    const repo = await createMiniRepository();
    const result = await repo.bootstrap(["start", "hello"], {
      pnpmOnPath: false,
      env: {
        // The real npx, found beside Node or on PATH.
        npm_execpath: "",
        PATH: process.env["PATH"],
        npm_config_registry: "http://127.0.0.1:1/",
        npm_config_fetch_retries: "0",
        npm_config_cache: path.join(repo.folder, "empty cache"),
        PNPM_VERSION: "0.0.0",
      },
      node: await tooOldNode(repo.folder),
    });
    expectFailure(result, "fetching Node 24 and pnpm", "ECONNREFUSED");
    expect(result.stderr).toContain("npm ping");
  });

  test("a damaged lock file, with the pnpm of this machine", async ({ skip }) => {
    const onPath = await run("pnpm", ["--version"], { cwd: repository, env: process.env }).catch(
      () => undefined,
    );
    if (!onPath?.stdout.startsWith("12.")) return skip("pnpm 12 is not on PATH");
    const repo = await createMiniRepository();
    await writeFile(path.join(repo.folder, "pnpm-lock.yaml"), "lockfileVersion: '9.0'\npackages: [}\n");
    const result = await repo.bootstrap(["start", "hello"], {
      pnpmOnPath: false,
      env: { PATH: process.env["PATH"] },
    });
    expectFailure(result, "installing the dependencies", "pnpm-lock.yaml");
  });
});
