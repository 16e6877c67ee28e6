import { execFileSync } from "node:child_process";
import { chmod, mkdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { setUpCheckpoints, treeState } from "./checkpoint-helpers.ts";
import { temporaryFolder } from "./helpers.ts";

/** A repository with files that are committed, and the tools in it. */
async function setUpRepository(files: Record<string, string>) {
  const made = await setUpCheckpoints();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@x", ...args], {
      cwd: made.cwd,
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
    });
  git("init", "-q");
  for (const [name, text] of Object.entries(files)) await writeFile(join(made.cwd, name), text);
  git("add", ".");
  git("commit", "-q", "--allow-empty", "-m", "first");
  const bash = (command: string) => made.call("bash", { command });
  return { ...made, git, bash };
}

test("in a git repository commands are undone as well", async () => {
  const { cwd, checkpoints, call, git } = await setUpRepository({});
  await writeFile(join(cwd, ".gitignore"), "ignored\n");
  for (const name of ["clean", "dirty", "staged", "gone"]) await writeFile(join(cwd, name), `${name}\n`);
  await writeFile(join(cwd, "run.sh"), "x\n", { mode: 0o755 });
  git("add", ".");
  git("commit", "-qm", "first");
  await writeFile(join(cwd, "dirty"), "dirty and not committed\n");
  await writeFile(join(cwd, "staged"), "staged\nmore\n");
  git("add", "staged");
  await mkdir(join(cwd, "sub"));
  await writeFile(join(cwd, "sub", "untracked"), "untracked\n");
  const before = await treeState(cwd);
  await call("bash", {
    command:
      "for f in clean dirty staged run.sh sub/untracked; do echo changed > $f; done; rm gone; echo new > sub/new; git add . >/dev/null",
  });
  expect(await treeState(cwd)).not.toEqual(before);
  const { restored } = await checkpoints.undo();
  expect(restored).toHaveLength(7);
  expect(await treeState(cwd)).toEqual(before);
});

test("git is asked again when it could not be asked once", async () => {
  const { cwd, folder, checkpoints, bash } = await setUpRepository({ file: "a\n" });
  const before = await treeState(cwd);
  await writeFile(join(folder, "reader"), "in the way\n");
  await bash("echo b > other");
  await rm(join(folder, "reader"));
  await rm(join(cwd, "other"));
  await bash("echo b > file");
  expect(await checkpoints.list()).toHaveLength(1);
  await checkpoints.undo();
  expect(await treeState(cwd)).toEqual(before);
});

test.each([
  ["the mode of a private file", "sed -i s/a/b/ private"],
  ["a mode alone", "chmod 755 file"],
  ["a mode and bytes", "chmod 600 file; echo more >> file"],
  ["a removed file", "rm file"],
  ["a renamed file", "git mv file other"],
  ["a file that became a link", "rm file; ln -s private file"],
  ["a link that became a file", "rm link; echo x > link"],
  ["a link that leads elsewhere", "ln -sf private link"],
  ["a new link", "ln -s file new-link; echo x >> file"],
  ["new folders", "mkdir -p new/er/est; echo x > new/er/file"],
  ["a file in a repository within", "echo x >> inner/file; echo y > inner/new"],
  ["a commit", "echo x >> file; git -c user.name=x -c user.email=x@x commit -qam second"],
  ["another branch", "git checkout -q other"],
  ["a file with an odd name", "echo x >> 'odd\n\"name\"'"],
  ["an untracked file", "echo x >> untracked; rm untracked-too"],
  ["a tracked file that is ignored by now", "echo x >> was-tracked"],
  ["bytes that are no text", "printf '\\377\\000' > binary"],
])("%s is undone", async (_what, command) => {
  const { cwd, checkpoints, bash, git } = await setUpRepository({
    file: "a\n",
    private: "a\n",
    'odd\n"name"': "odd\n",
    "was-tracked": "tracked\n",
    binary: "\u0000\u0001\n",
  });
  git("checkout", "-qb", "other");
  await writeFile(join(cwd, "file"), "of the other branch\n");
  git("commit", "-qam", "other");
  git("checkout", "-q", "-");
  await writeFile(join(cwd, ".gitignore"), "was-tracked\n");
  await chmod(join(cwd, "private"), 0o600);
  await symlink("file", join(cwd, "link"));
  await mkdir(join(cwd, "inner"));
  execFileSync("git", ["init", "-q"], { cwd: join(cwd, "inner") });
  await writeFile(join(cwd, "inner", "file"), "inner\n");
  for (const name of ["untracked", "untracked-too"]) await writeFile(join(cwd, name), "untracked\n");
  const before = await treeState(cwd);
  await bash(command);
  expect(await treeState(cwd)).not.toEqual(before);
  await checkpoints.undo();
  expect(await treeState(cwd)).toEqual(before);
});

test("commands are undone in the middle of a merge, and one after the other", async () => {
  const { cwd, checkpoints, bash, git } = await setUpRepository({ file: "a\n", other: "a\n" });
  git("checkout", "-qb", "side");
  await writeFile(join(cwd, "file"), "side\n");
  git("commit", "-qam", "side");
  git("checkout", "-q", "-");
  await writeFile(join(cwd, "file"), "main\n");
  git("commit", "-qam", "main");
  expect(() => git("merge", "side")).toThrow();
  const states = [await treeState(cwd)];
  for (const command of ["echo one > file", "rm other", "echo two >> file; echo new > other"]) {
    await bash(command);
    states.push(await treeState(cwd));
    checkpoints.nextTurn();
  }
  for (const state of states.toReversed().slice(1)) {
    await checkpoints.undo();
    expect(await treeState(cwd)).toEqual(state);
  }
});

