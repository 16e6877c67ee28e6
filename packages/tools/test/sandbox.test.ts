import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { createBashTool, createSandbox, type CommandSandbox } from "../src/index.ts";
import { moveAside } from "../src/sandbox/move-aside.ts";
import { prove } from "../src/sandbox/prove.ts";
import { seatbeltRules } from "../src/sandbox/seatbelt.ts";
import { asNobody, callText, temporaryFolder } from "./helpers.ts";

const problem = await createSandbox({ writable: [process.cwd()] }).then(
  () => undefined,
  (error: unknown) => String(error),
);

/** What is in the home folder, but for what other tests put there meanwhile. */
async function homeNames(): Promise<string[]> {
  return (await readdir(homedir())).filter((name) => !name.startsWith(".zotpilot-"));
}

async function setUp() {
  const project = await temporaryFolder();
  const outside = await temporaryFolder();
  execFileSync("git", ["init", "-q"], { cwd: project });
  await writeFile(join(project, ".env"), "SECRET=of-the-project\n");
  await mkdir(join(project, "packages", "a"), { recursive: true });
  await writeFile(join(project, "packages", "a", ".env.local"), "SECRET=of-the-package\n");
  await mkdir(join(project, "a", "b", "c", "d", "e"), { recursive: true });
  await writeFile(join(project, "a", "b", "c", "d", "e", ".env"), "SECRET=of-the-depth\n");
  await writeFile(join(project, "id_ed25519"), "of-the-person\n");
  await writeFile(join(outside, "credentials"), "the-credential\n");
  const sandbox = await createSandbox({ writable: [project], hidden: [join(outside, "credentials")] });
  const env = {
    ...process.env,
    SOME_API_KEY: "key-in-env",
    GITHUB_TOKEN: "token-in-env",
    OPENAI_KEY: "key-in-env",
    MY_PAT: "token-in-env",
    SENTRY_DSN: "key-in-env",
    HTTPS_PROXY: "http://user:key-in-env@proxy.example:8080",
  };
  const bash = createBashTool({ sandbox, env });
  return {
    project,
    outside,
    bash,
    run: (command: string, timeout = 20) => callText(bash, project, { command, timeout }),
  };
}

