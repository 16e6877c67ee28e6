import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { compose, toolRunner } from "@zotpilot/core";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createCodingTools,
  createCommandTools,
  createPowershellTool,
  fixedPolicy,
  policyLayer,
} from "../src/index.ts";
import { call, callText, temporaryFolder, textOf, toolCall } from "./helpers.ts";

// A real child in the place of PowerShell, which is not on most machines that run these tests: it writes down how it was
// called, and a command that begins with "node:" is done by it.
const STAND_IN = `
const { writeFileSync, readFileSync } = require("node:fs");
writeFileSync("called.json", JSON.stringify({ argv: process.argv.slice(2), env: process.env, input: readFileSync(0, "utf8") }));
const code = process.argv.at(-1).split("\\n").find((line) => line.startsWith("node:"));
if (code) eval(code.slice(5));
`;

async function program(path: string, source: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, source);
  await chmod(path, 0o755);
}

/** A program of JavaScript. A shell starts it, because a first line cannot name a path with blanks. */
async function nodeProgram(path: string, source: string): Promise<void> {
  await program(path, `#!/bin/sh\nexec '${process.execPath}' '${path}.cjs' "$@"\n`);
  await writeFile(`${path}.cjs`, source);
}

async function called(cwd: string): Promise<{ argv: string[]; env: Record<string, string>; input: string }> {
  return JSON.parse(await readFile(join(cwd, "called.json"), "utf8"));
}

/** What a command has in common on every system, with a folder to work in. */
async function setUp(platform: NodeJS.Platform) {
  const cwd = await temporaryFolder();
  const folder = await temporaryFolder();
  await nodeProgram(join(folder, platform === "win32" ? "pwsh.exe" : "pwsh"), STAND_IN);
  const tree = `
require("node:fs").writeFileSync("${cwd}/taskkill.json", JSON.stringify(process.argv.slice(2)));
process.kill(Number(process.argv[3]), "SIGKILL");
`;
  await nodeProgram(join(folder, "System32", "taskkill.exe"), tree);
  const path = platform === "win32" ? folder : `${folder}${delimiter}${process.env["PATH"]}`;
  const env = { [platform === "win32" ? "Path" : "PATH"]: path, SystemRoot: folder, GH_TOKEN: "kept" };
  const made = createCommandTools({
    shell: "powershell",
    platform,
    env: { ...env, COPILOT_GITHUB_TOKEN: "x" },
  });
  onTestFinished(() => made.close());
  return { cwd, folder, env, run: (input: object) => call(made.command, cwd, input), made };
}

