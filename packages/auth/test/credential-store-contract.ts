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

    test("changes a credential by what it holds at that moment", async () => {
      const store = await create();
      expect(await store.update("zoe@github.com", () => undefined)).toBeUndefined();
      expect(await store.list()).toEqual([]);
      await store.set("zoe@github.com", sampleCredential("zoe", "ghu_"));
      await Promise.all(
        Array.from({ length: 8 }, () =>
          store.update("zoe@github.com", (current) => current && { ...current, token: `${current.token}x` }),
        ),
      );
      expect((await store.get("zoe@github.com"))?.token).toBe("ghu_xxxxxxxx");
      const kept = await store.update("zoe@github.com", (current) => {
        if (current !== undefined) current.token = "changed";
        return undefined;
      });
      expect(kept?.token).toBe("ghu_xxxxxxxx");
      expect((await store.get("zoe@github.com"))?.token).toBe("ghu_xxxxxxxx");
      expect((await store.update("new@github.com", () => sampleCredential("new")))?.login).toBe("new");
      expect(await store.list()).toEqual(["new@github.com", "zoe@github.com"]);
    });

    test("lets one at a time do what may be done once, and saves meanwhile", async () => {
      const store = await create();
      let inside = 0;
      let most = 0;
      const turn = async () => {
        inside += 1;
        most = Math.max(most, inside);
        await store.set("adam@github.com", sampleCredential("adam"));
        inside -= 1;
        return "done";
      };
      const turns = Array.from({ length: 4 }, () => store.exclusively("zoe@github.com", turn));
      expect(await Promise.all(turns)).toEqual(["done", "done", "done", "done"]);
      expect(most).toBe(1);
    });

    test("gives up waiting for a turn that is no longer needed, or that the caller no longer wants", async () => {
      const store = await create();
      let finish = (): void => undefined;
      let first: Promise<void | undefined> | undefined;
      await new Promise<void>((begun) => {
        first = store.exclusively("zoe@github.com", () => {
          begun();
          return new Promise<void>((resolve) => (finish = resolve));
        });
      });
      const never = async () => {
        throw new Error("this turn was not to be taken");
      };
      const stop = new AbortController();
      const unwanted = store.exclusively("zoe@github.com", never, { signal: stop.signal });
      stop.abort(new Error("the caller left"));
      await expect(unwanted).rejects.toThrow("the caller left");
      expect(await store.exclusively("zoe@github.com", never, { isMoot: async () => true })).toBeUndefined();
      finish();
      await first;
      expect(await store.exclusively("zoe@github.com", async () => 7)).toBe(7);
    });

    test("hands on the failure of an action, and the turn", async () => {
      const store = await create();
      const failing = store.exclusively("zoe@github.com", async () => {
        throw new RangeError("the action failed");
      });
      await expect(failing).rejects.toThrow(RangeError);
      expect(await store.exclusively("zoe@github.com", async () => 7)).toBe(7);
    });
  });
}
