import { createHash } from "node:crypto";
import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  AuthError,
  createFileStore,
  createMemoryStore,
  createTokenRefresher,
  withMemoryFallback,
} from "../src/index.ts";
import type { Credential, CredentialStore, RefresherOptions } from "../src/index.ts";
import { runChild } from "./child.ts";
import { refreshServer } from "./refresh-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const isRoot = process.geteuid?.() === 0;
const hour = 3_600_000;
const day = 24 * hour;

async function prepare(settings: Partial<RefresherOptions> & { credential?: Partial<Credential> } = {}) {
  const server = await refreshServer();
  const path = join(await temporaryFolder(), "state", "credentials.json");
  const store = createFileStore({ path });
  const { credential, ...options } = settings;
  await store.set(server.id, { ...server.expired(), ...credential });
  const warnings: string[] = [];
  const refresher = createTokenRefresher({ store, onWarning: (text) => warnings.push(text), ...options });
  return { server, path, store, refresher, warnings, id: server.id };
}

const errorOf = (work: Promise<unknown>): Promise<AuthError> =>
  work.then(
    () => {
      throw new Error("It was to fail.");
    },
    (error: AuthError) => error,
  );

const inFuture = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

test("S-E4: a hundred calls at once on an expired token are one exchange, and all get the new token", async () => {
  const { server, store, refresher, id } = await prepare();
  const all = await Promise.all(Array.from({ length: 100 }, () => refresher.fresh(id)));
  expect(new Set(all.map(({ token }) => token))).toEqual(new Set(["ghu_pair1"]));
  expect(server.exchanges).toHaveLength(1);
  const stored = await store.get(id);
  expect(stored).toMatchObject({ token: "ghu_pair1", refreshToken: "ghr_pair1", login: "ada" });
  // It is the same login as before.
  expect(stored?.createdAt).toBe("2026-01-01T00:00:00.000Z");
  expect(Date.parse(stored?.expiresAt ?? "")).toBeGreaterThan(Date.now() + 7 * hour);
});

test("S-L1: the decision is made inside the turn, on what is stored by then", async () => {
  const { server, store, id } = await prepare();
  // Another process was faster, and nobody noticed before the turn came.
  const another = createTokenRefresher({ store });
  const late: CredentialStore = {
    ...store,
    exclusively: async (account, action) => {
      await another.fresh(account);
      return store.exclusively(account, action);
    },
  };
  expect((await createTokenRefresher({ store: late }).fresh(id)).token).toBe("ghu_pair1");
  expect(server.exchanges).toHaveLength(1);
  expect(server.refusals).toEqual([]);
});

test("a token that lives, or does not expire, is handed out without asking anybody", async () => {
  const { server, store, refresher, id } = await prepare({ credential: { expiresAt: inFuture(hour) } });
  expect((await refresher.fresh(id)).token).toBe("ghu_pair0");
  const { expiresAt: _, refreshToken: _also, ...endless } = server.expired();
  await store.set(id, endless);
  expect((await refresher.fresh(id)).token).toBe("ghu_pair0");
  // Without a refresh token only the host can say whether the clock is wrong or the token over.
  await store.set(id, { ...endless, expiresAt: inFuture(-hour) });
  expect((await refresher.fresh(id)).token).toBe("ghu_pair0");
  expect(server.exchanges).toEqual([]);
});

test("a refused token is exchanged however long it was to live; who has an older one gets the new one", async () => {
  const { server, refresher, id } = await prepare({ credential: { expiresAt: inFuture(5 * hour) } });
  const rejected = "ghu_pair0";
  const all = await Promise.all([
    refresher.fresh(id, { rejected }),
    refresher.fresh(id, { rejected }),
    refresher.fresh(id, { rejected }),
  ]);
  expect(all.map(({ token }) => token)).toEqual(["ghu_pair1", "ghu_pair1", "ghu_pair1"]);
  expect((await refresher.fresh(id, { rejected })).token).toBe("ghu_pair1");
  expect(server.exchanges).toHaveLength(1);
});

