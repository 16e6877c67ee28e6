import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createFileStore, createMemoryStore, login } from "../src/index.ts";
import type { LoginEvent, LoginOptions } from "../src/index.ts";
import { canary, deviceCode, granted, pending, scriptedServer } from "./scripted-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { virtualClock } from "./virtual-clock.ts";

async function collect(options: LoginOptions): Promise<LoginEvent[]> {
  const events: LoginEvent[] = [];
  for await (const event of login(options)) events.push(event);
  return events;
}

test("signs in: the events in order, the credential saved", async () => {
  const server = await scriptedServer({
    polls: [pending, { json: { error: "slow_down" } }, { status: 500, text: "" }, granted],
  });
  const store = createMemoryStore();
  const opened: string[] = [];
  const host = server.origin.slice("http://".length);
  const events = await collect({
    store,
    host: server.origin,
    openBrowser: async (url) => void opened.push(url),
    ...virtualClock(),
  });
  expect(events.map((event) => event.type)).toEqual([
    "code_issued",
    "browser_opened",
    "polling",
    "slowed_down",
    "poll_failed",
    "succeeded",
  ]);
  expect(events[0]).toEqual({
    type: "code_issued",
    userCode: "WDJB-MJHT",
    verificationUri: `${server.origin}/login/device`,
    expiresInSeconds: 900,
    host,
    scope: "read:user",
    clientId: "Iv1.b507a08c87ecfe98",
  });
  expect(events.at(-1)).toEqual({
    type: "succeeded",
    login: "Octocat",
    host,
    credentialId: `octocat@${host}`,
  });
  expect(opened).toEqual([`${server.origin}/login/device`]);
  expect(await store.list()).toEqual([`octocat@${host}`]);
  expect(await store.get(`octocat@${host}`)).toEqual({
    type: "oauth",
    host,
    login: "Octocat",
    token: canary.token,
    scope: "read:user",
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    clientId: "Iv1.b507a08c87ecfe98",
  });
});

test("asks with the client id and scope that were set, and keeps when the token expires", async () => {
  const json = { access_token: canary.token, refresh_token: "ghr_x", expires_in: 3600 };
  const server = await scriptedServer({ polls: [{ json }] });
  const store = createMemoryStore();
  await collect({ store, host: server.origin, clientId: "Iv1.own", scope: "", ...virtualClock() });
  expect(server.requests[0]?.form.get("client_id")).toBe("Iv1.own");
  expect(server.requests[0]?.form.get("scope")).toBe("");
  const [id = ""] = await store.list();
  const credential = await store.get(id);
  expect(credential).toMatchObject({ refreshToken: "ghr_x", clientId: "Iv1.own" });
  const life = Date.parse(credential?.expiresAt ?? "") - Date.parse(credential?.createdAt ?? "");
  expect(life).toBe(3_600_000);
});

test("asks who it is with the new token, again after a passing failure", async () => {
  const server = await scriptedServer({
    user: [{ status: 502, text: "" }, (request) => request.socket.destroy(), { json: { login: "o" } }],
  });
  const store = createMemoryStore();
  await collect({ store, host: server.origin, ...virtualClock() });
  expect(server.requests.at(-1)?.headers.authorization).toBe(`Bearer ${canary.token}`);
  expect(await store.list()).toHaveLength(1);
});

test.each([
  [{ status: 401, json: { message: "Bad credentials" } }, "token_revoked"],
  [{ status: 403, json: { message: "Blocked" } }, "access_denied"],
  [{ status: 200, json: { login: "no/name" } }, "invalid_response"],
  [{ status: 200, text: "<title>portal</title>" }, "invalid_response"],
  [{ status: 401, text: "<title>portal</title>" }, "invalid_response"],
  [{ status: 500, text: "" }, "network"],
])("saves nothing when the host answers %j to who it is", async (answer, code) => {
  const server = await scriptedServer({ user: [answer] });
  const store = createMemoryStore();
  await expect(collect({ store, host: server.origin, ...virtualClock() })).rejects.toMatchObject({ code });
  expect(await store.list()).toEqual([]);
});

