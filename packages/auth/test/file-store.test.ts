import { execFileSync, spawnSync } from "node:child_process";
import {
  chmod,
  lchown,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { createFileStore, isAuthError, resolveCredential } from "../src/index.ts";
import { sampleCredential } from "./credential-store-contract.ts";
import { runChild } from "./child.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const isRoot = process.geteuid?.() === 0;
const id = "octocat@github.com";
const octocat = sampleCredential("octocat");
const stored = (more: object = {}) => JSON.stringify({ version: 1, credentials: { [id]: octocat }, ...more });
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

async function open(path?: string) {
  const file = path ?? join(await temporaryFolder(), "state", "credentials.json");
  const warnings: string[] = [];
  const store = createFileStore({ path: file, onWarning: (sentence) => warnings.push(sentence) });
  return { store, path: file, folder: dirname(file), warnings };
}

async function errorOf(action: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error: unknown = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isAuthError(error)) throw new Error(`not an AuthError: ${String(error)}`, { cause: error });
  return { code: error.code, message: error.message };
}

describe("S-A2: the file is 0600 in a 0700 folder, whatever was there before", () => {
  test("with umask 000 and with umask 777", async () => {
    for (const mask of ["000", "777"]) {
      const { path, folder } = await open();
      await runChild("save-once.ts", [path], { umask: mask });
      expect(await modeOf(path)).toBe("600");
      expect(await modeOf(folder)).toBe("700");
    }
  });

  test("an existing 0644 file in a 0755 folder, and a stale 0644 temporary file: one warning", async () => {
    const { store, path, folder, warnings } = await open();
    await mkdir(folder, { mode: 0o755 });
    await writeFile(path, stored(), { mode: 0o644 });
    const stale = join(folder, ".credentials.json.0123456789abcdef.tmp");
    await writeFile(stale, "stale", { mode: 0o644 });
    await chmod(folder, 0o755);
    await chmod(path, 0o644);
    await store.set("other@github.com", sampleCredential("other"));
    expect(await modeOf(path)).toBe("600");
    expect(await modeOf(folder)).toBe("700");
    expect(await readdir(folder)).toEqual(["credentials.json"]);
    expect(warnings).toEqual([
      `Other users of this machine could read ${path} (mode 0644); it is private again (0600).`,
    ]);
    expect(await store.list()).toEqual([id, "other@github.com"]);
  });

  test("a 0755 folder without a file is made private and told", async () => {
    const { store, folder, warnings } = await open();
    await mkdir(folder);
    await chmod(folder, 0o755);
    await store.set(id, octocat);
    expect(await modeOf(folder)).toBe("700");
    expect(warnings).toEqual([expect.stringContaining("(mode 0755); it is private now (0700)")]);
  });

  test("a folder that is shared by its nature is left alone", async () => {
    const { store, folder, path, warnings } = await open();
    await mkdir(folder);
    await chmod(folder, 0o1777);
    await store.set(id, octocat);
    expect(await modeOf(folder)).toBe("777");
    expect(await modeOf(path)).toBe("600");
    expect(warnings).toEqual([]);
  });
});

