import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { createApprovalBroker, fixedPolicy, policyLayer, type PolicyRules } from "../src/index.ts";
import { generatedReaders } from "./generated-readers.ts";
import { bashCall, permanentFolder, riskOf } from "./helpers.ts";

const runs = process.env["ZOTPILOT_TEST_LONG"] ? 6_000 : 150;
const SANDBOX = "--ro-bind / / --dev /dev --proc /proc --unshare-all --die-with-parent".split(" ");

/** Without bubblewrap nothing here is run: a mistake of ours could do harm. */
function whyNot(): string {
  try {
    execFileSync("bwrap", [...SANDBOX, "true"], { stdio: "pipe" });
    return "";
  } catch {
    return " (skipped: bubblewrap does not work here)";
  }
}

const problem = whyNot();
const home = permanentFolder();

/** A project with secrets in it and around it. With `tracked` git keeps all of them. */
async function makeProject(name: string, repository: "none" | "tracked" | "untracked"): Promise<string> {
  const project = join(home, name, "project");
  const files: Record<string, string> = {
    ".env": "S=canary-secret\n",
    "secret/f": "S=canary-forbidden\n",
    "../../.aws/credentials": "S=canary-secret\n",
    a: "S shown\n",
    "src/a.ts": "S=x\n",
    "linked/x": "S\n",
    "-r": "S\n",
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(project, file, ".."), { recursive: true });
    await writeFile(join(project, file), text);
  }
  await symlink("../../../.aws", join(project, "linked", "l"));
  await symlink("../secret/f", join(project, "linked", "m"));
  if (repository === "none") return project;
  const git = (...args: string[]): Buffer =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: project });
  const add = repository === "tracked" ? ["add", "-f", "."] : ["add", "a", "src"];
  git("init", "-q", "-b", "main");
  git(...add);
  git("commit", "-qm", "first");
  await writeFile(join(project, ".env"), "S=canary-secret\nT=canary-secret\n");
  await writeFile(join(project, "secret", "f"), "S=canary-forbidden\nT=canary-forbidden\n");
  git(...add);
  return project;
}

function outputOf(command: string, project: string): string {
  const args = [...SANDBOX, "--chdir", project, "bash", "-c", command];
  const env = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };
  const { stdout, stderr } = spawnSync("bwrap", args, {
    env,
    encoding: "utf8",
    timeout: 5_000,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return `${stdout}${stderr}`;
}

/** What secrets a command may show by these rules. */
const policies: readonly (readonly [PolicyRules, RegExp])[] = [
  [{}, /canary-secret/],
  [{ deny: ["read(secret/f)"] }, /canary-/],
  [{ deny: ["read(secret/**)"] }, /canary-/],
];

describe.skipIf(problem !== "")(
  `S-H7, S-H1: what is allowed unasked really shows no secret${problem}`,
  { timeout: 3_600_000 },
  () => {
    beforeAll(() => {
      process.env["HOME"] = home;
    });

    test.each([
      ["none", 1],
      ["untracked", 2],
      ["tracked", 3],
    ] as const)("in a project with a repository of this kind: %s", async (repository, seed) => {
      const project = await makeProject(repository, repository);
      expect(
        outputOf("cat .env secret/f ~/.aws/credentials", project).match(/canary-/g)?.length,
      ).toBeGreaterThan(2);
      const commands = new Set(fc.sample(generatedReaders(), { numRuns: runs, seed }));
      const revealing: string[] = [];
      let showing = 0;
      for (const command of commands) {
        let output: string | undefined;
        for (const [rules, secret] of policies) {
          const policy = fixedPolicy(policyLayer("user", rules));
          const broker = createApprovalBroker({ policy, risk: riskOf, project });
          if ((await broker.preview(bashCall(command), project)).effect !== "allow") continue;
          output ??= outputOf(command, project);
          if (output.includes("S")) showing += 1;
          if (secret.test(output)) revealing.push(`${JSON.stringify(rules)} ${command}`);
        }
      }
      expect(revealing).toEqual([]);
      expect(showing).toBeGreaterThan(runs / 50);
    });
  },
);
