import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createApiKeyReader,
  createMemoryStore,
  credentialSources,
  readTokenFrom,
  resolveCredential,
} from "../src/index.ts";
import type { ApiKeyCommand, Credential, Environment, ForeignSource, ResolveOptions } from "../src/index.ts";
import { runChild } from "./child.ts";
import { program } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const everything: readonly ForeignSource[] = ["gh_env", "gh_cli", "editors"];
const posix = process.platform !== "win32";
const systemPath = process.env["PATH"] ?? "";

/** A home in which every other tool is signed in. */
async function fullHome() {
  const home = await temporaryFolder();
  const editors = join(home, ".config", "github-copilot");
  await mkdir(editors, { recursive: true });
  await writeFile(
    join(editors, "apps.json"),
    JSON.stringify({
      "github.com:Iv1.sample": { user: "ada", oauth_token: "ghu_from_apps", githubAppId: "Iv1.sample" },
      "octo.ghe.com:Iv1.sample": { user: "eve", oauth_token: "ghu_from_tenant" },
      "broken.example": 7,
    }),
  );
  await writeFile(
    join(editors, "hosts.json"),
    '{"github.com":{"user":"bob","oauth_token":"gho_from_hosts"}}',
  );
  const bin = join(home, "bin");
  await program(bin, "gh", 'echo "$@" > "$HOME/gh-was-run"; env > "$HOME/gh-environment"; echo gho_from_gh');
  const env: Environment = {
    HOME: home,
    PATH: [bin, systemPath].join(delimiter),
    GH_TOKEN: "gho_from_gh_token",
    GITHUB_TOKEN: "ghs_from_github_token",
  };
  return { home, env, editors };
}

async function storeOf(...logins: string[]) {
  const store = createMemoryStore();
  for (const login of logins) {
    const credential: Credential = {
      type: "oauth",
      host: "github.com",
      login,
      token: `ghu_stored_${login}`,
      createdAt: "2026-01-01T00:00:00.000Z",
    };
    await store.set(`${login}@github.com`, credential);
  }
  return store;
}

test("the order is fixed, and can be printed", () => {
  expect(credentialSources.map(({ name, onlyWhenAsked }) => [name, onlyWhenAsked])).toEqual([
    ["stdin", false],
    ["environment", false],
    ["command", false],
    ["store", false],
    ["gh_env", true],
    ["gh_cli", true],
    ["editors", true],
  ]);
  for (const { title } of credentialSources) expect(title).toMatch(/^(a|an|the) \S/);
});

test.runIf(posix)("each source answers when those before it have nothing, and is named", async () => {
  const { env, editors, home } = await fullHome();
  const command = createApiKeyReader({
    command: { program: await program(join(home, "bin"), "print-key", "echo gho_from_command") },
    env,
  });
  const steps: [Partial<ResolveOptions>, string, string, string][] = [
    [{ stdinToken: "gho_from_stdin" }, "stdin", "gho_from_stdin", "the standard input"],
    [
      { env: { ...env, COPILOT_GITHUB_TOKEN: "gho_from_variable" } },
      "environment",
      "gho_from_variable",
      "COPILOT_GITHUB_TOKEN",
    ],
    [{ command }, "command", "gho_from_command", `the command ${join(home, "bin", "print-key")}`],
    [{ store: await storeOf("zoe") }, "store", "ghu_stored_zoe", "zoe@github.com"],
    [{}, "gh_env", "gho_from_gh_token", "GH_TOKEN"],
    [{ env: { ...env, GH_TOKEN: " " } }, "gh_env", "ghs_from_github_token", "GITHUB_TOKEN"],
    [{ env: { HOME: home, PATH: env["PATH"] } }, "gh_cli", "gho_from_gh", "gh auth token"],
    [{ env: { HOME: home, PATH: "" } }, "editors", "ghu_from_apps", join(editors, "apps.json")],
  ];
  let all: Partial<ResolveOptions> = {};
  for (const [wish, source, token, place] of steps.toReversed()) {
    all = { ...all, ...wish };
    if (wish.env === undefined) all = { ...all, env };
    const found = await resolveCredential({ store: createMemoryStore(), env, ...all, sources: everything });
    expect(found).toMatchObject({ source, token, place, host: "github.com" });
  }
});

