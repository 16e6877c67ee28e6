import { describe, expect, test } from "vitest";
import { credentialId } from "../src/index.ts";
import type { Credential, CredentialStore } from "../src/index.ts";

export function sampleCredential(login: string, token = `ghu_${login}`): Credential {
  return {
    type: "oauth",
    host: "github.com",
    login,
    token,
    scope: "read:user",
    createdAt: "2026-01-02T03:04:05.000Z",
    clientId: "Iv1.sample",
  };
}

/** What every credential store promises. `create` makes an empty one. */
export function credentialStoreContract(name: string, create: () => Promise<CredentialStore>): void {
  describe(`${name} keeps the credential store contract`, () => {
    test("is empty at first", async () => {
      const store = await create();
      expect(await store.list()).toEqual([]);
      expect(await store.get("octocat@github.com")).toBeUndefined();
      expect(await store.delete("octocat@github.com")).toBe(false);
    });

    test("gives back what was saved, under its id, sorted", async () => {
      const store = await create();
      await store.set("zoe@github.com", sampleCredential("zoe"));
      await store.set("adam@github.com", sampleCredential("adam"));
      expect(await store.list()).toEqual(["adam@github.com", "zoe@github.com"]);
      expect(await store.get("zoe@github.com")).toEqual(sampleCredential("zoe"));
      expect(await store.get("nobody@github.com")).toBeUndefined();
    });

    test("replaces a credential whole", async () => {
      const store = await create();
      await store.set("zoe@github.com", { ...sampleCredential("zoe"), refreshToken: "ghr_old" });
      await store.set("zoe@github.com", sampleCredential("zoe", "ghu_new"));
      expect(await store.get("zoe@github.com")).toEqual(sampleCredential("zoe", "ghu_new"));
    });

    test("forgets what was deleted and only that", async () => {
      const store = await create();
      await store.set("zoe@github.com", sampleCredential("zoe"));
      await store.set("adam@github.com", sampleCredential("adam"));
      expect(await store.delete("zoe@github.com")).toBe(true);
      expect(await store.list()).toEqual(["adam@github.com"]);
      expect(await store.get("zoe@github.com")).toBeUndefined();
    });

    test("does not share objects with its callers", async () => {
      const store = await create();
      const mine = sampleCredential("zoe");
      await store.set("zoe@github.com", mine);
      mine.token = "changed";
      const first = await store.get("zoe@github.com");
      if (first !== undefined) first.token = "changed too";
      expect((await store.get("zoe@github.com"))?.token).toBe("ghu_zoe");
    });

    test("refuses what is no credential, and keeps what it has", async () => {
      const store = await create();
      await store.set("zoe@github.com", sampleCredential("zoe"));
      const broken = { ...sampleCredential("zoe"), token: undefined } as unknown as Credential;
      await expect(store.set("zoe@github.com", broken)).rejects.toThrow(TypeError);
      expect(await store.get("zoe@github.com")).toEqual(sampleCredential("zoe"));
    });

    test.each(["__proto__", "constructor", "toString"])("takes %s as an id like any other", async (id) => {
      const store = await create();
      expect(await store.get(id)).toBeUndefined();
      await store.set(id, sampleCredential("zoe"));
      expect(await store.list()).toEqual([id]);
      expect(await store.get(id)).toEqual(sampleCredential("zoe"));
      expect(await store.delete(id)).toBe(true);
      expect(await store.get(id)).toBeUndefined();
      expect(({} as { token?: string }).token).toBeUndefined();
    });

    test("does what it is told in the order in which it is told", async () => {
      const store = await create();
      const done = [
        store.set("zoe@github.com", sampleCredential("zoe")),
        store.delete("zoe@github.com"),
        store.set("zoe@github.com", sampleCredential("zoe", "ghu_new")),
      ];
      await Promise.all(done);
      expect(await done[1]).toBe(true);
      expect((await store.get("zoe@github.com"))?.token).toBe("ghu_new");
    });

    test("keeps many saves that are under way at once", async () => {
      const store = await create();
      const ids = Array.from({ length: 20 }, (_, index) => credentialId(`user${index}`, "github.com"));
      await Promise.all(ids.map((id, index) => store.set(id, sampleCredential(`user${index}`))));
      expect([...(await store.list())].sort()).toEqual([...ids].sort());
    });
  });
}