test("a refused token that cannot be renewed is told as that, and stays stored", async () => {
  const { store, refresher, id, path } = await prepare();
  const { refreshToken: _, ...plain } = (await store.get(id)) ?? ({} as Credential);
  await store.set(id, plain);
  const before = await readFile(path, "utf8");
  const error = await errorOf(refresher.fresh(id, { rejected: plain.token }));
  expect(error).toMatchObject({ code: "token_revoked", message: expect.stringMatching(/sign in again/) });
  expect(error.message).not.toContain(plain.token);
  expect(await readFile(path, "utf8")).toBe(before);
});

describe("S-A8, F-16: a failed exchange never deletes a credential", () => {
  const failures: readonly (readonly [number, string])[] = [
    [401, '{"message":"Bad credentials"}'],
    [403, '{"message":"Forbidden"}'],
    [500, "oops"],
    [503, ""],
    [200, "<html><title>Blocked</title></html>"],
    [200, "{}"],
    [200, '{"error":"bad_refresh_token"}'],
    [200, '{"error":"incorrect_client_credentials"}'],
    [200, '{"access_token":""}'],
  ];

  test("a hundred times in every form: the stored bytes are as before", async () => {
    const { server, refresher, id, path, store } = await prepare();
    const before = await readFile(path);
    for (let round = 0; round < 100; round += 1) {
      const failure = failures[round % failures.length];
      if (failure !== undefined) server.failures.push(failure);
      // Each as a program of its own, so that none remembers what the one before it was told.
      const program = round < failures.length ? createTokenRefresher({ store }) : refresher;
      const error = await errorOf(program.fresh(id));
      expect(["network", "invalid_response", "token_expired", "login_failed"]).toContain(error.code);
      expect(error.message).not.toMatch(/gh[ur]_/);
      server.failures.length = 0;
    }
    expect(Buffer.compare(await readFile(path), before)).toBe(0);
    expect((await createTokenRefresher({ store }).fresh(id)).token).toBe("ghu_pair1");
  });

  test("while the old token lives, it is used, and the host is not asked again at once", async () => {
    const clock = { now: 0 };
    const { server, refresher, id } = await prepare({
      credential: { expiresAt: inFuture(2 * 60_000) },
      now: () => clock.now,
    });
    server.failures.push([503, ""], [503, ""]);
    expect((await refresher.fresh(id)).token).toBe("ghu_pair0");
    expect((await refresher.fresh(id)).token).toBe("ghu_pair0");
    expect(server.failures).toHaveLength(1);
    clock.now += 31_000;
    expect((await refresher.fresh(id)).token).toBe("ghu_pair0");
    expect(server.failures).toHaveLength(0);
    clock.now += 31_000;
    expect((await refresher.fresh(id)).token).toBe("ghu_pair1");
  });

  test("a refresh token that the host does not know is not sent twice", async () => {
    const { server, refresher, id } = await prepare({ credential: { refreshToken: "ghr_used_up" } });
    for (let round = 0; round < 3; round += 1)
      expect(await errorOf(refresher.fresh(id))).toMatchObject({ code: "token_expired" });
    expect(server.refusals).toEqual(["ghr_used_up"]);
  });
});

describe("F-42: who signs out or in during an exchange wins whole", () => {
  /** An exchange that ends when it is told to. */
  async function during(act: (store: CredentialStore, id: string) => Promise<unknown>) {
    const prepared = await prepare();
    const refresher = createTokenRefresher({
      store: prepared.store,
      exchange: async () => {
        await act(prepared.store, prepared.id);
        return { token: "ghu_exchanged", refreshToken: "ghr_exchanged", expiresInSeconds: 28_800 };
      },
    });
    return { ...prepared, refresher };
  }

  test("signed out: it stays so", async () => {
    const { refresher, store, id, path } = await during((store, id) => store.delete(id));
    expect(await errorOf(refresher.fresh(id))).toMatchObject({ code: "not_logged_in" });
    expect(await store.get(id)).toBeUndefined();
    expect(await readFile(path, "utf8")).not.toContain("exchanged");
  });

  test("signed in anew: that is what is stored and used", async () => {
    const anew: Credential = {
      type: "oauth",
      host: "github.com",
      login: "ada",
      token: "ghu_anew",
      createdAt: "2026-02-02T00:00:00.000Z",
    };
    const { refresher, store, id } = await during((store, id) => store.set(id, anew));
    expect(await refresher.fresh(id)).toEqual(anew);
    expect(await store.get(id)).toEqual(anew);
  });
});

