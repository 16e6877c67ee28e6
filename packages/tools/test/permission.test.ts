import { link, mkdir, readFile, rmdir, stat, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { ApprovalRequest, AskForApproval, ToolResult } from "@zotpilot/core";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  callDigest,
  createApprovalBroker,
  createPermissionStore,
  fixedPolicy,
  policyLayer,
  type ApprovalBrokerOptions,
  type PolicyRules,
} from "../src/index.ts";
import { parseRule } from "../src/permission/rule.ts";
import { bashCall, riskOf, temporaryFolder, textOf, toolCall } from "./helpers.ts";

async function broker(rules: PolicyRules = {}, options: Partial<ApprovalBrokerOptions> = {}) {
  const project = options.project ?? (await temporaryFolder());
  const policy = fixedPolicy(policyLayer("user", rules));
  const made = createApprovalBroker({ policy, risk: riskOf, project, ...options });
  const ran: string[] = [];
  const run = made.middleware(async (call): Promise<ToolResult> => {
    ran.push(call.arguments);
    return { content: [{ type: "text", text: "ran" }], isError: false };
  });
  const context = { cwd: project, signal: new AbortController().signal, progress: () => {} };
  return {
    ...made,
    project,
    ran,
    call: async (name: string, input: unknown) => textOf(await run(toolCall(name, input), context)),
    run,
    context,
    effect: async (name: string, input: unknown) =>
      (await made.preview(toolCall(name, input), project)).effect,
  };
}

const yes: AskForApproval = async ({ digest }) => ({ digest, decision: "allow" });

test("S-H3: a link that is swapped while somebody is asked makes the answer worthless", async () => {
  const outside = await temporaryFolder();
  const project = await temporaryFolder();
  await mkdir(join(project, "folder"));
  const shown: string[] = [];
  const { call, ran } = await broker(
    {},
    {
      project,
      ask: async (request) => {
        shown.push(...request.writes);
        await rmdir(join(project, "folder"));
        await symlink(outside, join(project, "folder"));
        return yes(request, new AbortController().signal);
      },
    },
  );
  expect(await call("write", { path: "folder/file", content: "x" })).toBe(
    "folder/file leads elsewhere since it was approved",
  );
  expect(shown).toEqual([join(project, "folder", "file")]);
  expect(ran).toEqual([]);
});

describe("with nobody to ask", () => {
  test("reading runs, everything else is refused with the reason", async () => {
    const { call, ran } = await broker();
    expect(await call("read", { path: "a" })).toBe("ran");
    expect(await call("bash", { command: "ls" })).toBe("ran");
    expect(await call("write", { path: "a", content: "" })).toContain("nobody to ask");
    expect(await call("bash", { command: "touch x" })).toContain("it runs something");
    expect(await call("some_extension", { path: "a" })).toContain("nobody to ask");
    expect(ran).toHaveLength(2);
  });

  test("a rule permits", async () => {
    const { call } = await broker({ allow: ["bash(touch x)", "write(src/**)"] });
    expect(await call("bash", { command: "touch x" })).toBe("ran");
    expect(await call("bash", { command: "touch y" })).not.toBe("ran");
    expect(await call("write", { path: "src/a/b", content: "" })).toBe("ran");
    expect(await call("edit", { path: "src/../b", edits: [] })).not.toBe("ran");
    expect(await call("bash", { command: "echo x > src/y" })).toBe("ran");
    expect(await call("bash", { command: "cd /tmp && echo x > src/y" })).not.toBe("ran");
  });
});

