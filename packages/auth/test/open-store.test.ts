import { chmod, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createFileStore,
  createKeychainStore,
  moveCredentials,
  openCredentialStore,
  signOut,
  storeFiles,
} from "../src/index.ts";
import type { KeychainBackend } from "../src/index.ts";
import { sampleCredential } from "./credential-store-contract.ts";
import { hangingKeychain, lockedKeychain, sampleKeychain } from "./keychains.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const zoe = "zoe@github.com";
const adam = "adam@github.com";
const patienceMs = 60;

const newFolder = async () => join(await temporaryFolder(), "state");

describe("S-A1: the keychain when there is one, else a private file, and we say which", () => {
  test("a keychain that works is taken; the list of its accounts holds no secret", async () => {
    const { backend, entries } = sampleKeychain();
    const folder = await newFolder();
    const opened = await openCredentialStore({ folder, backend });
    expect(opened).toMatchObject({ kind: "keychain", place: "the sample keychain", unreachable: [] });
    // The trial left nothing.
    expect(entries.size).toBe(0);
    await opened.store.set(zoe, sampleCredential("zoe", "ghu_canary_in_keychain"));
    expect([...entries.values()].join()).toContain("ghu_canary_in_keychain");
    expect(await readdir(folder)).toEqual([storeFiles.keychainIndex]);
    const index = join(folder, storeFiles.keychainIndex);
    expect(JSON.parse(await readFile(index, "utf8"))).toEqual({ version: 1, accounts: [zoe] });
    expect(((await stat(index)).mode & 0o777).toString(8)).toBe("600");
    expect(((await stat(folder)).mode & 0o777).toString(8)).toBe("700");
    const again = await openCredentialStore({ folder, backend });
    expect((await again.store.get(zoe))?.token).toBe("ghu_canary_in_keychain");
  });

  const forgetful: KeychainBackend = { ...sampleKeychain().backend, get: async () => null };
  const stubborn = sampleKeychain({ delete: async () => true }).backend;
  const confused = sampleKeychain({ get: async () => "another text" }).backend;
  test.each<[string, KeychainBackend | null, RegExp]>([
    ["missing", null, /@napi-rs\/keyring, through which it is reached, is not installed/],
    ["locked", lockedKeychain(), /the collection is locked/],
    ["one that hangs", hangingKeychain(), /did not answer within 0\.06 seconds/],
    ["one that forgets without a word", forgetful, /took a test entry and forgot it at once/],
    ["one that gives back something else", confused, /forgot it at once/],
    ["one that does not delete", stubborn, /did not delete a test entry/],
  ])("%s: the file is taken and the reason told; --no-plaintext refuses", async (_name, backend, reason) => {
    const folder = await newFolder();
    const opened = await openCredentialStore({ folder, backend, patienceMs });
    const path = join(folder, storeFiles.credentials);
    expect(opened).toMatchObject({
      kind: "file",
      place: path,
      reason: expect.stringMatching(reason),
      unreachable: [],
    });
    await opened.store.set(zoe, sampleCredential("zoe"));
    expect(await readFile(path, "utf8")).toContain("ghu_zoe");
    await expect(
      openCredentialStore({ folder, backend, patienceMs, preference: "keychain" }),
    ).rejects.toMatchObject({ code: "keychain_unavailable", message: expect.stringMatching(reason) });
  });

  test("who wants a file gets one, and no keychain is asked", async () => {
    const calls: string[] = [];
    const spy = async (): Promise<never> => {
      calls.push("call");
      throw new Error("not to be asked");
    };
    const backend: KeychainBackend = { name: "the asked keychain", get: spy, set: spy, delete: spy };
    const folder = await newFolder();
    const { store, kind } = await openCredentialStore({ folder, backend, preference: "file" });
    await store.set(zoe, sampleCredential("zoe"));
    expect(await store.get(adam)).toBeUndefined();
    expect(kind).toBe("file");
    expect(calls).toEqual([]);
  });

  test("accounts that are in the file stay there, until somebody moves them", async () => {
    const { backend, entries } = sampleKeychain();
    const folder = await newFolder();
    const file = createFileStore({ path: join(folder, storeFiles.credentials) });
    await file.set(zoe, sampleCredential("zoe"));
    const opened = await openCredentialStore({ folder, backend });
    expect(opened).toMatchObject({
      kind: "file",
      reason: expect.stringMatching(/can be moved to the keychain/),
    });
    expect(entries.size).toBe(0);

    const keychain = createKeychainStore({ backend, indexPath: join(folder, storeFiles.keychainIndex) });
    expect(await moveCredentials(file, keychain)).toEqual([zoe]);
    expect(await readFile(join(folder, storeFiles.credentials), "utf8")).not.toContain("ghu_zoe");
    const moved = await openCredentialStore({ folder, backend });
    expect(moved.kind).toBe("keychain");
    expect(await moved.store.get(zoe)).toEqual(sampleCredential("zoe"));
  });

  test("moving to a keychain that loses what it gets takes nothing away", async () => {
    const folder = await newFolder();
    const file = createFileStore({ path: join(folder, storeFiles.credentials) });
    await file.set(zoe, sampleCredential("zoe"));
    const lossy = createKeychainStore({ backend: forgetful, indexPath: join(folder, "keychain.json") });
    await expect(moveCredentials(file, lossy)).rejects.toMatchObject({ code: "store_unwritable" });
    expect(await file.get(zoe)).toEqual(sampleCredential("zoe"));
  });
});

