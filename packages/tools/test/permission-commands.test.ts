import { execFileSync } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createApprovalBroker, fixedPolicy, policyLayer, type PolicyLayer } from "../src/index.ts";
import { bashCall, permanentFolder, riskOf } from "./helpers.ts";
import {
  askedDeletions,
  harmlessCommands,
  ownDeletions,
  ownWrites,
  protectedWrites,
  refusedDeletions,
  refusedInPowerShell,
  revealingCommands,
  trickyCommands,
} from "./tricky-commands.ts";

let project = "";

beforeAll(async () => {
  // The home folder is where secrets are.
  const home = permanentFolder();
  process.env["HOME"] = home;
  project = join(home, "project");
  await mkdir(join(project, "src"), { recursive: true });
  execFileSync("git", ["init", "-q"], { cwd: project });
  await writeFile(join(project, ".env"), "SECRET=1\n");
  await symlink(".env", join(project, "link-to-env"));
  await symlink("/srv", join(project, "link-out"));
  await symlink("src", join(project, "link-to-src"));
  await mkdir(join(project, "linked"));
  await symlink("../../.aws", join(project, "linked", "to-aws"));
  for (const file of ["../.aws/credentials", "../.config/gh/hosts.yml", ".mcp.json", "src/a1", "src/a2"]) {
    await mkdir(join(project, file, ".."), { recursive: true });
    await writeFile(join(project, file), "x\n");
  }
});

async function effect(command: string, tool = "bash", ...layers: PolicyLayer[]): Promise<string> {
  const broker = createApprovalBroker({ policy: fixedPolicy(...layers), risk: riskOf, project });
  return (await broker.preview({ ...bashCall(command), name: tool }, project)).effect;
}

describe("S-H2: unknown means ask", () => {
  test("the table has at least 200 commands", () => {
    expect(Object.values(trickyCommands).flat().length).toBeGreaterThanOrEqual(200);
  });

  for (const [trick, commands] of Object.entries(trickyCommands)) {
    test.each(commands)(`${trick}: %j is not run unasked`, async (command) => {
      expect(await effect(command)).not.toBe("allow");
    });
  }

  test.each(harmlessCommands)("%j runs", async (command) => {
    expect(await effect(command)).toBe("allow");
  });
});

describe("S-H5: deleting what is not the work's", () => {
  const everything = policyLayer("flag", { allow: ["*"] });

  test.each(refusedDeletions)("%j is refused", async (command) => {
    expect(await effect(command, "bash", everything)).toBe("deny");
  });

  test.each(refusedInPowerShell)("%j is refused in PowerShell", async (command) => {
    expect(await effect(command, "powershell", everything)).toBe("deny");
  });

  test.each(askedDeletions)("%j is asked about", async (command) => {
    expect(await effect(command, "bash", everything)).toBe("ask");
  });

  test.each(ownDeletions)("%j is the project's own, and a rule can permit it", async (command) => {
    expect(await effect(command, "bash", everything)).toBe("allow");
  });
});

describe("S-H7: what shows secrets", () => {
  const isHere = (command: string): boolean =>
    process.platform === "linux" || !/\/(etc|proc|dev)/.test(command);

  for (const [trick, commands] of Object.entries(revealingCommands)) {
    test.each(commands.filter(isHere))(`${trick}: %j is not run unasked`, async (command) => {
      expect(await effect(command)).not.toBe("allow");
    });
  }

  test("a search through a folder without secrets is harmless", async () => {
    expect(await effect("rg -n foo")).toBe("allow");
    expect(await effect("grep -rn foo src")).toBe("allow");
    await mkdir(join(project, "keys"));
    await writeFile(join(project, "keys", "server.pem"), "x\n");
    expect(await effect("rg -n foo")).toBe("ask");
    expect(await effect("rg -n foo keys")).toBe("ask");
    expect(await effect("rg -n foo src")).toBe("allow");
    await rm(join(project, "keys"), { recursive: true });
  });

  test.each([".gitignore", ".ignore", ".rgignore", "src/../.git/info/exclude"])(
    "rg looks into hidden files that %s takes out of what is ignored",
    async (name) => {
      const file = join(project, name);
      await writeFile(file, "x\n!.env.example\n!/src/.keep\n");
      expect(await effect("rg -n foo")).toBe("allow");
      await writeFile(file, "x\n!.en*\n");
      expect(await effect("rg -n foo")).toBe("ask");
      expect(await effect("rg -n -g '*.ts' foo")).toBe("allow");
      expect(await effect("cd src && rg -n foo ..")).toBe("ask");
      await rm(file);
    },
  );
});

describe("S-H7: a repository that keeps a secret", () => {
  const showing = [
    "git grep S",
    "git diff HEAD~1",
    "git diff 4b825dc642cb6eb9a060e54bf8d69288fbee4904 HEAD",
    "git diff-tree -p HEAD",
    "git diff-index -p HEAD",
    "git show HEAD",
    "git show -p --stat HEAD",
    "git log -p",
    "git log -1 -U3",
    "git log -L1,2:a",
    "git log --cc -m",
    "git reflog -p",
    "git status -v",
    "git status -bvv",
    "git stash show -p",
    "git cat-file -p 1234567",
  ];
  const telling = [
    "git log --oneline -3",
    "git log --stat -S foo --name-only",
    "git diff --stat HEAD~1",
    "git diff --name-only HEAD~1",
    "git show --stat HEAD",
    "git status -sb",
    "git branch -vv",
    "git ls-files",
    "git stash list",
    "git cat-file -t 1234567",
    "git blame a",
  ];

  test.each([2, 4])("is not shown unasked, with an index of version %s", async (version) => {
    const folder = permanentFolder();
    const git = (...args: string[]): Buffer => execFileSync("git", args, { cwd: folder });
    const runs = async (command: string): Promise<boolean> => {
      const broker = createApprovalBroker({ policy: fixedPolicy(), risk: riskOf, project: folder });
      return (await broker.preview(bashCall(command), folder)).effect === "allow";
    };
    git("init", "-q");
    await mkdir(join(folder, "sub"));
    for (const name of ["a", "b", "sub/a", "sub/other.txt"]) await writeFile(join(folder, name), "x\n");
    git("add", ".");
    git("update-index", "--index-version", String(version));
    const left = async (commands: string[]): Promise<string[]> => {
      const effects = await Promise.all(commands.map(runs));
      return commands.filter((_, index) => effects[index]);
    };
    expect(await left([...showing, ...telling])).toEqual([...showing, ...telling]);
    await writeFile(join(folder, "sub", "oidc.pem"), "x\n");
    git("add", ".");
    expect(await left(showing)).toEqual([]);
    expect(await left(telling)).toEqual(telling);
  });
});

describe("S-G4: what others believe", () => {
  const everything = policyLayer("flag", { allow: ["*"] });

  test.each(protectedWrites)("%j is asked about", async (command) => {
    expect(await effect(command, "bash", everything)).toBe("ask");
  });

  test.each(ownWrites)("%j is not", async (command) => {
    expect(await effect(command, "bash", everything)).toBe("allow");
  });
});