describe.each(["linux", "win32"] as const)("on %s", (platform) => {
  test("the command reaches it as it is, without profile, input and our credentials", async () => {
    const { cwd, run } = await setUp(platform);
    const command = `Write-Output "it's \\"50%\\" of $env:PATH" 'a''b' \`n; # ü 漢 😀\n@'\n%PATH% !x! ^ & | <>\n'@ -replace "\\\\$", ''`;
    const result = await run({ command });
    expect(result).toMatchObject({ isError: false, details: { exit_code: 0 } });
    expect(result.content).toMatchObject([
      { text: expect.stringMatching(/^\$ Write-Output [^]*\n\n\[exit 0\] {2}Took/) },
    ]);
    const { argv, env, input } = await called(cwd);
    expect(argv.slice(0, -1)).toEqual(["-NoLogo", "-NoProfile", "-NonInteractive", "-Command"]);
    expect(argv.at(-1)).toContain(`\n${command}\n`);
    expect(argv.at(-1)).toMatch(/^[^\n]*\[Console\]::OutputEncoding[^\n]*\n/);
    expect(argv.at(-1)).toMatch(
      /\n\nif \(-not \$\?\) \{ if \(\$LASTEXITCODE\) \{ exit \$LASTEXITCODE \} exit 1 \}$/,
    );
    expect(input).toBe("");
    expect(env).toMatchObject({ GH_TOKEN: "kept", GIT_TERMINAL_PROMPT: "0" });
    expect(env).not.toHaveProperty("COPILOT_GITHUB_TOKEN");
  });

  test("what it prints on both streams is the result, also long, and its exit code", async () => {
    const { run } = await setUp(platform);
    const both =
      "node:process.stdout.write('out ü\\n'); process.stderr.write('err 漢\\n'); process.exitCode = 7";
    const result = await run({ command: both });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain("out ü\n");
    expect(textOf(result)).toContain("err 漢\n");
    expect(textOf(result)).toContain("[exit 7]");
    const long = await run({ command: "node:for (let n = 1; n <= 5000; n += 1) console.log('line', n)" });
    expect(textOf(long)).toMatch(
      /line 1\n[^]*\[truncated: \d+ lines[^]*line 5000\n\n\[exit 0\] \(full output: /,
    );
    expect(long.details).toMatchObject({ lines_truncated: true });
    await rm(String(long.details?.["full_output_path"]));
  });

  test("the time limit and an abort end it", async () => {
    const { cwd, run, made } = await setUp(platform);
    const forever = "node:console.log('up', process.pid); setInterval(() => {}, 1000)";
    const late = await run({ command: forever, timeout: 1 });
    expect(textOf(late)).toMatch(/up \d+\n\n\[exit -1\] \(stopped after 1 s/);
    expect(late.details).toMatchObject({ exit_code: -1, stopped_by: "timeout" });
    const pid = Number(/up (\d+)/.exec(textOf(late))?.[1]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    if (platform === "win32") {
      const told: unknown = JSON.parse(await readFile(join(cwd, "taskkill.json"), "utf8"));
      expect(told).toEqual(["/pid", String(pid), "/t", "/f"]);
    }
    const controller = new AbortController();
    const progress = (text: string): void => void (text.includes("up") && controller.abort());
    const aborted = await call(
      made.command,
      cwd,
      { command: forever },
      { signal: controller.signal, progress },
    );
    expect(textOf(aborted)).toContain("(aborted)");
  });

  test("in the background it goes on until it is stopped", async () => {
    const { cwd, run, made } = await setUp(platform);
    await run({
      command: "node:console.log('up', process.pid); setInterval(() => {}, 1000)",
      background: true,
    });
    const jobs = (input: object): Promise<string> => callText(made.jobs, cwd, input);
    await expect.poll(() => jobs({ action: "tail", id: "job-1" })).toMatch(/up \d+/);
    const pid = Number(/up (\d+)/.exec(await jobs({ action: "tail", id: "job-1" }))?.[1]);
    expect(await jobs({ action: "stop", id: "job-1" })).toContain("(stopped)");
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});

test("on Windows no character is torn by the other stream", async () => {
  const { run } = await setUp("win32");
  const command =
    "node:const wait = (ms) => new Promise((go) => setTimeout(go, ms)); (async () => { process.stdout.write(Buffer.from([0xe6, 0xbc])); await wait(200); process.stderr.write('E'); await wait(200); process.stdout.write(Buffer.from([0xa2, 0x0a])); })()";
  expect(textOf(await run({ command }))).toContain("E漢\n");
});

describe("which shell", () => {
  const nameOf = (env: Record<string, string>, platform: NodeJS.Platform): string =>
    createCommandTools({ platform, env }).command.name;

  test("bash, and on Windows PowerShell unless Git brought a bash; that of the Linux subsystem does not count", async () => {
    const folder = await temporaryFolder();
    expect(nameOf({ PATH: folder }, "linux")).toBe("bash");
    expect(nameOf({ PATH: folder }, "darwin")).toBe("bash");
    expect(nameOf({ Path: folder }, "win32")).toBe("powershell");
    await program(join(folder, "System32", "bash.exe"), "");
    expect(nameOf({ Path: join(folder, "System32") }, "win32")).toBe("powershell");
    await program(join(folder, "Git", "cmd", "git.exe"), "");
    expect(nameOf({ Path: join(folder, "Git", "cmd") }, "win32")).toBe("powershell");
    await program(join(folder, "Git", "bin", "bash.exe"), "");
    expect(nameOf({ Path: join(folder, "Git", "cmd") }, "win32")).toBe("bash");
    expect(nameOf({ Path: join(folder, "Git", "bin") }, "win32")).toBe("bash");
    expect(nameOf({ ProgramFiles: folder }, "win32")).toBe("bash");
  });

  test("the bash of Git runs a command with both streams in order", async () => {
    const folder = await temporaryFolder();
    await program(join(folder, "bash.exe"), `#!/bin/sh\nPATH="$REAL_PATH" exec bash "$@"\n`);
    const env = { Path: folder, REAL_PATH: process.env["PATH"] ?? "" };
    const { command } = createCommandTools({ platform: "win32", env });
    const text = await callText(command, folder, { command: `echo "a b"; echo 'c' >&2; echo d; exit 3` });
    expect(text).toMatch(/^\$ .*\n\na b\nc\nd\n\n\[exit 3\]/);
  });

  test("without PowerShell on the PATH that of Windows is taken, and without any a sentence says so", async () => {
    const folder = await temporaryFolder();
    const tool = createPowershellTool({ platform: "win32", env: { SystemRoot: folder } });
    await expect(call(tool, folder, { command: "x" })).rejects.toMatchObject({
      code: "not_started",
      message: "cannot run a command: there is no PowerShell (pwsh) on the PATH",
    });
    await nodeProgram(join(folder, "System32", "WindowsPowerShell", "v1.0", "powershell.exe"), STAND_IN);
    expect(await callText(tool, folder, { command: "node:console.log(1 + 1)" })).toContain("\n2\n");
  });
});

test("nothing that PowerShell runs is taken for reading: all of it is asked about", async () => {
  const { cwd, env } = await setUp("linux");
  const asked: string[] = [];
  const made = createCodingTools({
    shell: "powershell",
    env,
    approval: {
      policy: fixedPolicy(
        policyLayer("flag", { allow: ["powershell(Get-ChildItem)", "bash(Get-ChildItem)"] }),
      ),
      project: cwd,
      ask: async ({ call: { name }, digest }) => {
        asked.push(name);
        return { digest, decision: "deny" };
      },
    },
  });
  onTestFinished(() => made.close());
  expect(made.tools.map(({ name }) => name)).toEqual([
    "edit",
    "glob",
    "grep",
    "jobs",
    "powershell",
    "read",
    "write",
  ]);
  const run = compose(toolRunner(made.tools), ...made.middleware);
  const context = { cwd, signal: new AbortController().signal, progress: () => {} };
  const commands = [
    "Get-ChildItem",
    "ls",
    "pwd",
    "git status",
    "Get-Content a; Remove-Item b",
    "iex 'x'",
    "$x",
  ];
  for (const command of commands) {
    const result = await run(toolCall("powershell", { command }), context);
    expect(result.isError).toBe(true);
  }
  expect(asked).toHaveLength(commands.length);
  await run(toolCall("powershell", { command: "Remove-Item -Recurse C:\\" }), context);
  expect(asked).toHaveLength(commands.length);
});

const real = ((): boolean => {
  try {
    execFileSync("pwsh", ["-NoProfile", "-Command", "1"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!real)("a real PowerShell (skipped where there is no pwsh)", async () => {
  const cwd = await temporaryFolder();
  const tool = createPowershellTool();
  const quoted = `Write-Output "it's ü 漢" 'a''b'`;
  expect(await callText(tool, cwd, { command: quoted })).toContain("\n\nit's ü 漢\na'b\n\n[exit 0]");
  expect(await callText(tool, cwd, { command: "sh -c 'exit 3'" })).toContain("[exit 3]");
  expect(await callText(tool, cwd, { command: "Get-Item nowhere" })).toContain("[exit 1]");
  expect(await callText(tool, cwd, { command: "sh -c 'exit 3'; 'fine'" })).toContain("[exit 0]");
});