describe("S-A9: other tools' tokens are used only when asked", () => {
  test("without the flag nothing is found in a home full of them", async () => {
    const { env } = await fullHome();
    expect(await resolveCredential({ store: createMemoryStore(), env })).toBeUndefined();
    expect(await resolveCredential({ store: createMemoryStore(), env, sources: [] })).toBeUndefined();
  });

  test.runIf(posix)("and none of their files is opened and none of their programs run", async () => {
    const { home, env } = await fullHome();
    const trace = async (...sources: string[]) => {
      const { stdout } = await runChild("trace-resolve.ts", [home, env["PATH"] ?? "", ...sources]);
      return (JSON.parse(stdout) as string[]).filter((name) => name.startsWith(home));
    };
    expect(await trace()).toEqual([]);
    // The trace can see it: with the flag they are.
    expect(await trace("gh_cli")).toContain(join(home, "bin", "gh"));
    expect(await trace("editors")).toContain(join(home, ".config", "github-copilot", "apps.json"));
  });

  test.runIf(posix)(
    "what `gh` sees of the environment holds no token, and it is asked for that host",
    async () => {
      const { home, env } = await fullHome();
      const full = { ...env, COPILOT_GITHUB_TOKEN: "", SECRET_OF_OTHERS: "canary" };
      await resolveCredential({
        store: createMemoryStore(),
        env: full,
        sources: ["gh_cli"],
        host: "octo.ghe.com",
      });
      expect(await readFile(join(home, "gh-was-run"), "utf8")).toBe("auth token --hostname octo.ghe.com\n");
      expect(await readFile(join(home, "gh-environment"), "utf8")).not.toMatch(/TOKEN|canary/);
      await resolveCredential({ store: createMemoryStore(), env: full, sources: ["gh_cli"], account: "ada" });
      expect(await readFile(join(home, "gh-was-run"), "utf8")).toBe(
        "auth token --hostname github.com --user ada\n",
      );
    },
  );
});

test("the editors' files know hosts and people", async () => {
  const { home } = await fullHome();
  const find = (wish: Partial<ResolveOptions>) =>
    resolveCredential({ store: createMemoryStore(), env: { HOME: home }, sources: ["editors"], ...wish });
  expect(await find({ host: "octo.ghe.com" })).toMatchObject({ token: "ghu_from_tenant", login: "eve" });
  expect(await find({ account: "BOB" })).toMatchObject({ token: "gho_from_hosts", login: "bob" });
  expect(await find({ account: "nobody" })).toBeUndefined();
  expect(await find({ host: "other.ghe.com" })).toBeUndefined();
  const elsewhere = await temporaryFolder();
  expect(await find({ env: { HOME: elsewhere, XDG_CONFIG_HOME: join(home, ".config") } })).toMatchObject({
    token: "ghu_from_apps",
  });
  expect(await find({ env: { LOCALAPPDATA: join(home, ".config") } })).toMatchObject({ login: "ada" });
  expect(await find({ env: {} })).toBeUndefined();
});

test.each(["", "[]", "null", "not JSON gho_canary", "{"])(
  "an editor's file that is %j is named, and not repeated",
  async (content) => {
    const { home, editors } = await fullHome();
    await writeFile(join(editors, "apps.json"), content);
    const error: unknown = await resolveCredential({
      store: createMemoryStore(),
      env: { HOME: home },
      sources: ["editors"],
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "source_failed",
      message: expect.stringContaining(join(editors, "apps.json")),
    });
    expect((error as Error).message).not.toContain("canary");
  },
);

test.runIf(posix)("an editor's file that is a FIFO does not make us wait", async () => {
  const { home, editors } = await fullHome();
  const path = join(editors, "apps.json");
  spawnSync("rm", [path]);
  spawnSync("mkfifo", [path]);
  await expect(
    resolveCredential({ store: createMemoryStore(), env: { HOME: home }, sources: ["editors"] }),
  ).rejects.toMatchObject({ code: "source_failed" });
});

test("GH_TOKEN is never for a host of this machine", async () => {
  const env = { GH_TOKEN: "gho_from_gh_token" };
  const store = createMemoryStore();
  expect(
    await resolveCredential({ store, env, sources: ["gh_env"], host: "http://127.0.0.1:1" }),
  ).toBeUndefined();
  expect(await resolveCredential({ store, env, sources: ["gh_env"], host: "octo.ghe.com" })).toMatchObject({
    host: "octo.ghe.com",
  });
});