describe("S-H1: deny beats ask beats allow", () => {
  const places = ["allow", "ask", "deny"] as const;
  const combinations = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
    places.filter((_, index) => bits & (1 << index)),
  );

  for (const rule of ["bash", "bash(touch *)", "*", "command(touch x)"]) {
    test.each(combinations)(`${rule} in %s %s %s`, async (...effects) => {
      const layers = effects.map((effect) => policyLayer(effect, { [effect]: [rule] }));
      const expected = effects.includes("deny")
        ? "deny"
        : effects.includes("ask")
          ? "ask"
          : (effects[0] ?? "ask");
      for (const order of [layers, layers.toReversed()]) {
        const { effect } = await broker({}, { policy: fixedPolicy(...order) });
        expect(await effect("bash", { command: "touch x" })).toBe(expected);
      }
    });
  }

  test.each([
    "touch x",
    "ls; touch x",
    "env A=b touch x",
    "sudo -u root touch x",
    "sh -c 'touch x'",
    "find . -exec touch {} \\;",
    "ls | xargs touch",
    "/usr/bin/touch x",
    "TOUCH x",
    "$(touch x)",
    "bash <<E\ntouch x\nE",
    "strace -f -o y touch x",
  ])("a forbidden command stays forbidden as %j", async (command) => {
    const { effect } = await broker({ allow: ["*"], deny: ["bash(touch *)"] });
    expect(await effect("bash", { command })).toBe("deny");
  });

  test("where commands are forbidden, what cannot be told is asked about", async () => {
    const { effect } = await broker({ allow: ["*"], deny: ["bash(touch *)"] });
    expect(await effect("bash", { command: "$x y" })).toBe("ask");
  });

  test("a forbidden path is forbidden by every name", async () => {
    const { effect, project } = await broker({ allow: ["*"], deny: ["read(private)", "write(private)"] });
    await mkdir(join(project, "private"));
    await symlink("private", join(project, "link"));
    for (const path of [
      "private",
      "./private/x",
      "PRIVATE/x",
      "link/x",
      "src/../private",
      join(project, "private/x"),
    ]) {
      expect(await effect("read", { path })).toBe("deny");
      expect(await effect("write", { path, content: "" })).toBe("deny");
      expect(await effect("bash", { command: `cat ${path}` })).toBe("deny");
    }
  });

  test("hosts", async () => {
    const { effect } = await broker({
      allow: ["host(api.example.com)", "bash(wget *)"],
      deny: ["host(*.evil.example)"],
    });
    const curl = (url: string): Promise<string> => effect("bash", { command: `curl -sS ${url}` });
    expect(await curl("https://api.example.com/x")).toBe("allow");
    expect(await curl("http://api.example.com/x")).toBe("ask");
    expect(await curl("https://api.example.com@evil.example/x")).toBe("ask");
    expect(await curl("-d @x https://api.example.com/x")).toBe("ask");
    expect(await curl("-L https://api.example.com/x")).toBe("ask");
    expect(await curl("https://api.example.com/$(cat x)")).toBe("ask");
    expect(await curl("https://%")).toBe("ask");
    expect(await curl("https://api.example.com/x https://:80")).toBe("ask");
    expect(await effect("bash", { command: "wget https://a.evil.example/" })).toBe("deny");
  });
});

describe("S-G4, S-H7: some paths are always asked about", () => {
  test.each([
    ".git/hooks/pre-commit",
    ".git/config",
    "sub/.git/config",
    ".GIT/config",
    ".gitmodules",
    ".vscode/settings.json",
    ".idea/x",
    ".mcp.json",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    ".envrc",
    "~/.bashrc",
    "~/.zshenv",
    "~/.profile",
    "~/.ssh/authorized_keys",
    "~/.config/fish/config.fish",
    "~/.gitconfig",
    "/etc/passwd",
    ".env",
  ])("writing %s", async (path) => {
    const { effect } = await broker({ allow: ["*"] });
    expect(await effect("write", { path, content: "" })).toBe("ask");
    expect(await effect("edit", { path, edits: [] })).toBe("ask");
    expect(await effect("bash", { command: `echo x > ${path}` })).toBe("ask");
    expect(await effect("bash", { command: `cp x ${path}` })).toBe("ask");
  });

  test("reading secrets, also through a link", async () => {
    const own = join(homedir(), "zotpilot-own");
    const { effect, project } = await broker({ allow: ["*"] });
    await symlink(join(homedir(), ".ssh"), join(project, "innocent"));
    for (const path of ["~/.ssh/id_rsa", ".env", "sub/.env.local", "innocent/id_rsa", "/proc/self/environ"]) {
      expect(await effect("read", { path })).toBe("ask");
    }
    expect(await effect("read", { path: ".env.example" })).toBe("allow");
    expect(own).not.toBe("");
  });

  test("S-G5: a file with several names", async () => {
    const { effect, project } = await broker({ allow: ["*"] });
    await writeFile(join(project, "a"), "");
    expect(await effect("write", { path: "a", content: "x" })).toBe("allow");
    await link(join(project, "a"), join(project, "b"));
    expect(await effect("write", { path: "a", content: "x" })).toBe("ask");
  });
});