describe("F-12, S-E6: the clock may be wrong", () => {
  test.each([
    ["two days ahead", 2 * day],
    ["eight hours ahead, after a sleep", 8 * hour],
  ])("%s: one exchange, and no more", async (_name, skew) => {
    const { server, refresher, id, store } = await prepare({
      credential: { expiresAt: inFuture(4 * hour) },
      date: () => Date.now() + skew,
    });
    for (let round = 0; round < 5; round += 1) expect((await refresher.fresh(id)).token).toBe("ghu_pair1");
    const another = createTokenRefresher({ store, date: () => Date.now() + skew });
    expect((await another.fresh(id)).token).toBe("ghu_pair1");
    expect(server.exchanges).toHaveLength(1);
  });

  test.each([
    ["two days behind", -2 * day],
    ["an hour behind", -hour],
  ])("%s: the host's refusal counts, not the clock", async (_name, skew) => {
    const { server, refresher, id } = await prepare({ date: () => Date.now() + skew });
    await refresher.fresh(id, { rejected: "ghu_pair0" });
    for (let round = 0; round < 5; round += 1) expect((await refresher.fresh(id)).token).toBe("ghu_pair1");
    expect(server.exchanges).toHaveLength(1);
  });

  test.each(["tomorrow", "", "NaN", "+275760-09-14T00:00:00.000Z"])(
    "an end that is %j is no end",
    async (expiresAt) => {
      const { server, refresher, id } = await prepare({ credential: { expiresAt } });
      expect((await refresher.fresh(id)).token).toBe("ghu_pair0");
      expect(server.exchanges).toEqual([]);
    },
  );

  test("a token that lives for a minute is not exchanged by everybody in turn", async () => {
    const server = await refreshServer({ expiresIn: 60 });
    const store = createMemoryStore();
    await store.set(server.id, server.expired());
    for (let round = 0; round < 5; round += 1)
      expect((await createTokenRefresher({ store }).fresh(server.id)).token).toBe("ghu_pair1");
    expect(server.exchanges).toHaveLength(1);
  });
});

const turnOf = (path: string, id: string) =>
  join(dirname(path), `turn-${createHash("sha256").update(id).digest("hex").slice(0, 16)}.lock`);

describe("S-L2, F-43: a lock never signs anybody out", () => {
  test("the holder is dead: taken over, and exchanged once", async () => {
    const { server, refresher, id, path } = await prepare();
    const { stdout } = await runChild("print-lock.ts", []);
    await writeFile(turnOf(path, id), stdout);
    expect((await refresher.fresh(id)).token).toBe("ghu_pair1");
    expect(server.exchanges).toHaveLength(1);
  });

  test("no lock can be made: a token that lives is used, and an exchange that could not be saved is not begun", async () => {
    const { server, refresher, id, path, store } = await prepare({
      credential: { expiresAt: inFuture(60_000) },
    });
    await mkdir(turnOf(path, id));
    expect((await refresher.fresh(id)).token).toBe("ghu_pair0");
    await store.set(id, server.expired());
    expect(await errorOf(refresher.fresh(id))).toMatchObject({ code: "store_unwritable" });
    expect(server.exchanges).toEqual([]);
    expect((await store.get(id))?.token).toBe("ghu_pair0");
  });

  test.runIf(isRoot)("F-11: in a read-only folder a token that lives is used", async () => {
    const { path, store, id } = await prepare({ credential: { expiresAt: inFuture(60_000) } });
    const user = 65_534;
    await chmod(dirname(dirname(path)), 0o755);
    await chmod(dirname(path), 0o755);
    await chown(path, user, user);
    const { stdout } = await runChild("fresh-once.ts", [path, id], { user });
    expect(JSON.parse(stdout)).toEqual({ token: "ghu_pair0" });
    expect(await store.get(id).catch((error: AuthError) => error)).toMatchObject({ code: "store_insecure" });
  });
});

