import { execFileSync, spawn } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { createApprovalBroker, fixedPolicy } from "../src/index.ts";
import { generatedCommands } from "./generated-commands.ts";
import { bashCall, permanentFolder, riskOf } from "./helpers.ts";
import { harmlessCommands, trickyCommands } from "./tricky-commands.ts";

/** Where in its own network the commands find somebody who listens. */
const PORT = 4321;
const runner = fileURLToPath(new URL("children/run-in-trap.ts", import.meta.url));
const many = process.env["ZOTPILOT_TEST_LONG"] !== undefined;

/** Without bubblewrap nothing here is run: a mistake of ours could do harm. */
function whyNot(): string | undefined {
  try {
    execFileSync("bwrap", ["--ro-bind", "/", "/", "--unshare-all", "true"], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `bubblewrap does not work here: ${error instanceof Error ? error.message.split("\n")[0] : ""}`;
  }
}

const problem = whyNot();
const root = permanentFolder();
const project = join(root, "home", "project");

/** A project in a home folder, with programs that leave a mark when they run. */
async function setTrap(): Promise<void> {
  process.env["HOME"] = join(root, "home");
  const evil = `#!/bin/sh\necho "$0 $*" >> ${root}/marks\n`;
  const files: Record<string, string> = {
    a: "x\ny\n",
    b: "y\nx\n",
    // What the tables read from; what they write is called x.
    y: "y\n",
    "src/a1": "x\n",
    "src/a2": "new\n",
    "package.json": '{"scripts":{"test":"touch pwn"}}',
    "-opwn": "",
    "-exec": "",
    "--output=pwn": "",
    ".gitattributes": "* diff=x filter=x merge=x\n",
    ".npmrc": "script-shell=./evil\n",
    ".yarnrc": 'yarn-path "./evil"\n',
    "../.bashrc": "touch pwn\n",
    "../notes": "canary\n",
  };
  const programs = [
    "evil",
    "ls",
    "cat",
    "0/cat",
    "a/cat",
    "--pre=./evil",
    "touch",
    "less",
    "pager",
    "editor",
  ];
  await mkdir(join(root, "bin"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(project, name, ".."), { recursive: true });
    await writeFile(join(project, name), content);
  }
  for (const name of programs.filter((each) => each !== "a/cat")) {
    await mkdir(join(project, name, ".."), { recursive: true });
    await writeFile(join(project, name), evil, { mode: 0o755 });
  }
  // Programs that nothing here may start stand before the real ones.
  for (const name of [
    "curl",
    "wget",
    "nc",
    "ssh",
    "perl",
    "python",
    "ruby",
    "gpg",
    "less",
    "yarn",
    "cargo",
    "ping",
  ]) {
    await writeFile(join(root, "bin", name), evil);
    await chmod(join(root, "bin", name), 0o755);
  }
  const git = (...args: string[]): Buffer =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: project });
  git("init", "-q", "-b", "main");
  for (const message of ["first", "second"]) {
    await writeFile(join(project, "a"), `x\ny\n${message}\n`);
    git("add", ".");
    git("commit", "-qm", message);
  }
  await writeFile(join(project, "a"), "x\nz\n");
}

/** Runs commands where only the trap can be written and there is no network; tells what they changed. */
async function runAll(commands: readonly string[]): Promise<unknown[]> {
  const path = `${join(root, "bin")}:/usr/local/bin:/usr/bin:/bin`;
  const sandbox =
    "--ro-bind / / --dev /dev --proc /proc --unshare-all --die-with-parent --new-session --clearenv";
  const environment = ["--setenv", "HOME", join(root, "home"), "--setenv", "PATH", path];
  const args = sandbox.split(" ").concat("--bind", root, root, environment, "--setenv", "GH_TOKEN", "secret");
  const child = spawn("bwrap", args.concat(process.execPath, runner, root, project, String(PORT)), {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(commands.map((command) => `${JSON.stringify(command)}\n`).join(""));
  let output = "";
  for await (const text of child.stdout.setEncoding("utf8")) output += text;
  const lines: unknown[] = output
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(lines.pop(), "the run came to its end").toBe("done");
  return lines;
}

async function allowed(commands: readonly string[]): Promise<string[]> {
  const broker = createApprovalBroker({ policy: fixedPolicy(), risk: riskOf, project });
  const found: string[] = [];
  for (const command of new Set(commands)) {
    if ((await broker.preview(bashCall(command), project)).effect === "allow") found.push(command);
  }
  return found;
}

// These only wait, or end what runs them.
const SLOW = /\b(sleep|tail -[a-zA-Z]*[fF]|free -s)\b/;

describe.skipIf(problem !== undefined)(
  `S-H2: what is allowed unasked really changes nothing${problem === undefined ? "" : ` (skipped: ${problem})`}`,
  { timeout: 3_600_000 },
  () => {
    beforeAll(setTrap);

    test("the trap notices what is written, run and sent", async () => {
      const commands = [
        "touch pwn",
        "./evil 1",
        "curl x",
        "chmod 600 a",
        "rm ../notes",
        `: > /dev/tcp/127.0.0.1/${PORT}`,
      ];
      expect(await runAll(commands)).toHaveLength(commands.length);
      await setTrap();
      execFileSync("rm", ["-f", "pwn"], { cwd: project });
    });

    test("the tables of commands", async () => {
      const commands = await allowed([...harmlessCommands, ...Object.values(trickyCommands).flat()]);
      expect(commands.length).toBeGreaterThanOrEqual(harmlessCommands.length - 5);
      expect(await runAll(commands)).toEqual([]);
    });

    test("generated commands", async () => {
      const commands = fc.sample(generatedCommands(), { numRuns: many ? 20_000 : 1_000, seed: 6 });
      const unasked = (await allowed(commands)).filter((command) => !SLOW.test(command));
      expect(unasked.length).toBeGreaterThan(commands.length / 50);
      expect(await runAll(unasked)).toEqual([]);
    });
  },
);
