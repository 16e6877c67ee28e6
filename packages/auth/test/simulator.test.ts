import { createSimulator } from "@zotpilot/simulator";
import type { Simulator, SimulatorOptions } from "@zotpilot/simulator";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createFileStore,
  fetchGitHubUser,
  login,
  resolveCredential,
  resolveGitHubHost,
} from "../src/index.ts";
import type { LoginEvent, LoginOptions, Sleep } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await createSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

/** A login that lives by the simulator's clock: a wait moves it, and nobody really waits. */
async function signIn(
  simulator: Simulator,
  change: Partial<LoginOptions> = {},
  onCode: (code: string) => void = () => undefined,
) {
  const store = createFileStore({ path: join(await temporaryFolder(), "state", "credentials.json") });
  const sleep: Sleep = async (milliseconds, signal) => {
    signal?.throwIfAborted();
    simulator.clock.advance(milliseconds);
  };
  const events: LoginEvent[] = [];
  const run = async () => {
    const host = simulator.origin;
    for await (const event of login({ store, host, sleep, now: simulator.clock.now, ...change })) {
      events.push(event);
      if (event.type === "code_issued") onCode(event.userCode);
    }
  };
  const error: unknown = await run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { store, events, error, types: events.map(({ type }) => type) };
}

/** Seconds between the requests of a login: code, first poll, second poll, … */
function gaps(simulator: Simulator): number[] {
  const times = simulator.requests.filter(({ path }) => path.startsWith("/login/")).map(({ time }) => time);
  return times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000);
}

test("a person approves on the page, and the stored token is one that the host accepts", async () => {
  const simulator = await start();
  const page = async (fields: Record<string, string>) => {
    const body = new URLSearchParams(fields);
    return (await fetch(`${simulator.origin}/login/device`, { method: "POST", body })).text();
  };
  let onPage = Promise.resolve("");
  const { store, types, error } = await signIn(
    simulator,
    {
      openBrowser: async (url) => {
        expect(await (await fetch(url)).text()).toContain("Connect a device");
        await onPage;
      },
    },
    (code) => {
      onPage = page({ user_code: code }).then(() => page({ user_code: code, decision: "approve" }));
    },
  );
  expect(error).toBeUndefined();
  expect(types).toEqual(["code_issued", "browser_opened", "polling", "succeeded"]);
  expect(await onPage).toContain("You are connected");
  const found = await resolveCredential({ store, host: simulator.origin, env: {} });
  expect(found).toMatchObject({ login: "sample-user", source: "store" });
  const host = resolveGitHubHost(simulator.origin);
  expect(await fetchGitHubUser({ host, token: found?.token ?? "" })).toEqual({ login: "sample-user" });
  simulator.revokeGithubToken(found?.token ?? "");
  await expect(fetchGitHubUser({ host, token: found?.token ?? "" })).rejects.toMatchObject({
    code: "token_revoked",
  });
});

describe("S-B1: gets through whatever the service does on the way", () => {
  test.each([
    ["device.ok", 5, 3, 0],
    ["device.slow_down", 10, 4, 1],
    ["device.slow_down.lower", 10, 4, 1],
    ["device.slow_down.no_interval", 10, 4, 1],
    ["device.rate_before_state", 5, 1, 0],
    ["device.transient", 5, 4, 0],
    ["device.token_with_refresh", 5, 1, 0],
    ["device.no_interval", 5, 1, 0],
    ["device.interval_zero", 5, 1, 0],
    ["device.interval_junk", 5, 1, 0],
  ])("%s: last wait at least %d s, %d polls, %d slow_down", async (scenario, wait, polls, slowed) => {
    const simulator = await start({ scenarios: [scenario] });
    const { error, types, store } = await signIn(simulator, {}, (code) => {
      if (polls === 1) simulator.approveDevice(code);
    });
    expect(error).toBeUndefined();
    expect(types.at(-1)).toBe("succeeded");
    expect(types.filter((type) => type === "slowed_down")).toHaveLength(slowed);
    expect(gaps(simulator)).toHaveLength(polls);
    expect(Math.min(...gaps(simulator))).toBeGreaterThanOrEqual(5);
    expect(gaps(simulator).at(-1)).toBeGreaterThanOrEqual(wait);
    expect(await store.list()).toHaveLength(1);
  });

  test.each([
    ["device.denied", "access_denied", /was denied/],
    ["device.expired", "code_expired", /expired before it was approved/],
    ["device.expired_alias", "code_expired", /expired before it was approved/],
    ["device.disabled", "login_failed", /may not sign people in with a code/],
    ["device.bad_code", "login_failed", /does not know this login/],
    ["device.bad_client", "login_failed", /does not accept the client id/],
    ["device.bad_grant", "login_failed", /does not offer signing in with a code/],
    ["device.unknown_error", "login_failed", /An error that no list of errors names/],
  ])(
    "%s ends it at once, with status 200, and with 400 (device.errors_with_400)",
    async (scenario, code, sentence) => {
      for (const more of [[], ["device.errors_with_400"]]) {
        const simulator = await start({ scenarios: [scenario, ...more] });
        const { error, store } = await signIn(simulator);
        expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
        expect(gaps(simulator)).toHaveLength(1);
        expect(await store.list()).toEqual([]);
      }
    },
  );

  test("device.never ends with the life of the code", async () => {
    const simulator = await start({ scenarios: ["device.never"], deviceLifetimeSeconds: 60 });
    const { error } = await signIn(simulator);
    expect(error).toMatchObject({ code: "code_expired" });
    const waited = gaps(simulator);
    expect(waited.length).toBeGreaterThan(8);
    expect(waited.reduce((sum, gap) => sum + gap, 0)).toBeLessThanOrEqual(60);
  });

  test("Cancel on the page is told as that", async () => {
    const simulator = await start();
    const { error } = await signIn(simulator, {}, (code) => void simulator.denyDevice(code));
    expect(error).toMatchObject({ code: "access_denied" });
  });
});

describe("S-B2: a page on another host", () => {
  test.each(["device.bad_verification_uri", "device.foreign_verification_uri"])("%s", async (scenario) => {
    const simulator = await start({ scenarios: [scenario] });
    const opened: string[] = [];
    const openBrowser = async (url: string) => void opened.push(url);
    const { error, events } = await signIn(simulator, { openBrowser });
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(events).toEqual([]);
    expect(opened).toEqual([]);
    expect(gaps(simulator)).toEqual([]);
  });
});

test("S-B6, device.form_encoded: an answer of another form is named as such", async () => {
  const simulator = await start({ scenarios: ["device.form_encoded"] });
  const { error } = await signIn(simulator);
  expect(error).toMatchObject({
    code: "invalid_response",
    message: expect.stringMatching(/text that is no JSON/),
  });
});