// In a container without namespaces, and where bwrap is missing, the reason stands in the name of the test.
describe.skipIf(problem !== undefined)(
  `S-H6: the sandbox${problem === undefined ? "" : ` (skipped: ${problem})`}`,
  () => {
    test("commands work in the project", async () => {
      const { project, run } = await setUp();
      expect(await run("echo hello > new && cat new && git status --short && exit 3")).toContain("[exit 3]");
      expect(await readFile(join(project, "new"), "utf8")).toBe("hello\n");
      expect(await run("node -e 'console.log(6 * 7)'")).toContain("42");
    });

    test("writing outside is refused", async () => {
      const { outside, run } = await setUp();
      const before = await homeNames();
      for (const path of ["/etc/new", "/usr/new", "~/zotpilot-sandbox-test", "/sys/x"]) {
        expect(await run(`echo x > ${path}`)).toMatch(/\[exit [12]\]/);
      }
      const parameter = "/proc/sys/kernel/core_pattern";
      expect(await run(`cat ${parameter} > ${parameter}`)).toMatch(/\[exit [12]\]/);
      // What is written to the temporary folder stays in the sandbox.
      await run(`echo x > ${outside}/new; ln -s ${outside} link && echo x > link/new`);
      expect(await run("mount -o remount,rw / 2>&1; touch /etc/new")).not.toContain("[exit 0]");
      // What is written to the temporary folder stays in the sandbox.
      await run("echo x > /tmp/zotpilot-sandbox-test");
      expect(existsSync("/tmp/zotpilot-sandbox-test")).toBe(false);
      expect(await readdir(outside)).toEqual(["credentials"]);
      expect(await homeNames()).toEqual(before);
    });

    test("programs of others cannot be planted where there are some", async () => {
      const { project, run } = await setUp();
      await mkdir(join(project, ".github", "workflows"), { recursive: true });
      await mkdir(join(project, ".husky"));
      await mkdir(join(project, "packages", "inner"));
      execFileSync("git", ["init", "-q"], { cwd: join(project, "packages", "inner") });
      for (const path of [
        ".git/hooks/pre-commit",
        ".git/config",
        ".github/workflows/ci.yml",
        ".husky/pre-commit",
        "packages/inner/.git/hooks/pre-commit",
        "packages/inner/.git/config",
      ]) {
        expect(await run(`echo x >> ${path}`)).toContain("Read-only");
      }
      expect(await run("git config core.fsmonitor ./x")).not.toContain("[exit 0]");
      for (const path of [".git/hooks", ".git", ".github", ".husky", "packages/inner/.git"]) {
        expect(await run(`mv ${path} other`)).not.toContain("[exit 0]");
      }
      expect(existsSync(join(project, ".git", "hooks", "pre-commit"))).toBe(false);
      expect(await run("touch fresh && git add fresh && git status --short")).toContain("[exit 0]");
    });

    test.each([
      ".mcp.json",
      ".github/workflows/ci.yml",
      ".vscode/tasks.json",
      ".idea/x",
      ".gitmodules",
      ".husky/pre-commit",
      ".npmrc",
      ".envrc",
      ".zotpilot/permissions.json",
      ".git/commondir",
      ".git/info/attributes",
      ".git/modules/a/config",
    ])("S-G4: what others run does not stay where it was not before: %s", async (path) => {
      const { project, run } = await setUp();
      const text = await run(
        `rm -rf ${join(path, "..")}; mkdir -p $(dirname ${path}) && echo planted > ${path}`,
      );
      const stays = existsSync(join(project, path)) && (await readFile(join(project, path), "utf8"));
      expect(stays).not.toBe("planted\n");
      expect(text).toMatch(/must not make what other programs run.*\.from-sandbox|Read-only|\[exit 1\]/s);
      const names = await readdir(project, { recursive: true });
      // Nothing is lost of what could be written.
      if (text.includes("must not make")) expect(names.join("\n")).toContain(".from-sandbox");
    });

    test("a new repository stays when it runs nothing", async () => {
      const { project, run } = await setUp();
      expect(await run("git init -q fresh && cd fresh && git add . && git status")).toContain("[exit 0]");
      expect(existsSync(join(project, "fresh", ".git"))).toBe(true);
      const text = await run("git init -q packages/bad && git -C packages/bad config core.fsmonitor ./x");
      expect(text).toContain("must not make what other programs run");
      expect(existsSync(join(project, "packages", "bad", ".git"))).toBe(false);
      expect(existsSync(join(project, "packages", "bad", ".git.from-sandbox", "config"))).toBe(true);
      const hook = "git init -q hooked && cp /bin/true hooked/.git/hooks/pre-commit";
      expect(await run(hook)).toContain("must not make");
    });

    test("S-G4: what was a link does not become something else", async () => {
      const { project, run } = await setUp();
      await rename(join(project, ".git"), join(project, "real-git"));
      await symlink("real-git", join(project, ".git"));
      await mkdir(join(project, "x"));
      await symlink("x", join(project, ".vscode"));
      expect(await run("git status --short && ls .vscode")).not.toContain("must not make");
      const text = await run(
        "rm .vscode .git && mkdir .vscode && echo planted > .vscode/tasks.json && cp -r real-git .git && cp /bin/true .git/hooks/pre-commit",
      );
      expect(text).toContain(`${project}/.vscode is now .vscode.from-sandbox`);
      expect(text).toContain(`${project}/.git is now .git.from-sandbox`);
      expect(existsSync(join(project, ".vscode"))).toBe(false);
      expect(existsSync(join(project, ".git"))).toBe(false);
      expect(existsSync(join(project, ".git.from-sandbox", "hooks", "pre-commit"))).toBe(true);
    });

    test(
      "S-G4: a repository that was not looked at before the command is nobody's plant",
      { timeout: 60_000 },
      async () => {
        const { project, run } = await setUp();
        for (let number = 1_000; number < 5_000; number += 1) await mkdir(join(project, `folder-${number}`));
        const hooked = async (folder: string) => {
          await mkdir(folder, { recursive: true });
          execFileSync("git", ["init", "-q"], { cwd: folder });
          await writeFile(join(folder, ".git", "hooks", "pre-commit"), "", { mode: 0o755 });
          return join(folder, ".git");
        };
        const deeper = join(project, "folder-2000", "deeper");
        const own = await hooked(deeper);
        await rename(await hooked(join(deeper, "prepared")), join(deeper, "prepared", "git"));
        // What is a moment older than the command may be its own, since not all clocks are fine.
        await sleep(2_500);
        const text = await run(
          "rmdir folder-1*; cd folder-2000/deeper; mv prepared/git prepared/.git; git init -q new; cp /bin/true new/.git/hooks/pre-commit",
        );
        expect(text).toContain(`${deeper}/prepared/.git is now .git.from-sandbox`);
        expect(text).toContain(`${deeper}/new/.git is now .git.from-sandbox`);
        expect(text).not.toContain(`${deeper}/.git is now`);
        expect(existsSync(own)).toBe(true);
      },
    );

    test(
      "S-G4: what was made where nobody looks does not come to where somebody does",
      { timeout: 60_000 },
      async () => {
        const { run } = await setUp();
        const deep = "1/2/3/4/5/6/7/8";
        await run(`mkdir -p ${deep} && git init -q ${deep} && cp /bin/true ${deep}/.git/hooks/pre-commit`);
        await sleep(2_500);
        expect(await run(`mv ${deep} here`)).toContain("here/.git is now .git.from-sandbox");
      },
    );

    test("there is no network", async () => {
      const { run } = await setUp();
      let connections = 0;
      const server = createServer((socket) => {
        connections += 1;
        socket.end("reached\n");
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      const connect = `(exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3)`;
      expect((await promisify(execFile)("bash", ["-c", connect])).stdout).toBe("reached\n");
      expect(await run(connect)).not.toContain("reached\n");
      expect(await run("cat /proc/net/dev")).not.toMatch(/eth0|ens|wlan/);
      expect(connections).toBe(1);
    });

    test("a socket in the temporary folder is not there", async () => {
      const { run } = await setUp();
      const folder = await temporaryFolder();
      const server = createServer((socket) => socket.end("reached\n"));
      await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
      onTestFinished(() => void server.close());
      const script = `require("net").connect(${JSON.stringify(join(folder, "socket"))}).on("data", d => process.stdout.write(d)).on("error", e => { console.log(e.code); process.exit(1); })`;
      expect(await run(`node -e '${script}'`)).toContain("ENOENT");
    });

    test("other processes cannot be signalled, nor seen", async () => {
      const { run } = await setUp();
      const other = spawn("sleep", ["60"], { stdio: "ignore" });
      onTestFinished(() => void other.kill("SIGKILL"));
      expect(await run(`kill -9 ${other.pid}`)).toContain("No such process");
      expect(await run(`kill -9 ${process.pid}; kill -9 -1; true`)).toContain("[exit");
      expect(other.exitCode).toBe(null);
      expect(other.signalCode).toBe(null);
      expect(await run(`ls -d /proc/${process.pid}/`)).not.toContain("[exit 0]");
    });

    test("S-H7: secrets are out of sight", async () => {
      const { outside, run } = await setUp();
      expect(
        await run(`cat .env packages/a/.env.local a/b/c/d/e/.env id_ed25519 ${join(outside, "credentials")}`),
      ).not.toMatch(/of-the|the-credential/);
      expect(await run("env")).not.toMatch(/key-in-env|token-in-env/);
      expect(
        await run("cat /etc/shadow; echo; ls -A ~/.ssh ~/.config/gh ~/.zotpilot 2>/dev/null; true"),
      ).not.toMatch(/root:|id_|hosts/);
      expect(await run("cat /proc/*/environ | tr '\\0' '\\n'")).not.toMatch(/key-in-env|token-in-env/);
    });

    test("S-H7: what the file tools ask about is out of sight as well, but for certificates of authorities", async () => {
      const { project, run } = await setUp();
      const hidden = ["server.pem", "Key.P12", "credentials.json", "auth.json", ".netrc", ".git-credentials"];
      const shown = [".env.example", "cacert.pem", "notes.json", "pem"];
      for (const name of [...hidden, ...shown]) await writeFile(join(project, name), `canary-in-${name}\n`);
      const text = await run(`cat ${[...hidden, ...shown].join(" ")}`);
      expect(text.match(/canary-in-\S+/g)).toEqual(shown.map((name) => `canary-in-${name}`));
    });

    test("S-H7: our own credentials and those of others are not to be read, whatever reads them", async () => {
      const { project } = await setUp();
      // Not in a temporary folder, since these are hidden as they are.
      const home = await mkdtemp(join(homedir(), ".zotpilot-test-"));
      const before = process.env["HOME"];
      process.env["HOME"] = home;
      onTestFinished(async () => {
        process.env["HOME"] = before;
        await rm(home, { recursive: true });
      });
      const places = [
        ".config/zotpilot/credentials.json",
        ".local/state/zotpilot/sessions/x.jsonl",
        ".zotpilot/credentials.json",
        ".ssh/id_ed25519",
        ".aws/credentials",
        ".config/gh/hosts.yml",
        ".netrc",
      ];
      for (const place of [...places, "notes"]) {
        await mkdir(dirname(join(home, place)), { recursive: true });
        await writeFile(join(home, place), `canary-in-${place}\n`);
      }
      const sandbox = await createSandbox({ writable: [project] });
      const bash = createBashTool({ sandbox });
      const script = `const fs = require("fs"); for (const f of process.argv.slice(1)) try { console.log(fs.readFileSync(f, "utf8")) } catch {}`;
      const files = [...places, "notes"].map((place) => join(home, place)).join(" ");
      const text = await callText(bash, project, { command: `cat ${files}; node -e '${script}' ${files}` });
      expect(text.match(/canary-in-\S+/g)).toEqual(["canary-in-notes", "canary-in-notes"]);
    });

    test("F-30: what leaves its group by setsid dies with the sandbox", async () => {
      const { project, run } = await setUp();
      const text = await run("setsid sh -c 'sleep 2; touch escaped' & setsid sleep 61.25 & sleep 30", 1);
      expect(text).toContain("[exit -1]");
      const processes = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
      expect(processes).not.toContain("sleep 61.25");
      expect(existsSync(join(project, "escaped"))).toBe(false);
    });

    test("a folder that is gone is an error, and nothing runs", async () => {
      const { bash, project } = await setUp();
      await expect(callText(bash, join(project, "none"), { command: "echo ran" })).rejects.toMatchObject({
        code: "not_started",
      });
    });
  },
);

test("S-H6: a sandbox that fails is never left out", async () => {
  const project = await temporaryFolder();
  const broken: CommandSandbox = {
    kind: "bubblewrap",
    description: "",
    wrap: async () => ({ file: join(project, "no-such-bwrap"), args: [], env: {} }),
  };
  const bash = createBashTool({ sandbox: broken });
  await expect(callText(bash, project, { command: "touch ran" })).rejects.toMatchObject({
    code: "not_started",
  });
  expect(existsSync(join(project, "ran"))).toBe(false);
});

test("S-H6: without bubblewrap there is an error that says so", async () => {
  const path = process.env["PATH"];
  process.env["PATH"] = await temporaryFolder();
  onTestFinished(() => void (process.env["PATH"] = path));
  if (process.platform !== "linux") return;
  await expect(createSandbox({ writable: [] })).rejects.toMatchObject({
    code: "no_sandbox",
    message: expect.stringContaining("not installed"),
  });
});

test("S-H6: a sandbox that does not hold is none", async () => {
  const leaky: CommandSandbox = { kind: "bubblewrap", description: "", wrap: async (program) => program };
  await expect(prove(leaky, [])).rejects.toMatchObject({
    code: "no_sandbox",
    message: expect.stringContaining("lets commands write outside"),
  });
  const broken: CommandSandbox = {
    ...leaky,
    wrap: async (program) => ({ ...program, args: ["-c", "echo 'no permission' >&2; exit 1"] }),
  };
  await expect(prove(broken, [])).rejects.toMatchObject({
    code: "no_sandbox",
    message: "there is no sandbox: bubblewrap does not work here (no permission)",
  });
  for (const place of [tmpdir(), homedir()]) {
    expect((await readdir(place)).filter((name) => name.startsWith(".zotpilot-proof-"))).toEqual([]);
  }
});

test("S-G4: what cannot be renamed is told, and the rest is renamed all the same", async () => {
  const locked = await temporaryFolder();
  const open = await temporaryFolder();
  const absent = [locked, open].map((folder) => join(folder, ".husky"));
  for (const path of absent) await mkdir(path);
  if (process.getuid?.() === 0) await chown(open, 65_534, 65_534);
  onTestFinished(() => chmod(locked, 0o755));
  const before = { writable: [], around: { secrets: [], repositories: [], unseen: [] }, links: new Map() };
  await asNobody(locked, async () => {
    await chmod(locked, 0o555);
    const said = await moveAside({ ...before, absent, startedAt: 0 });
    expect(said).toContain(`cannot rename ${locked}/.husky: permission denied`);
    expect(said).toContain(`${open}/.husky is now .husky.from-sandbox`);
  });
});

test("S-H6, S-H7: what seatbelt is told", async () => {
  const project = await temporaryFolder();
  const secret = join(await temporaryFolder(), "credentials");
  await writeFile(secret, "");
  await writeFile(join(project, ".env"), "");
  const { network, filesystem } = await seatbeltRules({ writable: [project], hidden: [secret] });
  expect(network.allowedDomains).toEqual([]);
  expect(filesystem.allowWrite).toEqual([project]);
  expect(filesystem.denyRead).toEqual(expect.arrayContaining([secret, join(project, ".env")]));
  expect(filesystem.denyWrite).toEqual(
    expect.arrayContaining(
      [".gitmodules", ".vscode", ".mcp.json", ".github/workflows", ".zotpilot"].map((name) =>
        join(project, name),
      ),
    ),
  );
});

const noMac = process.platform === "darwin" ? undefined : `this is ${process.platform}`;

test.skipIf(noMac !== undefined)(
  `S-H6: seatbelt, or an error that says why there is none${noMac === undefined ? "" : ` (skipped: ${noMac})`}`,
  async () => {
    const made = await createSandbox({ writable: [await temporaryFolder()] }).catch(
      (error: unknown) => error,
    );
    // The other tests of this file have then been about seatbelt.
    if (problem === undefined) expect(made).toMatchObject({ kind: "seatbelt" });
    else
      expect(made).toMatchObject({
        code: "no_sandbox",
        message: expect.stringMatching(/sandbox-runtime|start|work/),
      });
  },
);