describe.runIf(posix)("api_key_command", () => {
  async function read(script: string, change: Partial<ApiKeyCommand> = {}, more: Environment = {}) {
    const folder = await temporaryFolder();
    const path = await program(folder, "print-key", script);
    const reader = createApiKeyReader({
      command: { program: path, ...change },
      env: { PATH: systemPath, HOME: folder, ...more },
    });
    return { folder, reader };
  }
  const errorOf = (work: Promise<unknown>) => work.catch((error: unknown) => error as Error);

  test("gives one line, once however often it is asked, and again when it was refused", async () => {
    const { reader, folder } = await read('echo run >> "$HOME/runs"; printf "sk-sample\\r\\n"');
    expect(await Promise.all([reader.read(), reader.read()])).toEqual(["sk-sample", "sk-sample"]);
    expect(await reader.read()).toBe("sk-sample");
    expect(await readFile(join(folder, "runs"), "utf8")).toBe("run\n");
    reader.forget();
    expect(await reader.read()).toBe("sk-sample");
    expect(await readFile(join(folder, "runs"), "utf8")).toBe("run\nrun\n");
  });

  test.each<[string, string, Partial<ApiKeyCommand>, RegExp]>([
    ["nothing", "true", {}, /it printed nothing/],
    ["blank lines", "printf '\\n\\n'", {}, /it printed nothing/],
    ["several lines", "printf 'canary-one\\ncanary-two\\n'", {}, /it printed 2 lines; one is expected/],
    ["blanks inside", "echo canary two", {}, /blanks or special characters/],
    ["a failure", "echo canary; echo canary >&2; exit 3", {}, /exit code 3/],
    ["too much", "yes canary | head -c 100000", {}, /more than 64 KB/],
    ["no end", "sleep 60", { timeoutMs: 100 }, /did not end within 0\.1 seconds/],
    ["a signal", "kill -9 $$", {}, /ended by SIGKILL/],
    ["no program", "true", { program: "/nowhere/at/all" }, /there is no such program/],
    ["a name that PATH does not have", "true", { program: "zotpilot-no-such-program" }, /no such program/],
    ["a path into the present folder", "true", { program: "./print-key" }, /there is no such program/],
  ])(
    "%s has its own sentence, in which nothing stands that it printed",
    async (_name, script, change, sentence) => {
      const { reader } = await read(script, change);
      const error = await errorOf(reader.read());
      expect(error).toMatchObject({ code: "source_failed", message: expect.stringMatching(sentence) });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("canary");
    },
  );

  test("there is no shell: nothing in its arguments is expanded", async () => {
    const { reader } = await read('printf "%s" "$1"', { args: ["$(id);`id`&&x"] });
    expect(await reader.read()).toBe("$(id);`id`&&x");
  });

  test("S-A6: it sees our token neither in its arguments nor in its environment", async () => {
    const { reader, folder } = await read(
      'env > "$HOME/seen"; echo "$0 $*" >> "$HOME/seen"; echo sk-sample',
      {},
      {
        COPILOT_GITHUB_TOKEN: "ghu_canary",
        OTHER: "kept",
      },
    );
    await reader.read();
    const seen = await readFile(join(folder, "seen"), "utf8");
    expect(seen).toContain("OTHER=kept");
    expect(seen).not.toMatch(/canary|COPILOT_GITHUB_TOKEN/);
  });

  test("one that leaves a child behind does not keep us waiting, and one that is stopped takes its children along", async () => {
    const { reader } = await read("sleep 60 & echo sk-sample");
    expect(await reader.read()).toBe("sk-sample");
    const { reader: stuck, folder } = await read('sleep 61 & echo $! > "$HOME/child"; wait');
    const stop = new AbortController();
    const reading = errorOf(stuck.read(stop.signal));
    const started = async () => Number(await readFile(join(folder, "child"), "utf8").catch(() => ""));
    await expect.poll(started, { timeout: 20_000 }).toBeGreaterThan(0);
    stop.abort(new Error("the caller left"));
    expect(await reading).toMatchObject({ message: "the caller left" });
    const child = await started();
    await expect.poll(() => isRunning(child), { timeout: 20_000 }).toBe(false);
  });

  test("an abort ends it with the signal's reason", async () => {
    const { reader } = await read("sleep 60");
    const stop = new AbortController();
    const reading = reader.read(stop.signal);
    stop.abort(new Error("the caller left"));
    await expect(reading).rejects.toThrow("the caller left");
  });

  test("who leaves does not take the key from others who wait", async () => {
    const { reader } = await read("sleep 0.3; echo sk-sample");
    const stop = new AbortController();
    const left = reader.read(stop.signal);
    const stays = reader.read();
    stop.abort(new Error("the caller left"));
    await expect(left).rejects.toThrow("the caller left");
    expect(await stays).toBe("sk-sample");
  });

  function isRunning(processId: number): boolean {
    const state = spawnSync("ps", ["-o", "stat=", "-p", String(processId)])
      .stdout.toString()
      .trim();
    return state !== "" && !state.startsWith("Z");
  }
});

describe("a token on the standard input", () => {
  async function* chunks(...texts: (string | Uint8Array)[]) {
    yield* texts;
  }

  test("is read whole, without what stands around it", async () => {
    expect(await readTokenFrom(chunks("  gho_", new TextEncoder().encode("sample"), "\r\n"))).toBe(
      "gho_sample",
    );
  });

  test.each([
    ["", /holds nothing: it is empty/],
    [" \n", /holds nothing: it is empty/],
    ["two words", /is no token: it has blanks/],
    ["ghp_canary", /classic personal access token/],
    ["ghr_canary", /refresh token/],
    ["tid=1;exp=2;canary:mac", /Copilot token/],
    ["x".repeat(70_000), /more than 64 KB/],
  ])("%.20j has its own sentence and is not repeated", async (text, sentence) => {
    const error: unknown = await readTokenFrom(chunks(text)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "token_unusable", message: expect.stringMatching(sentence) });
    expect((error as Error).message).not.toMatch(/canary|two words/);
  });

  test("an abort ends the wait for it", async () => {
    const stop = new AbortController();
    const endless: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const reading = readTokenFrom(endless, stop.signal);
    stop.abort(new Error("the caller left"));
    await expect(reading).rejects.toThrow("the caller left");
  });
});
