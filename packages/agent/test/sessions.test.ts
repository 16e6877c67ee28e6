import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { resolvePaths } from "../src/runtime/paths.ts";
import { accountOf, createSandbox, runCli, startCli, type CliResult, type Sandbox } from "./support/cli.ts";

interface Listed {
  id: string;
  title: string;
  name: string | null;
  parent: string | null;
}

async function list(sandbox: Sandbox): Promise<Listed[]> {
  const { stdout } = await runCli(sandbox, ["--demo", "sessions", "--json"]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Listed);
}

const demo = async (sandbox: Sandbox, ...args: string[]): Promise<string> => {
  const result = await runCli(sandbox, ["--demo", "--yes", ...args]);
  expect(result).toMatchObject({ code: 0 });
  return result.stdout + result.stderr;
};

test("sessions: list, show, search, name, fork, export, import, prune", { timeout: 120_000 }, async () => {
  await using sandbox = await createSandbox();
  await demo(sandbox, "-p", "run echo first-mark");
  await demo(sandbox, "-p", "run echo second-mark");
  const [second, first] = await list(sandbox);
  expect([second?.title, first?.title]).toEqual(["run echo second-mark", "run echo first-mark"]);

  const id = first?.id ?? "";
  expect(await demo(sandbox, "sessions", "show", id.slice(0, 8))).toMatch(
    /first-mark[^]*● bash[^]*first-mark[^]*\nused: \d+ tokens sent, \d+ answered; cost unknown: the service did not say/,
  );
  expect(await demo(sandbox, "sessions", "search", "SECOND-MARK")).toContain((second?.id ?? "").slice(0, 8));
  expect(await demo(sandbox, "sessions", "search", "nobody said this")).toContain("no conversation");

  await demo(sandbox, "sessions", "rename", id, "the", "first", "one");
  await demo(sandbox, "--resume", "the first one", "-p", "what can you do?");
  const [continued] = await list(sandbox);
  expect(continued).toMatchObject({ id, name: "the first one" });

  const shown = await demo(sandbox, "sessions", "show", id);
  const entry = /\[([0-9a-f]{8})\] user/.exec(shown)?.[1] ?? "";
  await demo(sandbox, "sessions", "fork", "the first one", "--at", entry);
  expect((await list(sandbox)).filter(({ parent }) => parent === id)).toHaveLength(1);
  expect(await demo(sandbox, "sessions", "tree")).toMatch(/^\s*└ /m);

  const file = (await demo(sandbox, "sessions", "export", id, "kept")).trim();
  expect(await demo(sandbox, "sessions", "import", file)).toContain("--resume");
  expect(await list(sandbox)).toHaveLength(4);

  expect(await demo(sandbox, "sessions", "prune", "--keep", "1", "--dry-run")).toContain("would be deleted");
  expect(await list(sandbox)).toHaveLength(4);
  await demo(sandbox, "sessions", "delete", second?.id ?? "");
  expect(await list(sandbox)).toHaveLength(3);

  const unknown = await runCli(sandbox, ["--demo", "sessions", "show", "nothing-like-it"]);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("no session") });
  expect(await runCli(sandbox, ["--demo", "sessions", "prune"])).toMatchObject({ code: 2 });
  expect(await runCli(sandbox, ["--demo", "sessions", "juggle"])).toMatchObject({ code: 2 });
});

test(
  "sessions: what is wrong is said in one sentence, and nothing is done",
  { timeout: 120_000 },
  async () => {
    await using sandbox = await createSandbox();
    await demo(sandbox, "-p", "what can you do?");
    const [session] = await list(sandbox);
    const id = session?.id ?? "";
    const refused = async (pattern: RegExp, ...args: string[]): Promise<void> => {
      const result = await runCli(sandbox, ["--demo", "sessions", ...args]);
      expect(result, args.join(" ")).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringMatching(pattern),
      });
      expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
    };
    await refused(/no session "nonesuch"; `zotpilot sessions` lists/, "show", "nonesuch");
    await refused(/no message nonesuch/, "fork", id, "--at", "nonesuch");
    await refused(/no session at .*nofile/, "import", "nofile");
    await refused(/no folder .*missing to export into/, "export", id, "missing/file");
    await writeFile(join(sandbox.project, "mine.zotpilot"), "mine");
    await refused(/mine\.zotpilot is there already; --force replaces it/, "export", id, "mine");
    expect(await readFile(join(sandbox.project, "mine.zotpilot"), "utf8")).toBe("mine");
    expect(await demo(sandbox, "sessions", "export", id, "mine", "--force")).toContain("mine.zotpilot");
    expect(await readFile(join(sandbox.project, "mine.zotpilot"), "utf8")).toContain(id);
    await demo(sandbox, "sessions", "rename", id, "two\nlines");
    expect((await list(sandbox))[0]).toMatchObject({ name: "two lines" });
    expect(await demo(sandbox, "sessions", "prune", "--keep", "1")).toContain(
      "Those with a name, or in use, are kept",
    );
    await demo(sandbox, "sessions", "fork", id);
    expect(await demo(sandbox, "sessions", "show", "two lines")).toContain(id.slice(0, 8));
    const [fork] = (await list(sandbox)).filter(({ parent }) => parent === id);
    await demo(sandbox, "sessions", "rename", fork?.id ?? "", "two lines");
    await refused(/more than one session is meant by "two lines"/, "show", "two lines");
    expect(await demo(sandbox, "sessions", "rename", id, "")).toContain("taken away");
  },
);

