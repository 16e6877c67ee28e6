import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { AskForApproval } from "@zotpilot/core";
import { describe, expect, test } from "vitest";
import {
  createApprovalBroker,
  createPermissionStore,
  fixedPolicy,
  policyLayer,
  sensitivePaths,
  type PolicyRules,
} from "../src/index.ts";
import { bashCall, riskOf, temporaryFolder, textOf, toolCall } from "./helpers.ts";

const yes: AskForApproval = async ({ digest }) => ({ digest, decision: "allow", remember: "session" });

/** A broker with rules from every place that rules can come from. */
async function withSources(rules: Partial<Record<Source, PolicyRules>>, ask?: AskForApproval) {
  const folder = await temporaryFolder();
  const project = await temporaryFolder();
  const projectFile = join(project, ".zotpilot", "permissions.json");
  const store = createPermissionStore({ folder, project, projectFile });
  await mkdir(join(project, ".zotpilot"));
  if (rules.user) await writeFile(store.files.user, JSON.stringify(rules.user));
  if (rules.project) await writeFile(projectFile, JSON.stringify(rules.project));
  if (rules.remembered?.allow) await store.remember(rules.remembered.allow);
  const flags = policyLayer("flags", rules.flag ?? {});
  const policy = { layers: async () => [...(await store.layers()), flags] };
  const broker = createApprovalBroker({ policy, risk: riskOf, project, ...(ask && { ask }) });
  const run = broker.middleware(async () => ({ content: [{ type: "text", text: "ran" }], isError: false }));
  const context = { cwd: project, signal: new AbortController().signal, progress: () => {} };
  return { call: async (command: string) => textOf(await run(bashCall(command), context)), store, project };
}

type Source = "user" | "project" | "remembered" | "flag";

describe("S-H1: wherever rules come from", () => {
  const forbidding: Source[] = ["user", "project", "flag"];
  const allowing: Source[] = ["user", "remembered", "flag"];
  const pairs = forbidding.flatMap((no) => allowing.map((allow) => [no, allow] as const));

  function rules(no: Source, allow: Source, effect: "deny" | "ask"): Partial<Record<Source, PolicyRules>> {
    const permitted = { allow: ["bash(touch x)"] };
    const forbidden = { [effect]: ["bash(touch *)"] };
    return no === allow ? { [no]: { ...permitted, ...forbidden } } : { [no]: forbidden, [allow]: permitted };
  }

  test.each(pairs)("a deny (%s) beats an allow (%s), with and without somebody to ask", async (no, allow) => {
    for (const ask of [undefined, yes]) {
      const { call } = await withSources(rules(no, allow, "deny"), ask);
      expect(await call("touch x")).toContain("forbidden by the rule bash(touch *)");
      expect(await call("touch x")).not.toBe("ran");
    }
  });

  test.each(pairs)("an ask (%s) beats an allow (%s), every time", async (no, allow) => {
    const { call } = await withSources(rules(no, allow, "ask"));
    expect(await call("touch x")).toContain("nobody to ask");
    let asked = 0;
    const attended = await withSources(rules(no, allow, "ask"), async (request, signal) => {
      asked += 1;
      return yes(request, signal);
    });
    expect(await attended.call("touch x")).toBe("ran");
    expect(await attended.call("touch x")).toBe("ran");
    expect(asked).toBe(2);
  });

  test.each(allowing)("an allow (%s) alone permits", async (allow) => {
    const { call } = await withSources({ [allow]: { allow: ["bash(touch x)"] } });
    expect(await call("touch x")).toBe("ran");
    expect(await call("touch y")).toContain("nobody to ask");
  });

  test("S-I3: an allow that comes with the project permits nothing", async () => {
    const { call, store } = await withSources({ project: { allow: ["*", "bash(touch x)"] } });
    expect(await call("touch x")).toContain("nobody to ask");
    expect(await store.warnings()).toEqual([expect.stringContaining("so this is ignored")]);
  });
});