describe("the browser", () => {
  test("that cannot start is told, and the login goes on", async () => {
    const server = await scriptedServer({});
    const openBrowser = async () => {
      throw new Error("no\u001b[31m browser");
    };
    const events = await collect({
      store: createMemoryStore(),
      host: server.origin,
      openBrowser,
      ...virtualClock(),
    });
    expect(events[1]).toEqual({ type: "browser_failed", reason: "no\\u{1b}[31m browser" });
    expect(events.at(-1)?.type).toBe("succeeded");
  });

  test("that hangs does not keep an abort from ending the login", async () => {
    const server = await scriptedServer({});
    const controller = new AbortController();
    const reason = new Error("enough");
    const openBrowser = () => {
      controller.abort(reason);
      return new Promise<void>(() => undefined);
    };
    const options = { store: createMemoryStore(), host: server.origin, openBrowser };
    await expect(collect({ ...options, signal: controller.signal })).rejects.toBe(reason);
    expect(server.polls()).toBe(0);
  });

  test("S-B2: is not started on another host's page", async () => {
    const server = await scriptedServer({
      start: (origin) => ({ json: deviceCode(origin, { verification_uri: "https://evil.example/" }) }),
    });
    const opened: string[] = [];
    const openBrowser = async (url: string) => void opened.push(url);
    const options = { store: createMemoryStore(), host: server.origin, openBrowser };
    await expect(collect(options)).rejects.toMatchObject({ code: "invalid_response" });
    expect(opened).toEqual([]);
  });
});

test("S-B4: device code and token are in no event and no error", async () => {
  const leaky = { error: "other", error_description: "fine" };
  const scripts = [
    { polls: [pending, granted] },
    { polls: [pending, { json: leaky }] },
    { polls: [{ text: `<title>x</title>${canary.token}` }] },
    { polls: [granted], user: [{ status: 401, json: { message: "Bad credentials" } }] },
    { polls: [granted], user: [{ text: canary.token }] },
    { start: (origin: string) => ({ json: { ...deviceCode(origin), user_code: 7 } }) },
  ];
  for (const script of scripts) {
    const server = await scriptedServer(script);
    const said: string[] = [];
    try {
      const options = { store: createMemoryStore(), host: server.origin, ...virtualClock() };
      for await (const event of login(options)) said.push(JSON.stringify(event));
    } catch (error) {
      const { message, stack, code, cause } = error as Error & { code: string };
      said.push(message, stack ?? "", code, String(cause), JSON.stringify(error));
    }
    expect(said.length).toBeGreaterThan(0);
    expect(said.join("\n")).not.toContain(canary.deviceCode);
    expect(said.join("\n")).not.toContain(canary.token);
  }
});

describe("S-B5: stopping is clean", () => {
  const reason = new Error("the person pressed Ctrl+C");
  const hang = () => undefined;

  test.each<[string, Parameters<typeof scriptedServer>[0], string]>([
    ["the code is asked for", { start: () => hang }, "/login/device/code"],
    ["a poll is under way", { polls: [hang] }, "/login/oauth/access_token"],
    ["the name is asked for", { user: [hang] }, "/user"],
  ])("while %s", async (_name, script, path) => {
    const server = await scriptedServer(script);
    const folder = await temporaryFolder();
    const store = createFileStore({ path: join(folder, "state", "credentials.json") });
    const controller = new AbortController();
    const running = collect({
      store,
      host: server.origin,
      signal: controller.signal,
      ...virtualClock(),
    });
    running.catch(() => undefined);
    while (!server.requests.some((request) => request.path === path))
      await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    const polls = server.polls();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.polls()).toBe(polls);
    expect(await readdir(folder)).toEqual([]);
  });

  test("while it waits, on the real clock", async () => {
    const server = await scriptedServer({ polls: [pending] });
    const store = createMemoryStore();
    const controller = new AbortController();
    const options = { store, host: server.origin, signal: controller.signal };
    const seen: string[] = [];
    const run = async () => {
      for await (const event of login(options)) {
        seen.push(event.type);
        if (event.type === "polling") setTimeout(() => controller.abort(reason), 20);
      }
    };
    await expect(run()).rejects.toBe(reason);
    expect(seen).toEqual(["code_issued", "polling"]);
    expect(server.polls()).toBe(0);
  });

  test("before it begins", async () => {
    const server = await scriptedServer({});
    const options = { store: createMemoryStore(), host: server.origin, signal: AbortSignal.abort(reason) };
    await expect(collect(options)).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });

  test("when the caller leaves the loop", async () => {
    const server = await scriptedServer({});
    const store = createMemoryStore();
    for await (const event of login({ store, host: server.origin })) if (event.type === "polling") break;
    expect(server.polls()).toBe(0);
    expect(await store.list()).toEqual([]);
  });
});