test("sessions: with --json what was made or taken away is told as facts", { timeout: 120_000 }, async () => {
  await using sandbox = await createSandbox();
  await demo(sandbox, "-p", "what can you do?");
  const [session] = await list(sandbox);
  const id = session?.id ?? "";
  const facts = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await runCli(sandbox, ["--demo", "--json", "sessions", ...args]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const fork = await facts("fork", id);
  expect(fork).toMatchObject({ parent: id, name: null });
  expect(await facts("rename", id, "a", "name")).toMatchObject({ id, name: "a name" });
  const { path } = await facts("export", id);
  expect(await facts("import", String(path))).toMatchObject({ parent: id });
  expect(await facts("delete", String(fork["id"]))).toMatchObject({ id: fork["id"] });
});

test(
  "a session that another program writes to: who it is is said, and a copy can be had",
  { timeout: 120_000 },
  async () => {
    await using sandbox = await createSandbox();
    await demo(sandbox, "-p", "what can you do?");
    const [session] = await list(sandbox);
    const id = session?.id ?? "";
    const holder = startCli(sandbox, ["--demo", "--continue", "rpc"]);
    try {
      holder.stdin.write(`${JSON.stringify({ id: "1", type: "get_state" })}\n`);
      await once(holder.stdout, "data");
      for (const action of [
        ["rename", id, "x"],
        ["delete", id],
      ]) {
        const result = await runCli(sandbox, ["--demo", "sessions", ...action]);
        expect(result).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(
            new RegExp(`in use by process ${holder.pid}, .* go on with a copy: .zotpilot sessions fork`),
          ),
        });
      }
      expect(await demo(sandbox, "sessions", "show", id)).toContain("what can you do?");
      expect(await demo(sandbox, "sessions", "fork", id)).toContain("--demo --resume");
      expect(await demo(sandbox, "--resume", id, "-p", "what can you do?")).toMatch(
        /in use by process \d+.*; this is a copy of it/,
      );
    } finally {
      holder.stdin.end();
      await once(holder, "close");
    }
  },
);

test(
  "permissions: allow, list, revoke and reset; what is not so is said in one sentence",
  { timeout: 120_000 },
  async () => {
    await using sandbox = await createSandbox();
    const run = (...args: string[]): Promise<CliResult> => runCli(sandbox, ["permissions", ...args]);
    expect(await run("allow", "bash(touch made)")).toMatchObject({ code: 0 });
    expect(await run("allow", "edit")).toMatchObject({ code: 0 });
    const { stdout } = await run();
    expect(stdout).toMatch(
      /^allow {2}bash\(touch made\) {2}\(permitted for this folder on .*\nallow {2}edit /,
    );
    await demo(sandbox, "-p", "what can you do?");
    expect(await runCli(sandbox, ["--demo", "-p", "run touch made"])).toMatchObject({ code: 0 });
    expect(await readdir(sandbox.project)).toEqual(["made"]);
    expect(await run("revoke", "bash(touch made)")).toMatchObject({ code: 0 });
    await rm(join(sandbox.project, "made"));
    await runCli(sandbox, ["--demo", "-p", "run touch made"]);
    expect(await readdir(sandbox.project)).toEqual([]);
    expect(await run("reset")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("asked about again: edit"),
    });
    expect(await run("reset")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Nothing was permitted"),
    });
    const wrong: readonly (readonly [RegExp, ...string[]])[] = [
      [/was not permitted for this folder; rules that you wrote yourself stand in/, "revoke", "edit"],
      [/"bad\(" is not a rule/, "allow", "bad("],
    ];
    for (const [pattern, ...args] of wrong) {
      const result = await run(...args);
      expect(result, args.join(" ")).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringMatching(pattern),
      });
      expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  },
);

