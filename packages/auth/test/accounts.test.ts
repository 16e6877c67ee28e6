import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createAccounts,
  createFileStore,
  createTokenRefresher,
  openCredentialStore,
  resolveCredential,
  signOut,
  storeFiles,
} from "../src/index.ts";
import { sampleKeychain, lockedKeychain } from "./keychains.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const people = [
  ["ada@github.com", "2026-01-01T00:00:00.000Z"],
  ["bob@github.com", "2026-01-03T00:00:00.000Z"],
  ["eve@octo.ghe.com", "2026-01-02T00:00:00.000Z"],
] as const;

async function office() {
  const root = await temporaryFolder();
  const folder = join(root, "state");
  const store = createFileStore({ path: join(folder, storeFiles.credentials) });
  for (const [id, createdAt] of people) {
    const [login = "", host = ""] = id.split("@");
    await store.set(id, { type: "oauth", login, host, token: `ghu_${login}`, createdAt });
  }
  const work = join(root, "work", "deep", "down");
  await mkdir(work, { recursive: true });
  return {
    root,
    folder,
    store,
    work: join(root, "work"),
    deep: work,
    accounts: createAccounts({ store, folder }),
  };
}

test("without a choice, it is who signed in last; with a host, who did so there", async () => {
  const { accounts } = await office();
  expect(await accounts.resolve()).toBe("bob@github.com");
  expect(await accounts.resolve({ host: "octo.ghe.com" })).toBe("eve@octo.ghe.com");
  expect(await accounts.resolve({ host: "other.ghe.com" })).toBeUndefined();
});

test("a folder's choice goes before the machine's, and holds for what is below it", async () => {
  const { accounts, store, work, deep, root } = await office();
  await accounts.choose("ada@github.com");
  await accounts.choose("eve@octo.ghe.com", { folder: work });
  expect(await accounts.resolve()).toBe("ada@github.com");
  expect(await accounts.resolve({ folder: root })).toBe("ada@github.com");
  expect(await accounts.resolve({ folder: work })).toBe("eve@octo.ghe.com");
  expect(await accounts.resolve({ folder: deep })).toBe("eve@octo.ghe.com");
  expect(await accounts.resolve({ folder: `${work}ed` })).toBe("ada@github.com");
  await symlink(deep, join(root, "shortcut"));
  expect(await accounts.resolve({ folder: join(root, "shortcut") })).toBe("eve@octo.ghe.com");
  // On another host the choice counts for nothing.
  expect(await accounts.resolve({ folder: deep, host: "github.com" })).toBe("ada@github.com");

  const found = (folder: string) => resolveCredential({ store, accounts, folder, env: {} });
  expect(await found(deep)).toMatchObject({ login: "eve", host: "octo.ghe.com", id: "eve@octo.ghe.com" });
  expect(await found(root)).toMatchObject({ login: "ada", token: "ghu_ada", place: "ada@github.com" });
  await accounts.choose(null, { folder: work });
  expect(await found(deep)).toMatchObject({ login: "ada" });
  await accounts.choose(null);
  expect(await found(deep)).toMatchObject({ login: "bob" });
});

test("the list tells who is chosen where, and no token", async () => {
  const { accounts, work } = await office();
  await accounts.choose("ada@github.com");
  await accounts.choose("eve@octo.ghe.com", { folder: work });
  const list = await accounts.list();
  expect(list).toEqual([
    {
      id: "ada@github.com",
      login: "ada",
      host: "github.com",
      signedInAt: "2026-01-01T00:00:00.000Z",
      isDefault: true,
      folders: [],
    },
    expect.objectContaining({ id: "bob@github.com", isDefault: false, folders: [] }),
    expect.objectContaining({ id: "eve@octo.ghe.com", isDefault: false, folders: [work] }),
  ]);
  expect(JSON.stringify(list)).not.toContain("ghu_");
});

test("accounts in a locked keychain are listed by their ids", async () => {
  const folder = join(await temporaryFolder(), "state");
  const first = await openCredentialStore({ folder, backend: sampleKeychain().backend });
  await first.store.set("ada@github.com", {
    type: "oauth",
    login: "Ada",
    host: "github.com",
    token: "ghu_ada",
    createdAt: "2026-01-01T00:00:00.000Z",
  });
  const { store } = await openCredentialStore({ folder, backend: lockedKeychain() });
  expect(await createAccounts({ store, folder }).list()).toMatchObject([
    { id: "ada@github.com", login: "ada", host: "github.com" },
  ]);
});

test("only a stored account can be chosen; signing out takes its choices back", async () => {
  const { accounts, store, work, folder } = await office();
  await expect(accounts.choose("zoe@github.com")).rejects.toMatchObject({ code: "not_logged_in" });
  await accounts.choose("ada@github.com");
  await accounts.choose("ada@github.com", { folder: work });
  const report = await signOut({ store, accounts, ids: ["ada@github.com"] });
  expect(report.signedOut.map(({ id }) => id)).toEqual(["ada@github.com"]);
  const file = join(folder, storeFiles.accounts);
  expect(await readFile(file, "utf8")).not.toContain("ada");
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe("600");
  expect(await accounts.resolve({ folder: work })).toBe("bob@github.com");
});

test("a choice of somebody who is gone counts for nothing, and comes back with them", async () => {
  const { accounts, store } = await office();
  await accounts.choose("ada@github.com");
  const ada = await store.get("ada@github.com");
  await store.delete("ada@github.com");
  expect(await accounts.resolve()).toBe("bob@github.com");
  if (ada !== undefined) await store.set("ada@github.com", ada);
  expect(await accounts.resolve()).toBe("ada@github.com");
});

test.each(["", "[]", '{"version":2}', '{"version":1,"folders":{"/work":7}}', '{"version":1,"default":7}'])(
  "S-A10: a file of choices that is %j is kept and reported",
  async (content) => {
    const { accounts, folder } = await office();
    const file = join(folder, storeFiles.accounts);
    await writeFile(file, content);
    for (const attempt of [
      () => accounts.resolve(),
      () => accounts.list(),
      () => accounts.choose("ada@github.com"),
    ])
      await expect(attempt()).rejects.toMatchObject({
        code: "store_unreadable",
        message: expect.stringContaining(file),
      });
    expect(await readFile(file, "utf8")).toBe(content);
  },
);

test("S-L4: choices for many folders at once are all kept", async () => {
  const { folder, store, root } = await office();
  const places = Array.from({ length: 12 }, (_, index) => join(root, `place-${index}`));
  await Promise.all(
    places.map((place) => createAccounts({ store, folder }).choose("ada@github.com", { folder: place })),
  );
  const [ada] = await createAccounts({ store, folder }).list();
  expect([...(ada?.folders ?? [])].sort()).toEqual([...places].sort());
});

test("keys of other services are no GitHub accounts", async () => {
  const { store, accounts } = await office();
  await store.set("key@openai", {
    type: "api_key",
    login: "key",
    host: "openai",
    token: "sk-sample",
    createdAt: "2026-02-01T00:00:00.000Z",
  });
  expect(await accounts.resolve()).toBe("bob@github.com");
  const refresher = createTokenRefresher({ store });
  expect(await resolveCredential({ store, env: {}, refresher })).toMatchObject({ login: "bob" });
});