describe("S-A3: a file that others can read is corrected and told, never used in silence", () => {
  test.each([0o644, 0o640, 0o604, 0o666, 0o620])("mode %o", async (mode) => {
    const { store, path, folder, warnings } = await open();
    await mkdir(folder, { mode: 0o700 });
    await writeFile(path, stored());
    await chmod(path, mode);
    expect(await store.get(id)).toEqual(octocat);
    expect(await modeOf(path)).toBe("600");
    expect(warnings).toEqual([expect.stringContaining(path)]);
    await store.get(id);
    expect(warnings).toHaveLength(1);
  });

  test("a private file is used without a word", async () => {
    const { store, warnings } = await open();
    await store.set(id, octocat);
    await store.get(id);
    expect(warnings).toEqual([]);
  });

  test.runIf(isRoot)("a file of another user is refused and left alone", async () => {
    const { store, path, folder } = await open();
    await mkdir(folder, { mode: 0o700 });
    await writeFile(path, stored(), { mode: 0o600 });
    await chown(path, 12345, 12345);
    for (const action of [() => store.get(id), () => store.set(id, octocat), () => store.list()])
      expect(await errorOf(action())).toMatchObject({ code: "store_insecure" });
    expect((await stat(path)).uid).toBe(12345);
  });

  test.runIf(isRoot)("a folder of another user is refused before anything is written", async () => {
    const { store, folder } = await open();
    await mkdir(folder);
    await chown(folder, 12345, 12345);
    expect(await errorOf(store.set(id, octocat))).toMatchObject({ code: "store_insecure" });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("S-A4: a symbolic link works when it is our own", () => {
  async function linked(target: string) {
    const opened = await open();
    await mkdir(opened.folder, { mode: 0o700 });
    await symlink(target, opened.path);
    return opened;
  }

  test.each(["absolute", "relative"])("%s: the target is replaced, the link stays", async (kind) => {
    const dotfiles = await temporaryFolder();
    const target = join(dotfiles, "zotpilot.json");
    await writeFile(target, stored(), { mode: 0o600 });
    const before = await stat(target);
    const opened = await open();
    await mkdir(opened.folder, { mode: 0o700 });
    const text =
      kind === "absolute" ? target : join("..", "..", dotfiles.split("/").at(-1) ?? "", "zotpilot.json");
    await symlink(text, opened.path);
    expect(await opened.store.get(id)).toEqual(octocat);
    await opened.store.set("other@github.com", sampleCredential("other"));
    expect(await readlink(opened.path)).toBe(text);
    expect(await opened.store.list()).toEqual([id, "other@github.com"]);
    expect((await stat(target)).ino).not.toBe(before.ino);
    expect(await readdir(dotfiles)).toEqual(["zotpilot.json"]);
    expect(await readdir(opened.folder)).toEqual(["credentials.json"]);
    expect(await modeOf(target)).toBe("600");
  });

  test.each([
    ["dangling", "nowhere.json", /symbolic link to a file that does not exist/],
    ["in a circle", "credentials.json", /circle \(ELOOP\)/],
    ["to a folder", ".", /is a folder/],
  ])("%s: refused, nothing written", async (_name, target, sentence) => {
    const { store, folder, path } = await linked(target);
    for (const action of [() => store.get(id), () => store.set(id, octocat), () => store.delete(id)]) {
      const error = await errorOf(action());
      expect(error.code).toBe("store_unreadable");
      expect(error.message).toMatch(sentence);
      expect(error.message).toContain(path);
    }
    expect(await readdir(folder)).toEqual(["credentials.json"]);
    expect(await readlink(path)).toBe(target);
  });

  test.runIf(isRoot)("planted by another user: refused, nothing written", async () => {
    const elsewhere = await temporaryFolder();
    const target = join(elsewhere, "bait.json");
    await writeFile(target, stored(), { mode: 0o600 });
    const { store, path } = await linked(target);
    await lchown(path, 12345, 12345);
    for (const action of [() => store.get(id), () => store.set(id, octocat)])
      expect(await errorOf(action())).toMatchObject({ code: "store_insecure" });
    expect(await readFile(target, "utf8")).toBe(stored());
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
  });
});

describe("S-A10, F-60: a damaged file is kept, reported and never overwritten by a guess", () => {
  const good = stored();
  const withCredential = (credential: unknown) =>
    JSON.stringify({ version: 1, credentials: { [id]: credential } });
  const forms: readonly [string, string | Buffer, RegExp][] = [
    ["empty", "", /is empty/],
    ["blanks", " \n", /not complete JSON/],
    ["{}", "{}", /has no version number/],
    ["[]", "[]", /not an object/],
    ["null", "null", /not an object/],
    ["a number", "42", /not an object/],
    ["cut", good.slice(0, good.length / 2), /not complete JSON/],
    ["a lost brace", good.slice(0, -1), /not complete JSON/],
    ["doubled", good + good, /not complete JSON/],
    ["NULs", Buffer.alloc(512), /NUL bytes/],
    ["a NUL tail", Buffer.concat([Buffer.from(good), Buffer.alloc(4096)]), /NUL bytes/],
    ["BOM", `\ufeff${good}`, /byte order mark/],
    ["UTF-16", Buffer.from(`\ufeff${good}`, "utf16le"), /UTF-16/],
    ["UTF-16 without a mark", Buffer.from(good, "utf16le"), /NUL bytes/],
    [
      "wrong UTF-8",
      Buffer.concat([Buffer.from('{"version":1,"x":"'), Buffer.from([0xc3, 0x28])]),
      /not complete JSON/,
    ],
    ["a version that is text", JSON.stringify({ version: "1", credentials: {} }), /has no version number/],
    ["version 0", JSON.stringify({ version: 0, credentials: {} }), /unknown version number \(0\)/],
    [
      "a newer version",
      JSON.stringify({ version: 2, credentials: {} }),
      /newer version of this program \(format 2\)/,
    ],
    ["no credentials", JSON.stringify({ version: 1 }), /has no credentials in it/],
    [
      "credentials as a list",
      JSON.stringify({ version: 1, credentials: [octocat] }),
      /has no credentials in it/,
    ],
    ["a credential that is null", withCredential(null), /wrong form/],
    ["a credential without a type", withCredential({ ...octocat, type: undefined }), /wrong form/],
    ["a token that is a number", withCredential({ ...octocat, token: 5 }), /wrong form \(token/],
    ["an empty token", withCredential({ ...octocat, token: "" }), /wrong form \(token/],
    ["nested without end", "[".repeat(200_000), /not complete JSON|nested too deeply/],
    [
      "nested deeply",
      `{"version":1,"credentials":{},"x":${"[".repeat(400_000)}${"]".repeat(400_000)}}`,
      /nested too deeply/,
    ],
    ["more than 1 MB", `${good}${" ".repeat(1024 * 1024)}`, /larger than 1 MB/],
    ["another program's file", "[core]\n\trepositoryformatversion = 0\n", /not complete JSON/],
  ];

  test.each(forms)("%s", async (_name, content, sentence) => {
    const { store, path, folder } = await open();
    await mkdir(folder, { mode: 0o700 });
    await writeFile(path, content, { mode: 0o600 });
    const actions = [
      () => store.get(id),
      () => store.list(),
      () => store.set(id, octocat),
      () => store.delete(id),
    ];
    for (const action of actions) {
      const error = await errorOf(action());
      expect(error.code).toBe("store_unreadable");
      expect(error.message).toContain(path);
      expect(error.message).toMatch(sentence);
      expect(error.message).toMatch(/repair it, restore it from a backup, or move it away/);
      expect(error.message).not.toContain(octocat.token);
    }
    expect(Buffer.compare(await readFile(path), Buffer.from(content))).toBe(0);
    expect(await readdir(folder)).toEqual(["credentials.json"]);
  });

  test("100 MB is refused by its size, unread", async () => {
    const { store, path, folder } = await open();
    await mkdir(folder, { mode: 0o700 });
    execFileSync("truncate", ["-s", "100M", path]);
    await chmod(path, 0o600);
    expect((await errorOf(store.get(id))).message).toMatch(/larger than 1 MB/);
    expect((await stat(path)).size).toBe(100 * 1024 * 1024);
  });

  test("a folder in its place", async () => {
    const { store, path } = await open();
    await mkdir(path, { recursive: true, mode: 0o700 });
    for (const action of [() => store.get(id), () => store.set(id, octocat)])
      expect((await errorOf(action())).message).toMatch(/is a folder/);
    expect(await readdir(path)).toEqual([]);
  });

  test("a FIFO in its place does not make us wait", async () => {
    const { store, path, folder } = await open();
    await mkdir(folder, { mode: 0o700 });
    execFileSync("mkfifo", ["-m", "600", path]);
    for (const action of [() => store.get(id), () => store.set(id, octocat)])
      expect((await errorOf(action())).message).toMatch(/not a regular file/);
    expect((await lstat(path)).isFIFO()).toBe(true);
  });

  test("a file in the place of its folder", async () => {
    const { store, folder } = await open();
    await writeFile(folder, "not a folder");
    expect(await errorOf(store.get(id))).toMatchObject({ code: "store_unreadable" });
    expect(await errorOf(store.set(id, octocat))).toMatchObject({ code: "store_unreadable" });
    expect(await readFile(folder, "utf8")).toBe("not a folder");
  });

  test("no permission to read it", async () => {
    const { path, folder } = await open();
    await mkdir(folder, { recursive: true });
    await writeFile(path, stored());
    await chmod(path, 0o000);
    const user = isRoot ? 65534 : undefined;
    if (user !== undefined) {
      await chmod(dirname(folder), 0o755);
      await chown(folder, user, user);
      await chown(path, user, user);
    }
    const { stdout } = await runChild("read-once.ts", [path], user === undefined ? {} : { user });
    expect(JSON.parse(stdout)).toMatchObject({
      code: "store_unreadable",
      message: expect.stringMatching(/cannot be read: permission denied \(EACCES\)/),
    });
    expect((await stat(path)).mode & 0o777).toBe(0);
  });

  test("a damaged file that others could read is made private all the same, and told", async () => {
    const { store, path, folder, warnings } = await open();
    await mkdir(folder, { mode: 0o700 });
    await writeFile(path, stored().slice(0, 50));
    await chmod(path, 0o644);
    await errorOf(store.get(id));
    expect(await modeOf(path)).toBe("600");
    expect(warnings).toHaveLength(1);
  });
});

describe("what is not ours to understand", () => {
  test("fields of newer versions survive a save", async () => {
    const { store, path, folder } = await open();
    await mkdir(folder, { mode: 0o700 });
    const foreign = { type: "api_key", provider: "x", key: "y" };
    const text = JSON.stringify({
      version: 1,
      future: { a: [1] },
      credentials: { [id]: { ...octocat, note: "mine" }, "key@x": foreign },
    });
    await writeFile(path, text, { mode: 0o600 });
    expect(await store.list()).toEqual([id]);
    expect(await store.get("key@x")).toBeUndefined();
    expect(await store.get(id)).toEqual(octocat);
    await store.set("other@github.com", sampleCredential("other"));
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
      version: 1,
      future: { a: [1] },
      credentials: {
        [id]: { ...octocat, note: "mine" },
        "key@x": foreign,
        "other@github.com": sampleCredential("other"),
      },
    });
  });

  test("a key named __proto__ is a key", async () => {
    const { store, path, folder } = await open();
    await mkdir(folder, { mode: 0o700 });
    const hostile = `"__proto__":{"polluted":true,"type":"oauth"}`;
    const entry = `"${id}":{${JSON.stringify(octocat).slice(1, -1)},${hostile}}`;
    await writeFile(path, `{${hostile},"version":1,"credentials":{${entry}}}`, { mode: 0o600 });
    expect(await store.get(id)).toEqual(octocat);
    expect(await store.get("__proto__")).toBeUndefined();
    await store.set("other@github.com", sampleCredential("other"));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(await readFile(path, "utf8")).toMatch(/"__proto__"[^]*"__proto__"/);
    expect(await store.list()).toEqual([id, "other@github.com"]);
  });
});

test("S-A7: signing out where nobody ever signed in makes no file and no folder", async () => {
  const { store, folder } = await open();
  expect(await store.delete(id)).toBe(false);
  expect(await readdir(dirname(folder))).toEqual([]);
});

test("S-A8: a save that fails leaves the stored bytes as they were", async () => {
  const { store, path, folder } = await open();
  await store.set(id, octocat);
  const before = await readFile(path);
  const huge = { ...octocat, token: "x".repeat(1024 * 1024) };
  for (let round = 0; round < 20; round += 1)
    expect(await errorOf(store.set(id, huge))).toMatchObject({ code: "store_unwritable" });
  expect(Buffer.compare(await readFile(path), before)).toBe(0);
  expect(await readdir(folder)).toEqual(["credentials.json"]);
});

test.runIf(isRoot && process.platform === "linux")(
  "F-8: a full disk costs nothing that was stored",
  async () => {
    const folder = await temporaryFolder();
    const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", folder]);
    if (mount.status !== 0) return;
    try {
      const { store, path } = await open(join(folder, "credentials.json"));
      await store.set(id, octocat);
      const before = await readFile(path);
      await writeFile(join(folder, "filler"), Buffer.alloc(1 << 20)).catch(() => undefined);
      const error = await errorOf(store.set(id, { ...octocat, token: "x".repeat(9000) }));
      expect(error.code).toBe("store_unwritable");
      expect(error.message).toMatch(/no space left on the disk/);
      expect(Buffer.compare(await readFile(path), before)).toBe(0);
      expect((await readdir(folder)).sort()).toEqual(["credentials.json", "filler"]);
    } finally {
      spawnSync("umount", [folder]);
    }
  },
);

test("F-11: a read-only folder can be read from; a save says why it cannot be done", async () => {
  const { path, folder, store } = await open();
  await store.set(id, octocat);
  const user = isRoot ? 65534 : undefined;
  if (user !== undefined) {
    await chmod(dirname(folder), 0o755);
    await chown(path, user, user);
  }
  // The folder of the system: usable, but not ours to write in.
  await chmod(folder, user === undefined ? 0o500 : 0o755);
  const { stdout } = await runChild("read-once.ts", [path], user === undefined ? {} : { user });
  expect(JSON.parse(stdout)).toEqual([id]);
  if (user === undefined) return;
  const failed = await runChild("save-once.ts", [path], { user });
  expect(failed.stdout).toMatch(/store_unwritable.*permission denied \(EACCES\)/);
});

test("F-11: a folder that is deleted in between is made again", async () => {
  const { path, folder, store } = await open();
  await store.set(id, octocat);
  await rm(folder, { recursive: true });
  expect(await store.get(id)).toBeUndefined();
  await store.set(id, octocat);
  expect(await createFileStore({ path }).get(id)).toEqual(octocat);
  expect(((await stat(folder)).mode & 0o777).toString(8)).toBe("700");
});

test("F-11: with a token of the environment the store is not even looked at", async () => {
  const store = createFileStore({ path: join("/nowhere/at/all", "credentials.json") });
  const env = { COPILOT_GITHUB_TOKEN: "gho_env" };
  expect(await resolveCredential({ store, env })).toMatchObject({ source: "environment" });
});

test("leftovers of killed writers go when they are old, and at the next save", async () => {
  const { store, folder } = await open();
  await store.set(id, octocat);
  const young = join(folder, ".credentials.json.00000000000000aa.tmp");
  const old = join(folder, ".credentials.json.00000000000000bb.tmp");
  const foreign = join(folder, ".credentials.json.notes.tmp");
  for (const file of [young, old, foreign]) await writeFile(file, "x");
  const hourAgo = new Date(Date.now() - 3_600_000);
  await utimes(old, hourAgo, hourAgo);
  await utimes(foreign, hourAgo, hourAgo);
  const next = createFileStore({ path: join(folder, "credentials.json") });
  await next.get(id);
  expect((await readdir(folder)).sort()).toEqual([
    ".credentials.json.00000000000000aa.tmp",
    ".credentials.json.notes.tmp",
    "credentials.json",
  ]);
  await next.set(id, octocat);
  expect((await readdir(folder)).sort()).toEqual([".credentials.json.notes.tmp", "credentials.json"]);
});
