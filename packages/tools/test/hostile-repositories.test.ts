import { execFileSync } from "node:child_process";
import { appendFile, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createApprovalBroker, fixedPolicy } from "../src/index.ts";
import { bashCall, riskOf, temporaryFolder } from "./helpers.ts";

/** Settings with which looking at a repository runs a program, or reads more settings, however they are written. */
const hostileSettings: readonly string[] = [
  "[core]\n\tfsmonitor = ./evil\n",
  "[core] fsmonitor = ./evil\n",
  "[core] hooksPath = h\n",
  "[core]\n hooksPath = nothing\n hooksPath = h\n",
  "[core]\n hooksPath = h ; c\n",
  '[core]\n hooksPath = "h"\n',
  '[core] [filter "x"]\n clean = ./evil\n',
  '[filter "x"]\n clean = ./evil\n',
  "[filter.x]\n clean = ./evil\n",
  "[core] [include]\n path = ../more\n",
  "[include]\n path = ../more\n",
  '[includeIf "gitdir:/"]\n path = ../more\n',
  "[core]\n filemode = true \\\n[include]\n path = ../more\n",
  "[core]\n fsmon\\\nitor = ./evil\n",
  "[CORE]\n FSMonitor = ./evil\n",
  '[diff "x"]\n textconv = ./evil\n',
  "[diff]\n external = ./evil\n",
  '[merge "x"]\n driver = ./evil %A %O %B\n',
  "[core]\n alternateRefsCommand = ./evil\n",
  '[remote "origin"]\n url = .\n promisor = true\n uploadpack = ./evil\n',
  "[extensions]\n partialClone = origin\n",
  '[protocol "ext"]\n allow = always\n',
  "[core]\n worktree = /tmp\n",
  "[core]\n pager = ./evil\n",
  "[gpg]\n program = ./evil\n",
  "[log]\n showSignature = true\n",
  "[diff]\n submodule = log\n",
  "\ufeff[core]\n fsmonitor = ./evil\n",
  "[something]\n unknown = 1\n",
  "no section = 1\n",
];

const harmlessSettings = `
# A comment.
[remote "origin"]
	url = https://example.com/a.git ; behind it
	fetch = +refs/heads/*:refs/remotes/origin/*
[branch "feature/x \\"y\\""]
	remote = origin
	merge = refs/heads/main
	vscode-merge-base = origin/main
[user]
	name = "A B"
	email = a@example.com
[pull]
	rebase
[color "status"]
	added = green
`;

/** Repositories whose form leads git elsewhere. */
const hostileForms: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  "a hook that runs when git looks": (folder) =>
    writeFile(join(folder, ".git/hooks/post-index-change"), "", { mode: 0o755 }),
  "settings in another folder": (folder) => writeFile(join(folder, ".git/commondir"), "../other\n"),
  "objects in another folder": (folder) =>
    writeFile(join(folder, ".git/objects/info/alternates"), "/tmp/other/objects\n"),
  "a repository in the index": async (folder) => {
    const sub = join(folder, "sub");
    await repository(sub);
    git(folder, "-c", "advice.addEmbeddedRepo=false", "add", "sub");
  },
  "the same in an index of version 4": async (folder) => {
    await hostileForms["a repository in the index"]?.(folder);
    git(folder, "update-index", "--index-version", "4");
  },
  "an index in two parts": async (folder) => {
    git(folder, "update-index", "--split-index");
  },
  "an index that is none": (folder) => writeFile(join(folder, ".git/index"), "nonsense"),
  "a bare repository in the work tree": async (folder) =>
    writeFile(join(folder, "HEAD"), "ref: refs/heads/x\n"),
  "what git takes for no repository": (folder) => writeFile(join(folder, ".git/HEAD"), "nonsense"),
  "a link to a repository": async (folder) => {
    await rename(join(folder, ".git"), join(folder, "other"));
    await symlink("other", join(folder, ".git"));
  },
  "a file that names a repository": async (folder) => {
    await rename(join(folder, ".git"), join(folder, "other"));
    await writeFile(join(folder, ".git"), "gitdir: other\n");
  },
};

function git(folder: string, ...args: string[]): void {
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
    cwd: folder,
    stdio: "ignore",
  });
}

async function repository(folder: string): Promise<string> {
  await mkdir(join(folder, "src"), { recursive: true });
  await writeFile(join(folder, "src/a"), "x\n");
  git(folder, "init", "-q");
  git(folder, "add", ".");
  git(folder, "commit", "-qm", "first");
  return folder;
}

async function effect(folder: string, cwd = folder): Promise<string> {
  const broker = createApprovalBroker({ policy: fixedPolicy(), risk: riskOf, project: folder });
  return (await broker.preview(bashCall("git status"), cwd)).effect;
}

describe("S-H8: git runs nothing that came with a repository", () => {
  test("an ordinary repository is looked at unasked, also with an index of version 4", async () => {
    const folder = await repository(await temporaryFolder());
    expect(await effect(folder)).toBe("allow");
    expect(await effect(folder, join(folder, "src"))).toBe("allow");
    git(folder, "update-index", "--index-version", "4");
    expect(await effect(folder)).toBe("allow");
    await appendFile(join(folder, ".git/config"), harmlessSettings);
    expect(git(folder, "status")).toBe(undefined);
    expect(await effect(folder)).toBe("allow");
  });

  test.each(hostileSettings)("settings %j are asked about", async (settings) => {
    const folder = await repository(await temporaryFolder());
    await appendFile(join(folder, ".git/config"), settings);
    expect(await effect(folder)).toBe("ask");
  });

  test.each(Object.keys(hostileForms))("%s is asked about", async (name) => {
    const folder = await repository(await temporaryFolder());
    await hostileForms[name]?.(folder);
    expect(await effect(folder)).toBe("ask");
  });

  test("a folder that is no repository does not hide the one around it", async () => {
    const folder = await repository(await temporaryFolder());
    await appendFile(join(folder, ".git/config"), "[core]\n\tfsmonitor = ./evil\n");
    await mkdir(join(folder, "src/.git"));
    expect(await effect(folder, join(folder, "src"))).toBe("ask");
  });
});
