import { PassThrough } from "node:stream";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@zotpilot/simulator";
import { textOf } from "@zotpilot/provider/model";
import { expect, onTestFinished, test } from "vitest";
import { main } from "../src/main.ts";
import { resolvePaths } from "../src/runtime/paths.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { createSandbox, type Sandbox } from "./support/cli.ts";
import { openRuntime } from "./support/runtime.ts";

function open(sandbox: Sandbox, ...args: readonly string[]): Runtime {
  const runtime = openRuntime(sandbox, args);
  onTestFinished(() => runtime.close());
  return runtime;
}

async function signIn(runtime: Runtime): Promise<void> {
  const events: string[] = [];
  for await (const { type } of runtime.login({ signal: new AbortController().signal })) events.push(type);
  expect(events.at(-1)).toBe("succeeded");
}

async function started(): Promise<{ simulator: Simulator; sandbox: Sandbox }> {
  const simulator = await createSimulator({ autoApproveDevice: true, deviceIntervalSeconds: 1 });
  const sandbox = await createSandbox({ ZOTPILOT_CREDENTIAL_STORE: "file" });
  onTestFinished(async () => {
    await simulator.close();
    await sandbox[Symbol.asyncDispose]();
  });
  return { simulator, sandbox };
}

async function storedToken({ home }: Sandbox): Promise<string> {
  const text = await readFile(join(home, "credentials.json"), "utf8");
  const { credentials } = JSON.parse(text) as { credentials: Record<string, { token: string }> };
  return Object.values(credentials)[0]?.token ?? "";
}

test("a conversation whose account was refused goes on once somebody has signed in again", async () => {
  const { simulator, sandbox } = await started();
  const first = open(sandbox, "--host", simulator.origin);
  await signIn(first);
  await (await first.agent()).prompt("remember the word");
  await first.close();
  simulator.revokeGithubToken(await storedToken(sandbox));

  const again = open(sandbox, "--host", simulator.origin, "--continue");
  await expect(again.agent()).rejects.toMatchObject({ code: "unauthenticated" });
  await signIn(again);
  const { transcript } = await again.agent();
  expect(transcript.messages.map(textOf)[0]).toBe("remember the word");
});

test("--model is for the account that it was said to: others go on with a model that they have", async () => {
  const { simulator, sandbox } = await started();
  const own = "claude-haiku-4.5";
  const runtime = open(sandbox, "--host", simulator.origin, "--model", own);
  await signIn(runtime);
  const agent = await runtime.agent();
  expect(agent.model).toBe(own);
  await agent.prompt("hello");
  await agent.setModel("gpt-4.1");
  await signIn(runtime);
  const next = await runtime.agent();
  expect(next).not.toBe(agent);
  expect([next.model, next.transcript.messages.length]).toEqual(["gpt-4.1", 2]);
});

test("a demo takes the place of an account whose model it does not have", async () => {
  const { sandbox } = await started();
  const runtime = open(sandbox, "--model", "no-model-of-the-demo");
  await runtime.connect();
  expect(runtime.connection.type).toBe("signed_out");
  await runtime.startDemo();
  await expect(runtime.agent()).resolves.toMatchObject({ model: expect.any(String) });
});

test("a program that never prints its token holds nothing up that is left", async () => {
  const { sandbox } = await started();
  sandbox.env["ZOTPILOT_TOKEN_COMMAND"] = JSON.stringify(["sleep", "1000"]);
  const runtime = open(sandbox);
  const agent = runtime.agent();
  agent.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await runtime.close();
  await expect(agent).rejects.toThrow();
});

test("who waits for standard input can be stopped", async () => {
  const { sandbox } = await started();
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const stop = new AbortController();
  const io = { stdin, stdout, stderr, env: sandbox.env } as unknown as Parameters<typeof main>[1];
  const code = main(["--demo", "-p", "hello", "--cwd", sandbox.project], io, stop.signal);
  stdin.write("the first half");
  await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  expect(await code).toBe(130);
});

test("F-7: what could not be saved goes along to the next account, and is saved there", async () => {
  const { simulator, sandbox } = await started();
  const runtime = open(sandbox, "--host", simulator.origin);
  await signIn(runtime);
  const { sessions } = resolvePaths(sandbox.env);
  await writeFile(sessions, "in the way");
  await (await runtime.agent()).prompt("remember the word");
  expect(runtime.unsaved).toBeGreaterThan(1);
  await runtime.logout();
  expect(runtime.unsaved).toBeGreaterThan(1);
  const exported = await readFile(await runtime.export("kept"), "utf8");
  expect(exported).toContain("remember the word");
  expect(runtime.unsaved).toBe(0);

  await signIn(runtime);
  await rm(sessions);
  const agent = await runtime.agent();
  expect(agent.transcript.messages.map(textOf)[0]).toBe("remember the word");
  await agent.prompt("go on");
  await runtime.close();
  const again = open(sandbox, "--host", simulator.origin, "--continue");
  const { transcript } = await again.agent();
  expect(transcript.messages.map(textOf)).toEqual(agent.transcript.messages.map(textOf));
});