describe("rules about hosts", () => {
  const effectOf = async (rules: PolicyRules, command: string): Promise<string> => {
    const project = await temporaryFolder();
    const policy = fixedPolicy(policyLayer("user", rules));
    const broker = createApprovalBroker({ policy, risk: riskOf, project });
    return (await broker.preview(bashCall(command), project)).effect;
  };

  test.each([
    "curl https://api.evil.example/x",
    "curl https://API.EVIL.EXAMPLE./x",
    "curl https://user@api.evil.example:8443/x",
    "curl 'http:\\\\api.evil.example'",
    "curl api.evil.example/x",
    "wget -qO- api.evil.example",
    "nc api.evil.example 80",
    "ssh me@api.evil.example ls",
    "scp a me@api.evil.example:",
    "git clone git@api.evil.example:x/y",
    "sudo ping -c1 api.evil.example",
    "sh -c 'dig api.evil.example'",
    "curl --connect-to ::api.evil.example: https://good.example",
    "curl https:///api.evil.example/x",
    "curl https:////api.evil.example/x",
    "curl https:/api.evil.example/x",
    "curl --url https:/api.evil.example",
    "curl https:\\\\\\\\api.evil.example",
    "https_proxy=api.evil.example:80 curl https://good.example",
    "x=api.evil.example; curl $x/y",
  ])("a forbidden host is forbidden in %j", async (command) => {
    expect(await effectOf({ allow: ["*"], deny: ["host(*.evil.example)"] }, command)).toBe("deny");
  });

  test.each([
    ["curl https://good.example/api.evil.example.txt", "allow"],
    ["cat api.evil.example", "allow"],
    ["curl https://notevil.example", "allow"],
  ])("and is not seen where it is none: %j", async (command, effect) => {
    expect(await effectOf({ allow: ["*"], deny: ["host(api.evil.example)"] }, command)).toBe(effect);
  });

  test.each([
    "curl 'https://{api.evil.example,a}'",
    "curl 'https://api.[d-f]vil.example'",
    "curl https://api.\uff45vil.example",
    "curl https://api\u3002evil.example",
  ])("%j may reach it, and is asked about", async (command) => {
    expect(await effectOf({ allow: ["*"], deny: ["host(api.evil.example)"] }, command)).toBe("ask");
  });

  test.each([
    "api.evil.example/x",
    "api.evil.example",
    "api.evil.example:80/x",
    "me@api.evil.example",
    "//api.evil.example/x",
    "https:api.evil.example",
    "https:/api.evil.example",
    "https:///api.evil.example/x",
    "HTTPS://API.EVIL.EXAMPLE./x",
    "ht\ntps://api.evil.example",
    "https://api%2eevil.example",
    "https://api.\uff45vil.example",
    "api\u3002evil.example",
    "ftp://api.evil.example",
  ])("a tool that fetches %j does not", async (url) => {
    const project = await temporaryFolder();
    const policy = fixedPolicy(policyLayer("user", { allow: ["*"], deny: ["host(*.evil.example)"] }));
    for (const risk of ["read", "execute"] as const) {
      const broker = createApprovalBroker({ policy, risk: () => risk, project });
      expect((await broker.preview(toolCall("fetch", { url }), project)).effect).toBe("deny");
      const good = toolCall("fetch", { url: "good.example/api.evil.example" });
      expect((await broker.preview(good, project)).effect).toBe("allow");
    }
  });

  test("where hosts are forbidden, one that is not known is asked about", async () => {
    const rules = { allow: ["*"], deny: ["host(api.evil.example)"] };
    for (const command of ["curl $x", "curl https://$(cat a)/x", "nc ${x}.example 80"]) {
      expect(await effectOf(rules, command)).toBe("ask");
      expect(await effectOf({ allow: ["*"] }, command)).toBe("allow");
    }
  });

  test("all hosts are forbidden by one star, also where none is named", async () => {
    for (const command of ["curl https://a.example", "git push", "npm publish; curl x", "ssh a"]) {
      expect(await effectOf({ allow: ["*"], deny: ["host(*)"] }, command)).toBe("deny");
    }
    expect(await effectOf({ allow: ["*"], deny: ["host(*)"] }, "cat a.ts")).toBe("allow");
  });
});