test("rules of the project and what was appended stand in the system prompt; project skills only when trusted", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox(accountOf(simulator));
  await writeFile(join(sandbox.project, "AGENTS.md"), "Use tabs, rule-mark.\n");
  const folder = join(sandbox.project, ".zotpilot", "skills", "deploy");
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "SKILL.md"),
    "---\nname: deploy\ndescription: skill-mark\n---\nHow to deploy.\n",
  );
  const asked = async (...args: string[]): Promise<string> => {
    const before = simulator.requests.length;
    expect(await runCli(sandbox, [...args, "-p", "hello"])).toMatchObject({ code: 0 });
    const request = simulator.requests.slice(before).find(({ path }) => path === "/chat/completions");
    return JSON.stringify(request?.body);
  };
  const usual = await asked("--append", "append-mark");
  expect(usual).toContain("rule-mark");
  expect(usual).toContain("append-mark");
  expect(usual).not.toContain("skill-mark");
  expect(await asked("--trust")).toContain("skill-mark");
});

test("budgets end a run with exit code 3", async () => {
  await using sandbox = await createSandbox();
  const result = await runCli(sandbox, ["--demo", "--yes", "--max-requests", "1", "-p", "run echo hello"]);
  expect(result).toMatchObject({ code: 3, stderr: expect.stringContaining("zotpilot: ") });
});

test("--reasoning says how hard a model thinks; a level that does not exist is refused", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox(accountOf(simulator));
  const ask = ["-m", "gpt-5.2-codex", "-p", "hi"];
  expect(await runCli(sandbox, ["--reasoning", "Max", ...ask])).toMatchObject({ code: 0 });
  expect(await runCli(sandbox, ask)).toMatchObject({ code: 0 });
  const efforts = simulator.requests
    .filter(({ path }) => path === "/responses")
    .map(({ body }) => (body as { reasoning?: { effort?: string } }).reasoning?.effort);
  expect(efforts).toEqual([expect.stringMatching(/^x?high$/), undefined]);
  expect(await runCli(sandbox, ["--reasoning", "lots", ...ask])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("off, minimum, low, medium, high, xhigh, max"),
  });
});

test("the first request is small: instructions and tools take at most 6 KB", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox(accountOf(simulator));
  expect(await runCli(sandbox, ["-p", "hi"])).toMatchObject({ code: 0 });
  const request = simulator.requests.find(({ path }) => path === "/chat/completions");
  expect(JSON.stringify(request?.body).length).toBeLessThanOrEqual(6 * 1024);
});

test(
  "sessions: with --json what was said is whole, and commands no terminal",
  { timeout: 120_000 },
  async () => {
    await using sandbox = await createSandbox();
    const said =
      "he said \u00e2\u0080\u009cyes\u00e2\u0080\u009d and more\u200b, \u202etxt.exe \u{e0041}\u007f end";
    await demo(sandbox, "-p", said);
    const [session] = await list(sandbox);
    const show = await runCli(sandbox, ["--demo", "--json", "sessions", "show", session?.id ?? ""]);
    const texts = show.stdout
      .trimEnd()
      .split("\n")
      .map(
        (line) => JSON.parse(line) as { event: { message?: { role: string; content: { text?: string }[] } } },
      )
      .flatMap(({ event }) => (event.message?.role === "user" ? event.message.content : []));
    expect(texts).toEqual([{ type: "text", text: said }]);
    const search = await runCli(sandbox, ["--demo", "--json", "sessions", "search", "he said"]);
    for (const { stdout } of [show, search]) {
      for (const line of stdout.trimEnd().split("\n")) JSON.parse(line);
      expect(stdout).not.toMatch(/[\u007f-\u009f\u200b\u202e\u{e0041}]/u);
    }
  },
);

test(
  "sessions: with a deleted conversation goes what was remembered of its files",
  { timeout: 120_000 },
  async () => {
    await using sandbox = await createSandbox();
    const folder = resolvePaths(sandbox.env).checkpoints;
    const logs = async (): Promise<string[]> =>
      (await readdir(folder)).filter((name) => name.endsWith(".jsonl")).toSorted();
    await writeFile(join(sandbox.project, "notes.txt"), "one two");
    for (const [from, to] of [
      ["one", "1"],
      ["two", "2"],
      ["1", "3"],
    ]) {
      await demo(sandbox, "-p", `edit notes.txt: replace ${from} with ${to}`);
    }
    const ids = (await list(sandbox)).map(({ id }) => id);
    expect(await logs()).toEqual(ids.map((id) => `${id}.jsonl`).toSorted());
    await demo(sandbox, "sessions", "delete", ids[2] ?? "");
    await demo(sandbox, "sessions", "prune", "--keep", "1", "--dry-run");
    expect(await logs()).toHaveLength(2);
    await demo(sandbox, "sessions", "prune", "--keep", "1");
    expect(await logs()).toEqual([`${ids[0]}.jsonl`]);
  },
);
