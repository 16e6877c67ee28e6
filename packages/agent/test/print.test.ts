import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { accountOf, cliArguments, createSandbox, runCli } from "./support/cli.ts";

test("the demo lists, reads and reports, with real tool calls", async () => {
  await using sandbox = await createSandbox();
  await writeFile(join(sandbox.project, "package.json"), '{ "name": "a-name-to-find" }');
  const prompt = "list the files here, then read package.json and tell me its name";
  const result = await runCli(sandbox, ["--demo", "-p", prompt]);
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining("a-name-to-find") });
  expect(result.stderr).toContain("not an AI");
  const json = await runCli(sandbox, ["--demo", "--json", prompt]);
  const events = json.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; name?: string });
  expect(events.filter((event) => event.type === "tool_call").map((event) => event.name)).toEqual([
    "glob",
    "read",
  ]);
  expect(events.at(-1)).toEqual({ type: "done" });
});

test("the demo edits, writes and runs", async () => {
  await using sandbox = await createSandbox();
  const file = join(sandbox.project, "notes.txt");
  await writeFile(file, "one\ntwo\n");
  expect(
    await runCli(sandbox, ["--demo", "--yes", "-p", "edit notes.txt: replace two with three"]),
  ).toMatchObject({
    code: 0,
  });
  expect(await readFile(file, "utf8")).toBe("one\nthree\n");
  const run = await runCli(sandbox, ["--demo", "--yes", "-p", "run `echo hello-from-$((40+2))`"]);
  expect(run.stdout).toContain("hello-from-42");
});

test("a token of the environment reaches the account's models and no command", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox({ COPILOT_GITHUB_TOKEN: simulator.githubToken });
  const result = await runCli(sandbox, ["--yes", "--host", simulator.origin, "-p", "run `env`"]);
  expect(result.code).toBe(0);
  expect(result.stdout + result.stderr).not.toContain(simulator.githubToken);
  const bodies = simulator.requests.filter((request) => request.path === "/chat/completions");
  expect(bodies.length).toBe(2);
  expect(JSON.stringify(bodies.map((request) => request.body))).not.toContain(simulator.githubToken);
  for (const file of await readdir(sandbox.home, { recursive: true, withFileTypes: true })) {
    if (file.isFile())
      expect(await readFile(join(file.parentPath, file.name), "utf8")).not.toContain(simulator.githubToken);
  }
});

test("standard input becomes part of the prompt", async () => {
  await using sandbox = await createSandbox();
  const result = await runCli(sandbox, ["--demo", "--json", "what", "is", "this?"], "piped text\n");
  const first = JSON.parse(result.stdout.split("\n")[0] ?? "") as { content: { text: string }[] };
  expect(first.content[0]?.text).toBe("what is this?\n\npiped text");
});

test("--continue goes on with the conversation, --no-session leaves none", async () => {
  await using sandbox = await createSandbox();
  await runCli(sandbox, ["--demo", "-p", "hello there"]);
  await runCli(sandbox, ["--demo", "--no-session", "-p", "not kept"]);
  const result = await runCli(sandbox, ["--demo", "--json", "--continue", "again"]);
  expect(result.code).toBe(0);
  const sessions = await readdir(join(sandbox.home, "sessions-demo"), { recursive: true });
  const files = sessions.filter((name) => name.endsWith(".jsonl"));
  expect(files).toHaveLength(1);
  const kept = await readFile(join(sandbox.home, "sessions-demo", files[0] ?? ""), "utf8");
  expect(kept).toContain("hello there");
  expect(kept).toContain("again");
  expect(kept).not.toContain("not kept");
});

test("what is piped in is waited for, however slow it is", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox(accountOf(simulator));
  const command = [process.execPath, ...cliArguments].map((part) => `"${part}"`).join(" ");
  const child = spawn("/bin/sh", ["-c", `(sleep 1; echo LATE-DATA) | ${command} -p "review this"`], {
    cwd: sandbox.project,
    env: sandbox.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
  const request = simulator.requests.find(({ path }) => path === "/chat/completions");
  expect(JSON.stringify(request?.body)).toContain("LATE-DATA");
});

test("an answer that could not be written is no success, and a closed stderr disturbs nothing", async () => {
  await using sandbox = await createSandbox();
  const command = [process.execPath, ...cliArguments].map((part) => `"${part}"`).join(" ");
  const run = async (tail: string): Promise<{ code: number; output: string }> => {
    const child = spawn("/bin/bash", ["-c", `${command} --demo -p "what can you do?" ${tail}`], {
      cwd: sandbox.project,
      env: sandbox.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => void (output += text.toString()));
    }
    const [code] = (await once(child, "close")) as [number];
    return { code, output };
  };
  const full = await run("> /dev/full");
  expect(full).toMatchObject({ code: 1, output: expect.stringContaining("could not be written (ENOSPC)") });
  const closed = await run("2> >(true)");
  expect(closed).toMatchObject({ code: 0, output: expect.stringContaining("demo") });
});

test("without a person to ask, reading runs and everything else is refused, unless a rule or a flag permits it", async () => {
  await using sandbox = await createSandbox();
  await writeFile(join(sandbox.project, "notes.txt"), "one\n");
  const refused = await runCli(sandbox, ["--demo", "-p", "run touch made"]);
  expect(refused.stderr).toMatch(/bash was not run: .*--yes or --allow/);
  expect(await readdir(sandbox.project)).toEqual(["notes.txt"]);
  expect((await runCli(sandbox, ["--demo", "-p", "read notes.txt"])).stdout).toContain("one");
  await runCli(sandbox, ["--demo", "--allow", "bash(touch made)", "-p", "run touch made"]);
  expect(await readdir(sandbox.project)).toEqual(["made", "notes.txt"]);
  const denied = await runCli(sandbox, ["--demo", "--yes", "--deny", "bash", "-p", "run touch other"]);
  expect(denied.stderr).toContain("bash was not run");
  expect(denied.stderr).not.toContain("--allow");
  expect(await readdir(sandbox.project)).toEqual(["made", "notes.txt"]);
  expect(await runCli(sandbox, ["permissions"])).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("No rules"),
  });
  expect(await runCli(sandbox, ["--demo", "--allow", "not a rule(", "-p", "hi"])).toMatchObject({ code: 2 });
});

test("what is refused is told, and nothing that a model or a folder is called commands the terminal", async () => {
  await using simulator = await createSimulator({ scenarios: ["hostile.obeys"] });
  await using sandbox = await createSandbox({ COPILOT_GITHUB_TOKEN: simulator.githubToken });
  const sting = "\u001b]52;c;ZXZpbA==\u0007\u009d0;title\u009c";
  const calls = [
    { name: "write", arguments: { path: `.git/hooks/${sting}`, content: "x" } },
    { name: `tool${sting}`, arguments: {} },
    { name: "bash", arguments: { command: `touch 'a${sting}'` } },
  ];
  const prompt = `<calls>${JSON.stringify(calls)}</calls>`;
  const result = await runCli(sandbox, ["--host", simulator.origin, "-p", prompt]);
  // No flag permits what is asked about whatever the rules say.
  expect(result.stderr).toMatch(/write was not run: (?!.*--allow).*nobody to ask here\.$/m);
  expect(result.stderr).toMatch(/bash was not run: .*--yes or --allow <rule> permits it\.$/m);
  expect(result.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