describe("S-H3, S-H9: asking", () => {
  test("an approval is for exactly this call", async () => {
    const requests: ApprovalRequest[] = [];
    const { call, project, ran } = await broker(
      {},
      {
        ask: async (request) => {
          requests.push(request);
          // Whoever is asked can do nothing to the call by changing what it was shown.
          request.call.arguments = JSON.stringify({ command: "touch other" });
          return { digest: request.digest, decision: "allow" };
        },
      },
    );
    expect(await call("bash", { command: "touch x" })).toBe("ran");
    expect(ran).toEqual([JSON.stringify({ command: "touch x" })]);
    expect(requests[0]).toMatchObject({ command: "touch x", cwd: project, risk: "execute" });
    expect(requests[0]?.digest).toBe(callDigest({ call: bashCall("touch x"), cwd: project }));
  });

  test("a digest tells calls apart", () => {
    const digests = [
      callDigest({ call: toolCall("a", {}), cwd: "/x" }),
      callDigest({ call: toolCall("a", { b: 1 }), cwd: "/x" }),
      callDigest({ call: toolCall("b", {}), cwd: "/x" }),
      callDigest({ call: toolCall("a", {}), cwd: "/y" }),
      callDigest({ call: toolCall("a", {}), cwd: "/x", account: "z" }),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("no, an error, another digest and no answer at all are refusals", async () => {
    const answers: [AskForApproval, string][] = [
      [async ({ digest }) => ({ digest, decision: "deny" }), "user declined"],
      [async ({ digest }) => ({ digest, decision: "deny", reason: "not now" }), "not now"],
      [async () => Promise.reject(new Error("gone")), "user cancelled"],
      [async () => ({ digest: "other", decision: "allow" }), "another call"],
      [() => new Promise(() => {}), "user cancelled"],
    ];
    for (const [ask, reason] of answers) {
      const { call, ran } = await broker({}, { ask, timeoutMs: 50 });
      expect(await call("bash", { command: "touch x" })).toContain(reason);
      expect(ran).toEqual([]);
    }
  });

  test("questions come in the order of the calls, also when looking at the first takes longer", async () => {
    const asked: unknown[] = [];
    const { call } = await broker(
      {},
      {
        ask: async ({ digest, call: { arguments: given } }) => {
          asked.push(JSON.parse(given).path);
          return { digest, decision: "deny" };
        },
      },
    );
    const paths = [`${"deep/".repeat(200)}file`, "a", "b", "c"];
    await Promise.all(paths.map((path) => call("write", { path, content: "" })));
    expect(asked).toEqual(paths);
  });

  test("one question at a time, and an abort ends it", async () => {
    let open = 0;
    let most = 0;
    const { run, context } = await broker(
      {},
      {
        ask: async ({ digest }) => {
          most = Math.max(most, (open += 1));
          await new Promise((resolve) => setTimeout(resolve, 5));
          open -= 1;
          return { digest, decision: "allow" };
        },
      },
    );
    await Promise.all([1, 2, 3].map((n) => run(bashCall(`touch ${n}`), context)));
    expect(most).toBe(1);

    const controller = new AbortController();
    const stuck = await broker({}, { ask: () => new Promise(() => {}) });
    const waiting = stuck.run(bashCall("touch x"), { ...stuck.context, signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toThrow("aborted");
  });

  test("nobody is asked by a call that was stopped while it waited for its turn", async () => {
    const controller = new AbortController();
    let asked = 0;
    const ask: AskForApproval = async (_, signal) => {
      asked += 1;
      // As a desk does: it refuses to ask about what is stopped already.
      signal.throwIfAborted();
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    };
    const { run, context } = await broker({}, { ask });
    const stopped = { ...context, signal: controller.signal };
    const calls = [1, 2, 3].map((n) => run(bashCall(`touch ${n}`), stopped));
    const outcomes = Promise.allSettled(calls);
    await expect.poll(() => asked).toBe(1);
    controller.abort();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(asked).toBe(1);
  });

  test("a call that waits for its turn can be stopped while another question is open", async () => {
    let answer: (() => void) | undefined;
    const asked: (string | undefined)[] = [];
    const { run, context } = await broker(
      {},
      {
        ask: async ({ digest, command }) => {
          asked.push(command);
          await new Promise<void>((resolve) => (answer = resolve));
          return { digest, decision: "allow" };
        },
      },
    );
    const open = run(bashCall("touch 1"), context);
    await expect.poll(() => asked).toEqual(["touch 1"]);
    const controller = new AbortController();
    const waiting = run(bashCall("touch 2"), { ...context, signal: controller.signal });
    const after = run(bashCall("touch 3"), context);
    controller.abort(new Error("stopped"));
    // The first question is still open.
    await expect(waiting).rejects.toThrow("stopped");
    answer?.();
    expect(textOf(await open)).toBe("ran");
    await expect.poll(() => asked).toEqual(["touch 1", "touch 3"]);
    answer?.();
    expect(textOf(await after)).toBe("ran");
  });

  test("who attends the agent is asked; they may come and go", async () => {
    const { run, context, ran } = await broker();
    let present = false;
    const attended = {
      ...context,
      get ask() {
        return present ? yes : undefined;
      },
    };
    expect(textOf(await run(bashCall("touch x"), attended))).toContain("nobody to ask");
    present = true;
    expect(textOf(await run(bashCall("touch x"), attended))).toBe("ran");
    present = false;
    expect(textOf(await run(bashCall("touch x"), attended))).toContain("nobody to ask");
    expect(ran).toHaveLength(1);
  });
});

describe("S-H4: always", () => {
  async function withStore(answer: "session" | "project" = "project") {
    const folder = await temporaryFolder();
    const project = await temporaryFolder();
    const store = createPermissionStore({ folder, project, projectFile: join(project, "permissions.json") });
    const requests: ApprovalRequest[] = [];
    const ask: AskForApproval = async (request) => {
      requests.push(request);
      return { digest: request.digest, decision: "allow", remember: answer };
    };
    return { folder, store, requests, ...(await broker({}, { project, policy: store, ask })) };
  }

  test("is for this command in this project, is seen in a file, and is taken back", async () => {
    const { call, requests, store, project, folder } = await withStore();
    await call("bash", { command: "npm test" });
    await call("bash", { command: "npm  test" });
    await call("write", { path: "a.txt", content: "1" });
    await call("write", { path: "./a.txt", content: "2" });
    expect(requests.map(({ remember }) => remember)).toEqual([["bash(npm test)"], ["write(a.txt)"]]);
    expect(JSON.parse(await readFile(store.files.remembered, "utf8"))).toMatchObject({ project });
    expect((await stat(store.files.remembered)).mode & 0o777).toBe(0o600);
    expect(await store.list()).toMatchObject([
      { rule: "bash(npm test)", effect: "allow", file: store.files.remembered },
      { rule: "write(a.txt)", effect: "allow" },
    ]);
    await call("bash", { command: "npm test -- x" });
    expect(requests).toHaveLength(3);

    const elsewhere = createPermissionStore({ folder, project: await temporaryFolder() });
    expect(await elsewhere.list()).toEqual([]);
    expect(await store.revoke("bash(npm test)")).toBe(true);
    expect(await store.revoke("bash(npm test)")).toBe(false);
    await call("bash", { command: "npm test" });
    expect(requests).toHaveLength(4);
  });

  test("does not follow into another folder", async () => {
    const { call, run, context, requests } = await withStore();
    await call("bash", { command: "npm test" });
    await run(bashCall("npm test"), { ...context, cwd: await temporaryFolder() });
    await call("bash", { command: "cd /tmp && npm test" });
    expect(requests).toHaveLength(3);
  });

  test("for a session it is kept nowhere", async () => {
    const { call, requests, store } = await withStore("session");
    await call("bash", { command: "npm test" });
    await call("bash", { command: "npm test" });
    expect(requests).toHaveLength(1);
    expect(await store.list()).toEqual([]);
  });

  test.each([
    "bash -c 'npm test'",
    "node x.js",
    "python3 x.py",
    "sudo npm test",
    "curl https://example.com",
    "git push",
    "ssh host npm test",
    "npm test; $x",
    "A=b npm test",
    "PATH=/x npm test",
    "npm test *",
    "npm test $x",
    "xargs npm test",
    "env npm test",
    "awk x",
    "rm -rf ../x",
    "echo x > .git/config",
    "npm publish --registry=https://example.com",
  ])("is never offered for %j", async (command) => {
    const { call, requests } = await withStore();
    await call("bash", { command });
    expect(requests[0]?.remember).toEqual([]);
    await call("bash", { command });
    expect(requests).toHaveLength(2);
  });

  test.each([
    "npm test > '**'",
    "npm test > 'a*'",
    "npm test >> 'a?b'",
    "npm test > '{a,b}'",
    "npm test > '[ab]'",
    "npm test > '!a'",
    "npm test > 'a|b'",
    "npm test > ' a'",
  ])("is never offered for what writes a file whose name is a pattern: %j", async (command) => {
    const { call, requests } = await withStore();
    await call("bash", { command });
    expect(requests[0]?.remember).toEqual([]);
    await call("bash", { command });
    expect(requests).toHaveLength(2);
  });

  test("is for exactly this file, whatever its name is", async () => {
    const letters = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(index + 32));
    const names = [...letters, "\t", "\n", "\u00e4", "\u{1f600}"]
      .filter((letter) => letter !== "/")
      .flatMap((letter) => [`a${letter}b`, `${letter}a`, `a${letter}`, `${letter}${letter}`, `${letter}(a)`])
      .concat(
        "a b",
        "src/a-b.test.ts",
        "src/\u00e4 @2x.png",
        "~/a",
        "~",
        "~x/a",
        "a, b + c = d#1%&.txt",
        "$a.tsx",
      );
    const others = ["a", "b", "ab", "axb", "xa", "ax", "a/b", "xx", "x", "(a)", "aa", " a", "x(a)", "a,b"];
    const home = join(homedir(), "a");
    const offered: string[] = [];
    const { preview, project } = await broker();
    for (const path of names) {
      const call = toolCall("write", { path: path.startsWith("~") ? `./${path}` : path, content: "" });
      const { remember } = await preview(call, project);
      for (const text of remember) {
        offered.push(path);
        const rule = parseRule(text);
        const about = (file: string): boolean => rule.matchesPath([file], project, true);
        expect(about(join(project, path)), text).toBe(true);
        const wrong = others.filter((name) => name !== path && !name.startsWith(`${path}/`));
        expect(wrong.filter((name) => about(join(project, name)), text)).toEqual([]);
        expect(about(home), text).toBe(false);
      }
    }
    expect(offered).toEqual(
      expect.arrayContaining(["a b", "src/a-b.test.ts", "src/\u00e4 @2x.png", "~/a", "$a.tsx", "a-b", "a,b"]),
    );
    expect(offered).not.toContain("a*b");
    expect(offered).not.toContain("..");
  });

  test("words that need quotes are the same words the next time", async () => {
    const { call, requests } = await withStore();
    for (const command of ["mytool 'a b' \"c'd\" e\\*", "mytool 'a b' c\\'d 'e*'", "mytool a b"])
      await call("bash", { command });
    expect(requests.map(({ command }) => command)).toEqual(["mytool 'a b' \"c'd\" e\\*", "mytool a b"]);
  });
});

describe("S-I3, S-H8: what comes with a project", () => {
  test("can forbid and never allows", async () => {
    const folder = await temporaryFolder();
    const project = await temporaryFolder();
    const projectFile = join(project, "permissions.json");
    const store = createPermissionStore({ folder, project, projectFile });
    await writeFile(projectFile, JSON.stringify({ allow: ["*"], deny: ["bash(make *)"] }));
    await writeFile(store.files.user, JSON.stringify({ allow: ["bash(make *)", "bash(touch *)"] }));
    const { effect } = await broker({}, { policy: store, project });
    expect(await effect("bash", { command: "make all" })).toBe("deny");
    expect(await effect("bash", { command: "touch x" })).toBe("allow");
    expect(await effect("write", { path: "a", content: "" })).toBe("ask");
    expect(await store.warnings()).toEqual([expect.stringContaining("tries to allow *")]);
  });

  test.each(["{", "[]", '{"allow":"*"}', '{"alow":[]}', '{"deny":["bash("]}', '{"deny":["nonsense(x)"]}'])(
    "a policy that cannot be read permits nothing: %s",
    async (text) => {
      const store = createPermissionStore({
        folder: await temporaryFolder(),
        project: await temporaryFolder(),
      });
      await writeFile(store.files.user, text);
      const { call, ran } = await broker({}, { policy: store, ask: yes });
      expect(await call("read", { path: "a" })).toMatch(/permissions\.json|is not a rule/);
      expect(ran).toEqual([]);
    },
  );
});

describe("rules that leave the rest open", () => {
  test.each([
    ["bash(git log *)", "git log -3", "allow"],
    ["bash(git log *)", "git log --output=x", "ask"],
    ["bash(git *)", "git -c alias.x='!touch y' x", "ask"],
    ["bash(find *)", "find . -name x -mtime 3", "allow"],
    ["bash(find *)", "find . -exec touch {} \\;", "ask"],
    ["bash(rg *)", "rg --pre ./x y", "ask"],
    ["bash(go test *)", "go test -exec ./x ./...", "ask"],
    ["bash(tar *)", "tar --checkpoint-action=exec=x -cf y z", "ask"],
    ["bash(npm run *)", "npm run build && touch x", "ask"],
    ["bash(npm run *)", "npm run build > x", "ask"],
    ["bash(npm run *)", "npm run $(touch x)", "ask"],
    ["bash(npm run test:*)", "npm run test:unit", "allow"],
    ["bash(npm run test:*)", "npm run build", "ask"],
    ["bash(npm run *)", "./npm run x", "ask"],
    ["bash(xargs *)", "ls | xargs rm", "ask"],
    ["bash(sh *)", "sh -c 'touch x'", "ask"],
    ["bash(timeout *)", "timeout 5 touch x", "ask"],
    ["bash(touch *)", "timeout 5 touch x", "allow"],
    ["bash(touch *)", "cd src && touch x", "allow"],
    ["bash(touch *)", "cd .. && touch x", "ask"],
    ["bash(touch *)", "A=b touch x", "ask"],
    ["bash(touch *)", "CI=1 touch x", "allow"],
    ["bash(touch *)", "cd out && touch x", "ask"],
    ["bash(touch *)", "cd out/deep && touch x", "ask"],
    ["bash(touch *)", "cd -P out && touch x", "ask"],
    ["bash(touch *)", "cd src/back && touch x", "allow"],
    ["bash(npm test)", "cd out && npm test", "ask"],
    ["bash(npm test)", "cd out; npm test", "ask"],
    ["bash(npm test)", "pushd out && npm test", "ask"],
    ["bash(npm test)", "npm_config_script_shell=./evil npm test", "ask"],
    ["bash(npm test)", "npm_config_script_shell=./evil; npm test", "ask"],
    ["bash(npm test)", "env npm_config_script_shell=./evil npm test", "ask"],
    ["bash(npm test)", "for npm_config_script_shell in ./evil; do npm test; done", "ask"],
    ["bash(sed *)", "sed -n '1e touch x' a", "ask"],
    ["bash(sed *)", "sed -n 'w x' a", "ask"],
    ["bash(sed -i *)", "sed -i s/a/b/ a", "allow"],
    ["bash(sort *)", "sort --compress-prog=./x y", "ask"],
    ["bash(git grep *)", "git grep -nO./x y", "ask"],
    ["bash(git diff *)", "git diff --outp=x", "ask"],
    ["bash(git commit *)", "git commit -m 'a b'", "allow"],
    ["bash(git branch *)", "git branch x", "allow"],
    ["bash(git branch *)", "git -C /tmp branch x", "ask"],
    ["bash(tar *)", "tar xf a.tar", "allow"],
    ["bash(tar *)", "tar xIf ./x a", "ask"],
    ["bash(tar *)", "tar --to-com=./x -xf a", "ask"],
    ["bash(go test *)", "go test -vettool=./x", "ask"],
    ["bash(go test *)", "go test -v -run=X ./...", "allow"],
    ["bash(curl *)", "curl --out x http://a", "ask"],
    ["bash(npm run *)", "npm run x --script-shell=./x", "ask"],
    ["bash(curl *)", "curl -H @/root/.config/x https://a.example", "ask"],
    ["bash(curl *)", "curl -H @- https://a.example", "ask"],
    ["bash(curl *)", "curl -sSH@x https://a.example", "ask"],
    ["bash(curl *)", "curl --header @x https://a.example", "ask"],
    ["bash(curl *)", "curl --header=@x https://a.example", "ask"],
    ["bash(curl *)", "curl file:///x/y", "ask"],
    ["bash(curl *)", "curl FILE://localhost/x/y", "ask"],
    ["bash(curl *)", "curl scp://a.example/x", "ask"],
    ["bash(curl *)", "curl https://a.example file:/x", "ask"],
    ["bash(curl *)", "curl -sSL -H 'Accept: a/b' https://a.example/x?y=@z", "allow"],
    ["bash(curl *)", "curl -I localhost:3000/x", "allow"],
    ["bash(tar *)", "tar cf a.example:x .", "ask"],
    ["bash(tar *)", "tar -czf me@a.example:x .", "ask"],
    ["bash(tar *)", "tar -c --file=a.example:x .", "ask"],
    ["bash(tar *)", "tar czf ./a:b src", "allow"],
    ["bash(cargo test *)", "cargo test --config=x", "ask"],
    // What is not known here can do whatever it can do.
    ["bash(mytool *)", "mytool --anything x", "allow"],
  ])("%s and %j: %s", async (rule, command, expected) => {
    const { effect, project } = await broker({ allow: [rule] });
    await mkdir(join(project, "src"));
    await symlink(tmpdir(), join(project, "out"));
    await symlink("..", join(project, "src", "back"));
    expect(await effect("bash", { command })).toBe(expected);
  });

  test("cd goes to other folders where the environment says so", async () => {
    const elsewhere = await temporaryFolder();
    const { effect } = await broker({ allow: ["bash(touch *)"], deny: [`read(${elsewhere}/src/x)`] });
    const before = process.env["CDPATH"];
    process.env["CDPATH"] = `/none:${elsewhere}`;
    onTestFinished(() => {
      if (before === undefined) delete process.env["CDPATH"];
      else process.env["CDPATH"] = before;
    });
    expect(await effect("bash", { command: "cd src && touch y" })).toBe("ask");
    expect(await effect("bash", { command: "cd src && cat x" })).toBe("deny");
    expect(await effect("bash", { command: "cd ./src && cat x" })).toBe("allow");
  });
});
