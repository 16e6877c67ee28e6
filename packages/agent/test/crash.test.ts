import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import {
  cliArguments,
  createSandbox,
  finished,
  runCli,
  type CliResult,
  type Sandbox,
} from "./support/cli.ts";
import { planFault } from "./support/fault.ts";

const secret = "ghu_aSecretThatIsInNoReport0123456789";
const said = "a-prompt-that-is-in-no-report";

/** A module that brings about a fault as soon as a file is there. */
const faults = {
  exception: `throw new Error("failed with ${secret} in\\n    at ${said} (/home/x.js:1:1)", { cause: new TypeError("${said}") });`,
  rejection: `void Promise.reject(new Error("failed with ${secret}"));`,
  "rejection without an error": `void Promise.reject("${secret} ${said}");`,
  "mistake in code": `undefined.property;`,
  "error again and again": `setInterval(() => { throw new Error("${secret}"); }, 1);`,
  "memory taken bit by bit": `const kept = []; setInterval(() => { kept.push(new Array(10000).fill(Math.random())); }, 5);`,
} as const;

/** Runs the program with a fault that comes when it has said `cue`. */
async function runWithFault(
  sandbox: Sandbox,
  fault: string,
  args: readonly string[],
  cue: string,
  flags: readonly string[] = [],
): Promise<CliResult> {
  const { file, happen } = await planFault(sandbox, fault);
  const child = spawn(process.execPath, [...flags, "--import", file, ...cliArguments, ...args], {
    cwd: sandbox.project,
    env: sandbox.env,
    stdio: "pipe",
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes(cue)) void happen();
  });
  if (cue === "") await happen();
  return finished(child);
}

async function reports(sandbox: Sandbox): Promise<string[]> {
  return readdir(join(sandbox.home, "crashes")).catch(() => []);
}

test.each(Object.entries(faults))(
  "F-5: %s: exit 1 with the path of a private report that holds nothing that was said; the session goes on",
  { timeout: 60_000 },
  async (name, fault) => {
    await using simulator = await createSimulator();
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: simulator.githubToken,
      ZOTPILOT_HOST: simulator.origin,
    });
    const flags = name.startsWith("memory") ? ["--max-old-space-size=64"] : [];
    const prompt = `run \`sleep 300 # ${said}\``;
    const result = await runWithFault(sandbox, fault, ["--json", "--yes", prompt], '"tool_use"', flags);
    expect(result, result.stderr).toMatchObject({ code: 1, signal: null });
    const lines = result.stderr.split("\n").filter((line) => line.startsWith("zotpilot: "));
    expect(lines).toHaveLength(1);
    const path = / is in (\S.*\.txt)$/.exec(lines[0] ?? "")?.[1] ?? "";
    expect(await reports(sandbox)).toHaveLength(1);
    const text = await readFile(path, "utf8");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(sandbox.home, "crashes"))).mode & 0o777).toBe(0o700);
    expect(text).toMatch(/^zotpilot \d+\.\d+\.\d+, Node\.js /m);
    expect(text.length).toBeLessThan(32 * 1024);
    for (const never of [secret, simulator.githubToken, said, "sleep", sandbox.home, sandbox.project]) {
      expect(text).not.toContain(never);
    }
    const resumed = await runCli(sandbox, ["--continue", "-p", "what can you do?"]);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    const last = simulator.requests.findLast((request) => request.path === "/chat/completions");
    expect(JSON.stringify(last?.body)).toContain(said);
  },
);

test(
  "F-5: memory taken all at once ends Node itself, and the conversation is kept",
  { timeout: 60_000 },
  async () => {
    await using simulator = await createSimulator();
    await using sandbox = await createSandbox({
      COPILOT_GITHUB_TOKEN: simulator.githubToken,
      ZOTPILOT_HOST: simulator.origin,
    });
    const fault = "const kept = []; for (;;) kept.push(new Array(10000).fill(Math.random()));";
    const flags = ["--max-old-space-size=64"];
    const prompt = `run \`sleep 300 # ${said}\``;
    const result = await runWithFault(sandbox, fault, ["--json", "--yes", prompt], '"tool_use"', flags);
    expect(result).toMatchObject({ code: null, signal: "SIGABRT" });
    expect(await runCli(sandbox, ["--continue", "-p", "what can you do?"])).toMatchObject({ code: 0 });
    const last = simulator.requests.findLast((request) => request.path === "/chat/completions");
    expect(JSON.stringify(last?.body)).toContain(said);
  },
);

test("F-5: a report names the kind and the place of a mistake", async () => {
  await using sandbox = await createSandbox();
  const result = await runWithFault(sandbox, faults["mistake in code"], ["--demo", "rpc"], "");
  expect(result).toMatchObject({ code: 1 });
  const [name = ""] = await reports(sandbox);
  const text = await readFile(join(sandbox.home, "crashes", name), "utf8");
  expect(text).toContain("TypeError: Cannot read properties of undefined (reading 'property')");
  expect(text).toMatch(/^ {4}at .*fault\.mjs:\d+:\d+\)?$/m);
});

test("F-5: a subcommand that fails for a reason that nobody saw coming ends the same way", async () => {
  await using sandbox = await createSandbox();
  const fault = `String.prototype.padEnd = () => { throw new Error("${secret}"); };`;
  const result = await runWithFault(sandbox, fault, ["--demo", "models"], "");
  expect(result).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/ is in \S.*\.txt\n$/) });
  expect(result.stderr).not.toContain(secret);
  expect(await reports(sandbox)).toHaveLength(1);
});

test("F-5: without a place for the report it is said, and the exit code stays", async () => {
  await using sandbox = await createSandbox();
  await mkdir(sandbox.home, { recursive: true });
  await writeFile(join(sandbox.home, "crashes"), "no folder");
  const result = await runWithFault(sandbox, faults.exception, ["--demo", "rpc"], "");
  expect(result).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/No report could be written \(\w+\)/),
  });
  expect(result.stderr).not.toContain(secret);
});

test("F-5: so many reports are kept, the newest", async () => {
  await using sandbox = await createSandbox();
  const folder = join(sandbox.home, "crashes");
  await mkdir(folder, { recursive: true });
  for (let day = 10; day < 40; day += 1) await writeFile(join(folder, `2020-01-${day}.txt`), "old");
  await writeFile(join(folder, "mine.md"), "kept");
  await runWithFault(sandbox, faults.exception, ["--demo", "rpc"], "");
  const left = await reports(sandbox);
  expect(left).toHaveLength(21);
  expect(left).toContain("mine.md");
  expect(left.filter((name) => name.startsWith("2020"))[0]).toBe("2020-01-21.txt");
});