describe("F-8: the new token cannot be saved", () => {
  /** A store on a disk that is full until space is made. */
  function onFullDisk(store: CredentialStore) {
    const disk = { full: true };
    const refuse = async <T>(action: () => Promise<T>): Promise<T> => {
      if (!disk.full) return action();
      throw new AuthError("store_unwritable", "Could not save: no space left on the disk.");
    };
    const full: CredentialStore = {
      ...store,
      set: (id, credential) => refuse(() => store.set(id, credential)),
      update: (id, change) => refuse(() => store.update(id, change)),
    };
    return { disk, full };
  }

  test("it is used for this run and that is told once; it is saved as soon as there is space", async () => {
    const { server, store, id } = await prepare();
    const { disk, full } = onFullDisk(store);
    const warnings: string[] = [];
    const refresher = createTokenRefresher({ store: full, onWarning: (text) => warnings.push(text) });
    for (let round = 0; round < 3; round += 1) expect((await refresher.fresh(id)).token).toBe("ghu_pair1");
    expect(warnings).toEqual([expect.stringMatching(/for this run only\. Could not save: no space left/)]);
    expect(await store.get(id)).toMatchObject({ token: "ghu_pair0" });
    expect((await refresher.fresh(id, { rejected: "ghu_pair1" })).token).toBe("ghu_pair2");
    disk.full = false;
    expect((await refresher.fresh(id)).token).toBe("ghu_pair2");
    expect(await store.get(id)).toMatchObject({ token: "ghu_pair2", refreshToken: "ghr_pair2" });
    expect(server.exchanges).toHaveLength(2);
  });

  test("a sign-in goes on in memory, and signs out again", async () => {
    const { store, id } = await prepare();
    const { disk, full } = onFullDisk(store);
    const told: string[] = [];
    const kept = withMemoryFallback(full, (account, { code }) => told.push(`${account} ${code}`));
    const credential: Credential = {
      type: "oauth",
      host: "github.com",
      login: "zoe",
      token: "ghu_zoe",
      createdAt: "2026-01-01T00:00:00.000Z",
    };
    await kept.set("zoe@github.com", credential);
    await kept.set("zoe@github.com", { ...credential, token: "ghu_zoe2" });
    expect(told).toEqual(["zoe@github.com store_unwritable"]);
    expect((await kept.get("zoe@github.com"))?.token).toBe("ghu_zoe2");
    expect(await kept.list()).toEqual([id, "zoe@github.com"].sort());
    expect(await store.list()).toEqual([id]);
    disk.full = false;
    expect(await kept.delete("zoe@github.com")).toBe(true);
    expect(await kept.get("zoe@github.com")).toBeUndefined();
    await kept.set("zoe@github.com", credential);
    expect(await store.get("zoe@github.com")).toEqual(credential);
  });
});

test("leaving early ends only one's own wait", async () => {
  const { store, id } = await prepare();
  let finish = (): void => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  const refresher = createTokenRefresher({
    store,
    exchange: async () => {
      await held;
      return { token: "ghu_late", refreshToken: "ghr_late", expiresInSeconds: 28_800 };
    },
  });
  const stop = new AbortController();
  const left = refresher.fresh(id, { signal: stop.signal });
  const stays = refresher.fresh(id);
  stop.abort(new Error("the caller left"));
  await expect(left).rejects.toThrow("the caller left");
  finish();
  expect((await stays).token).toBe("ghu_late");
});

test("nobody signed in is told as that", async () => {
  const refresher = createTokenRefresher({ store: createMemoryStore() });
  expect(await errorOf(refresher.fresh("ada@github.com"))).toMatchObject({ code: "not_logged_in" });
});