describe("a keychain that is out of reach", () => {
  async function signedInBefore() {
    const { backend } = sampleKeychain();
    const folder = await newFolder();
    const { store } = await openCredentialStore({ folder, backend });
    await store.set(zoe, sampleCredential("zoe"));
    return { folder, backend };
  }

  test("is told, with the accounts that it holds; that is not the same as not signed in", async () => {
    const { folder } = await signedInBefore();
    for (const backend of [null, lockedKeychain()]) {
      const opened = await openCredentialStore({ folder, backend, patienceMs });
      expect(opened).toMatchObject({ kind: "file", unreachable: [zoe] });
      expect(await opened.store.list()).toEqual([zoe]);
      await expect(opened.store.get(zoe)).rejects.toMatchObject({ code: "keychain_unavailable" });
      expect(await opened.store.get(adam)).toBeUndefined();
    }
  });

  test("keeps nobody from signing in anew", async () => {
    const { folder } = await signedInBefore();
    const { store } = await openCredentialStore({ folder, backend: null });
    await store.set(zoe, sampleCredential("zoe", "ghu_second"));
    expect((await store.get(zoe))?.token).toBe("ghu_second");
    const later = await openCredentialStore({ folder, backend: null });
    expect(later.unreachable).toEqual([]);
  });

  test("what the keychain lost is told once", async () => {
    const { folder } = await signedInBefore();
    const warnings: string[] = [];
    const { store } = await openCredentialStore({
      folder,
      backend: sampleKeychain().backend,
      onWarning: (sentence) => warnings.push(sentence),
    });
    expect(await store.get(zoe)).toBeUndefined();
    expect(await store.get(zoe)).toBeUndefined();
    expect(await store.get(adam)).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/does not hold zoe@github\.com any more/)]);
  });
});

describe("S-A7: signing out removes every copy and tells how to revoke", () => {
  async function inBothPlaces() {
    const { backend, entries } = sampleKeychain();
    const folder = await newFolder();
    const file = createFileStore({ path: join(folder, storeFiles.credentials) });
    const keychain = createKeychainStore({ backend, indexPath: join(folder, storeFiles.keychainIndex) });
    for (const store of [file, keychain]) await store.set(zoe, sampleCredential("zoe", "ghu_canary"));
    return { folder, backend, entries };
  }

  test.each(["keychain", "file"] as const)(
    "from both places, with the %s in use; twice",
    async (preference) => {
      const { folder, backend, entries } = await inBothPlaces();
      const { store } = await openCredentialStore({ folder, backend, preference });
      expect(await signOut({ store, ids: "all" })).toEqual({
        signedOut: [{ id: zoe, revokeUrl: "https://github.com/settings/apps/authorizations" }],
        unknown: [],
        left: [],
      });
      expect(entries.size).toBe(0);
      for (const name of await readdir(folder))
        expect(await readFile(join(folder, name), "utf8")).not.toContain("canary");
      expect(await signOut({ store, ids: [zoe] })).toMatchObject({ signedOut: [], unknown: [zoe], left: [] });
    },
  );

  test("a locked keychain: the report says what is left, and what is not", async () => {
    const { folder } = await inBothPlaces();
    const path = join(folder, storeFiles.credentials);
    await createFileStore({ path }).set(adam, sampleCredential("adam"));
    const { store } = await openCredentialStore({ folder, backend: lockedKeychain(), preference: "file" });
    const report = await signOut({ store, ids: "all" });
    expect(report.signedOut.map(({ id }) => id)).toEqual([adam]);
    expect(report.left).toMatchObject([{ id: zoe, error: { code: "keychain_unavailable" } }]);
    expect(await readFile(path, "utf8")).not.toMatch(/canary|ghu_adam/);
  });

  test("a list that was deleted keeps no secret in the keychain", async () => {
    const { folder, backend, entries } = await inBothPlaces();
    await writeFile(join(folder, storeFiles.keychainIndex), '{"version":1,"accounts":[]}');
    const { store } = await openCredentialStore({ folder, backend, preference: "keychain" });
    await signOut({ store, ids: [zoe] });
    expect(entries.size).toBe(0);
  });
});