describe("the file of what was remembered", () => {
  test("S-L4: loses nothing when many answer at once", async () => {
    const folder = await temporaryFolder();
    const project = await temporaryFolder();
    const rules = Array.from({ length: 20 }, (_, index) => `bash(tool ${index})`);
    await Promise.all(rules.map((rule) => createPermissionStore({ folder, project }).remember([rule])));
    const listed = await createPermissionStore({ folder, project }).list();
    expect(new Set(listed.map(({ rule }) => rule))).toEqual(new Set(rules));
  });

  test("S-L4: nor when they are processes of their own", async () => {
    const folder = await temporaryFolder();
    const project = await temporaryFolder();
    const child = fileURLToPath(new URL("children/remember.ts", import.meta.url));
    const rules = Array.from({ length: 24 }, (_, index) => `bash(tool ${index})`);
    const run = promisify(execFile);
    await Promise.all(
      [0, 1, 2, 3].map((part) =>
        run(process.execPath, [
          "--conditions=@zotpilot/source",
          child,
          folder,
          project,
          ...rules.slice(part * 6, part * 6 + 6),
        ]),
      ),
    );
    const listed = await createPermissionStore({ folder, project }).list();
    expect(new Set(listed.map(({ rule }) => rule))).toEqual(new Set(rules));
    expect(await readdir(join(folder, "permissions"))).toHaveLength(1);
  });

  test("S-L2: a lock that somebody left behind heals", async () => {
    const folder = await temporaryFolder();
    const store = createPermissionStore({ folder, project: await temporaryFolder() });
    await mkdir(join(folder, "permissions"));
    await writeFile(`${store.files.remembered}.lock`, "");
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${store.files.remembered}.lock`, longAgo, longAgo);
    await store.remember(["bash(npm test)"]);
    expect(await store.list()).toMatchObject([{ rule: "bash(npm test)" }]);
  });

  test("is for people to read, private, and one for each project", async () => {
    const folder = await temporaryFolder();
    const project = await temporaryFolder();
    const store = createPermissionStore({ folder, project, now: () => new Date("2026-01-02T03:04:05Z") });
    await store.remember(["bash(npm test)"]);
    expect(await readFile(store.files.remembered, "utf8")).toBe(
      `${JSON.stringify(
        {
          version: 1,
          project,
          allow: [{ rule: "bash(npm test)", addedAt: "2026-01-02T03:04:05.000Z" }],
        },
        undefined,
        2,
      )}\n`,
    );
    expect((await stat(store.files.remembered)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "permissions"))).mode & 0o777).toBe(0o700);
  });

  test.each(['{"__proto__":{"allow":["*"]}}', '{"constructor":{"allow":["*"]}}', '{"allow":[{"rule":"*"}]}'])(
    "S-K6, F-62: %s permits nothing",
    async (text) => {
      const folder = await temporaryFolder();
      const project = await temporaryFolder();
      const store = createPermissionStore({ folder, project });
      await writeFile(store.files.user, text);
      const broker = createApprovalBroker({ policy: store, risk: riskOf, project });
      const run = broker.middleware(async () => ({ content: [], isError: false }));
      const context = { cwd: project, signal: new AbortController().signal, progress: () => {} };
      expect(await run(bashCall("touch x"), context)).toMatchObject({ isError: true });
    },
  );
});

test("S-G4: the program's own files are always asked about", async () => {
  const own = await temporaryFolder();
  const project = await temporaryFolder();
  const policy = fixedPolicy(policyLayer("flag", { allow: ["*"] }));
  const broker = createApprovalBroker({
    policy,
    risk: riskOf,
    project,
    sensitive: sensitivePaths({ own: [own] }),
  });
  const path = join(own, "permissions.json");
  for (const call of [
    toolCall("read", { path }),
    toolCall("write", { path, content: "" }),
    toolCall("edit", { path, edits: [] }),
    bashCall(`cat ${path}`),
    bashCall(`echo x >> ${path}`),
  ]) {
    expect((await broker.preview(call, project)).effect).toBe("ask");
  }
});

test("a file of rules with a byte order mark is read", async () => {
  const folder = await temporaryFolder();
  const store = createPermissionStore({ folder, project: await temporaryFolder() });
  await writeFile(store.files.user, '\ufeff{"deny":["bash(rm *)"]}');
  expect((await store.list()).map(({ rule }) => rule)).toEqual(["bash(rm *)"]);
});
