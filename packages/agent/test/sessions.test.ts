import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { createSandbox, runCli, type Sandbox } from "./support/cli.ts";

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
    /first-mark[^]*● bash[^]*first-mark/,
  );
  expect(await demo(sandbox, "sessions", "search", "SECOND-MARK")).toContain((second?.id ?? "").slice(0, 8));
  expect(await demo(sandbox, "sessions", "search", "nobody said this")).toContain("no conversation");

  await demo(sandbox, "sessions", "rename", id, "the", "first", "one");
  await demo(sandbox, "--resume", "the first one", "-p", "what can you do?");
  const [continued] = await list(sandbox);
  expect(continued).toMatchObject({ id, name: "the first one" });

  await demo(sandbox, "sessions", "fork", "the first one");
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

test("rules of the project and what was appended stand in the system prompt; project skills only when trusted", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox({
    COPILOT_GITHUB_TOKEN: simulator.githubToken,
    ZOTPILOT_HOST: simulator.origin,
  });
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

test("the first request is small: instructions and tools take at most 6 KB", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox({
    COPILOT_GITHUB_TOKEN: simulator.githubToken,
    ZOTPILOT_HOST: simulator.origin,
  });
  expect(await runCli(sandbox, ["-p", "hi"])).toMatchObject({ code: 0 });
  const request = simulator.requests.find(({ path }) => path === "/chat/completions");
  expect(JSON.stringify(request?.body).length).toBeLessThanOrEqual(6 * 1024);
});