test("line ends that git turned round are as they were", async () => {
  const { cwd, checkpoints, bash } = await setUpRepository({
    ".gitattributes": "*.txt text eol=crlf\n",
    "a.txt": "one\r\ntwo\r\n",
  });
  const before = await treeState(cwd);
  await bash("printf 'three' > a.txt");
  await checkpoints.undo();
  expect(await treeState(cwd)).toEqual(before);
});

test("what git keeps in another form is said to be lost, and nothing is undone", async () => {
  const { cwd, checkpoints, bash, git } = await setUpRepository({ plain: "a\n" });
  git("config", "filter.short.clean", "head -c 1");
  await writeFile(join(cwd, ".gitattributes"), "*.big filter=short\n");
  await writeFile(join(cwd, "a.big"), "a long text\n");
  git("add", ".");
  git("commit", "-qm", "second");
  await bash("echo changed > a.big; echo changed > plain");
  const left = await treeState(cwd);
  await expect(checkpoints.undo()).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(/a\.big cannot be brought back: git keeps it in another form/),
  });
  expect(await treeState(cwd)).toEqual(left);
});

test("a command that is broken off is undone as well", async () => {
  const { cwd, checkpoints, call } = await setUpRepository({ file: "a\n" });
  const before = await treeState(cwd);
  const stop = new AbortController();
  const running = call(
    "bash",
    { command: "echo x > file; echo y > new; touch ready; sleep 600" },
    stop.signal,
  );
  await expect.poll(() => stat(join(cwd, "ready")).catch(() => undefined), { timeout: 20_000 }).toBeDefined();
  stop.abort();
  await running.catch(() => undefined);
  await checkpoints.undo();
  expect(await treeState(cwd)).toEqual(before);
});

/** What a hostile repository does to run a program of its own, as soon as git looks at it. */
const traps: Record<string, (program: string) => string> = {
  "a file system monitor": (program) => `git config core.fsmonitor ${program}`,
  "a hook": (program) => `mkdir -p .git/hooks; cp ${program} .git/hooks/post-index-change`,
  "another folder for hooks": (program) =>
    `mkdir h; cp ${program} h/post-index-change; printf '[core] hooksPath = h\n' >> .git/config`,
  "a filter": (program) =>
    `git config filter.x.smudge ${program}; git config filter.x.clean ${program}; echo '* filter=x' > .gitattributes`,
  "a promisor that lacks an object": (program) =>
    `rm -f .git/objects/$(git rev-parse HEAD:file | sed 's,^..,&/,'); git config core.repositoryformatversion 1; git config extensions.partialClone origin; git config remote.origin.url .; git config remote.origin.promisor true; git config remote.origin.uploadpack ${program}`,
  "settings of another folder": (program) =>
    `cp -r .git .c; git config -f .c/config core.fsmonitor ${program}; echo ../.c > .git/commondir`,
  "a repository within": (program) =>
    `git init -q sub; (cd sub; git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x); git add sub 2>/dev/null; git -C sub config core.fsmonitor ${program}`,
  "another work tree": (program) => `git config core.worktree /; git config core.fsmonitor ${program}`,
};

test.each(Object.entries(traps))(
  "S-H8: checkpoints run nothing of a repository with %s",
  async (_what, trap) => {
    const { cwd, bash, git } = await setUpRepository({ file: "a\n" });
    const elsewhere = await temporaryFolder();
    const program = join(elsewhere, "program");
    const witness = join(elsewhere, "witness");
    await writeFile(program, `#!/bin/sh\ntouch ${witness}\nexit 1\n`, { mode: 0o755 });
    execFileSync("sh", ["-c", trap(program)], { cwd });
    // The trap works: git itself falls into it.
    await writeFile(join(cwd, "file"), "changed\n");
    for (const args of [["status"], ["diff"], ["checkout", "HEAD", "--", "file"]]) {
      try {
        git(...args);
      } catch {
        // What it says does not matter.
      }
    }
    expect(await stat(witness).catch(() => undefined)).toBeDefined();
    await rm(witness);
    await bash("echo x >> file; true");
    expect(await stat(witness).catch(() => undefined)).toBeUndefined();
  },
);

test("an undo writes nothing through a folder that became a link", async () => {
  const { cwd, checkpoints, bash } = await setUpRepository({});
  const outside = await temporaryFolder();
  await mkdir(join(cwd, "folder"));
  await writeFile(join(cwd, "folder", "file"), "planted\n");
  await writeFile(join(outside, "file"), "known\n");
  // Looks like a change of a file of ours, and is somebody else's.
  await bash("echo known > folder/file");
  await rm(join(cwd, "folder"), { recursive: true });
  await symlink(outside, join(cwd, "folder"));
  await expect(checkpoints.undo()).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(/a folder above it was replaced by a link/),
  });
  expect(await treeState(outside)).toMatchObject({ "/file": expect.stringMatching(/known/) });
});

test("a file that is in the index stands for nothing below a link", async () => {
  const { cwd, checkpoints, bash, git } = await setUpRepository({});
  const outside = await temporaryFolder();
  await mkdir(join(cwd, "folder"));
  await writeFile(join(cwd, "folder", "file"), "planted\n");
  git("add", ".");
  git("commit", "-qm", "second");
  await writeFile(join(outside, "file"), "precious\n");
  await bash(`rm -r folder; ln -s ${outside} folder`);
  await checkpoints.undo().catch(() => undefined);
  expect(await treeState(outside)).toMatchObject({ "/file": expect.stringMatching(/precious/) });
});