describe("S-A10: damaged things of the keychain are kept and reported", () => {
  test.each(["", "{}", "[]", "null", '{"version":1,"accounts":[7]}', '{"version":2,"accounts":[]}', "{"])(
    "a list of accounts that is %j",
    async (content) => {
      const { backend, entries } = sampleKeychain();
      const folder = await newFolder();
      const { store } = await openCredentialStore({ folder, backend });
      await store.set(zoe, sampleCredential("zoe"));
      const index = join(folder, storeFiles.keychainIndex);
      await writeFile(index, content);
      for (const attempt of [
        () => store.list(),
        () => store.set(adam, sampleCredential("adam")),
        () => store.delete(zoe),
      ])
        await expect(attempt()).rejects.toMatchObject({
          code: "store_unreadable",
          message: expect.stringContaining(index),
        });
      expect(await readFile(index, "utf8")).toBe(content);
      expect(entries.size).toBe(1);
    },
  );

  test.each(["", "not JSON ghu_secret_in_entry", '{"version":1,"credential":{"type":"oauth"}}'])(
    "an entry that is %j",
    async (text) => {
      const { backend, entries } = sampleKeychain();
      const { store } = await openCredentialStore({ folder: await newFolder(), backend });
      await store.set(zoe, sampleCredential("zoe"));
      for (const key of entries.keys()) entries.set(key, text);
      const error: unknown = await store.get(zoe).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "store_unreadable" });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret_in_entry");
      expect([...entries.values()]).toEqual([text]);
      await store.set(zoe, sampleCredential("zoe", "ghu_new"));
      expect((await store.get(zoe))?.token).toBe("ghu_new");
    },
  );
});

test("S-L1: the turn of an account is one for both places", async () => {
  const { backend } = sampleKeychain();
  const folder = await newFolder();
  const { store: one } = await openCredentialStore({ folder, backend, preference: "keychain" });
  const { store: other } = await openCredentialStore({ folder, backend, preference: "file" });
  let asked = 0;
  await one.exclusively(zoe, async () => {
    const isMoot = async () => (asked += 1) > 1;
    expect(await other.exclusively(zoe, async () => "not its turn", { isMoot })).toBeUndefined();
  });
  expect(asked).toBe(2);
  expect(await other.exclusively(zoe, async () => "its turn")).toBe("its turn");
});

test("S-A6: what a keychain says when it refuses does not carry the token on", async () => {
  const backend = sampleKeychain({
    set: async (_service, _account, text) => {
      throw new Error(`cannot store ${text}`);
    },
  }).backend;
  const store = createKeychainStore({ backend, indexPath: join(await newFolder(), "keychain.json") });
  const error: unknown = await store
    .set(zoe, sampleCredential("zoe", "opaque-canary-0123456789"))
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "keychain_unavailable" });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("canary");
  // And nothing pretends that it was saved.
  expect(await store.list()).toEqual([]);
});

test("S-A3: a list of accounts that others can read is made private and told", async () => {
  const { backend } = sampleKeychain();
  const folder = await newFolder();
  const first = await openCredentialStore({ folder, backend });
  await first.store.set(zoe, sampleCredential("zoe"));
  const index = join(folder, storeFiles.keychainIndex);
  await chmod(index, 0o644);
  const warnings: string[] = [];
  await openCredentialStore({ folder, backend, onWarning: (sentence) => warnings.push(sentence) });
  expect(warnings).toEqual([expect.stringContaining(index)]);
  expect(((await stat(index)).mode & 0o777).toString(8)).toBe("600");
});
