import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { accountOf, createSandbox, runCli, startCli } from "./support/cli.ts";
import { makeNewerSession } from "./support/newer-session.ts";

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("kill -9 in the middle of a command: the conversation is there, and the next request is accepted", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox(accountOf(simulator));
  await writeFile(join(sandbox.project, "ready"), "");
  const child = startCli(sandbox, ["--yes", "--json", "run `sleep 30`"]);
  child.stdin.end();
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (output += text));
  // The answer with the call is on disk before the call is told.
  await until(() => output.includes('"tool_use"'));
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));

  const before = simulator.requests.length;
  const result = await runCli(sandbox, ["--continue", "--json", "what can you do?"]);
  expect(result).toMatchObject({ code: 0 });
  const request = simulator.requests.slice(before).find(({ path }) => path === "/chat/completions");
  if (!request) throw new Error("nothing was asked");
  const { messages } = request.body as {
    messages: { role: string; content: unknown; tool_calls?: unknown[] }[];
  };
  expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "user"]);
  expect(JSON.stringify(messages[1])).toContain("sleep 30");
  expect(JSON.stringify(messages[3])).toContain("interrupted");
  // A second resume answers nothing twice.
  const again = await runCli(sandbox, ["--continue", "--json", "and again"]);
  expect(again).toMatchObject({ code: 0 });
});

test("kill -9 while text streams: what was asked is there, and the next request is accepted", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox(accountOf(simulator));
  const child = startCli(sandbox, ["-p", "count slowly to 100"]);
  child.stdin.end();
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (output += text));
  await until(() => output.length > 20);
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  const result = await runCli(sandbox, ["--continue", "--json", "what can you do?"]);
  expect(result).toMatchObject({ code: 0 });
  const last = simulator.requests.findLast(({ path }) => path === "/chat/completions");
  expect(JSON.stringify(last?.body)).toContain("count slowly to 100");
});

test("S-K5: a session of a newer version is refused by print and json, in one sentence, and left as it is", async () => {
  await using sandbox = await createSandbox();
  const path = await makeNewerSession(sandbox);
  const before = await readFile(path);
  const printed = await runCli(sandbox, ["--demo", "--continue", "-p", "hi"]);
  expect(printed).toMatchObject({ code: 2, stdout: "" });
  expect(printed.stderr.split("\n").filter((line) => line.includes("newer version"))).toHaveLength(1);
  const json = await runCli(sandbox, ["--demo", "--resume", path, "--json", "hi"]);
  expect(json).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/^\{"type":"error".*\n\{"type":"done"\}\n$/),
  });
  expect(await readFile(path)).toEqual(before);
});

test("S-K5: rpc reads a session of a newer version, and refuses prompts", async () => {
  await using sandbox = await createSandbox();
  const path = await makeNewerSession(sandbox);
  const before = await readFile(path);
  const asked = [
    { id: "1", type: "get_messages" },
    { id: "2", type: "prompt", message: "hi" },
  ];
  const input = asked.map((line) => `${JSON.stringify(line)}\n`).join("");
  const { stdout } = await runCli(sandbox, ["--demo", "--continue", "rpc"], input);
  expect(stdout).toContain("what can you do?");
  expect(stdout).toMatch(/newer version/);
  expect(await readFile(path)).toEqual(before);
});

test("a conversation goes on with the model that was asked for when it began", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox(accountOf(simulator));
  const model = "gpt-5.2-codex";
  expect(await runCli(sandbox, ["-m", model, "-p", "hello"])).toMatchObject({ code: 0 });
  expect(await runCli(sandbox, ["--continue", "-p", "again"])).toMatchObject({ code: 0 });
  const asked = simulator.requests.filter(({ path }) => path === "/responses");
  expect(asked.map(({ body }) => (body as { model: string }).model)).toEqual([model, model]);
});
