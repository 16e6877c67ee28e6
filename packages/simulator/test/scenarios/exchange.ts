import { expect } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { IDE } from "../client.ts";
import { expectSilence, read, rest, type Check } from "./check.ts";

const PATH = "/copilot_internal/v2/token";

type Body = Record<string, unknown> & { token: string; expires_at: number };

const mintedBody = async (simulator: Simulator): Promise<Body> =>
  JSON.parse((await rest(simulator, PATH)).text) as Body;

/** Whether a token is good for the Copilot API at an origin. */
const isGood = async (origin: string, token: string): Promise<boolean> =>
  (await read(fetch(`${origin}/models`, { headers: { ...IDE, authorization: `Bearer ${token}` } })))
    .status === 200;

const brings =
  (fields: Record<string, unknown>): Check =>
  async (simulator) => {
    const body = await mintedBody(simulator);
    expect(body).toMatchObject(fields);
    expect(await isGood(simulator.origin, body.token)).toBe(true);
  };

const answers =
  (expected: readonly [status: number, text: string | RegExp][]): Check =>
  async (simulator) => {
    for (const [status, text] of expected) {
      const got = await rest(simulator, PATH);
      expect(got.status).toBe(status);
      expect(got.text).toMatch(text);
    }
  };

const takesTime: Check = async (simulator) => {
  const begin = performance.now();
  await mintedBody(simulator);
  expect(performance.now() - begin).toBeGreaterThan(280);
};

const token =
  (change: (body: Body) => void): Check =>
  async (simulator) => {
    const body = await mintedBody(simulator);
    change(body);
    expect(await isGood(simulator.origin, body.token)).toBe(true);
  };

const GOOD: [number, RegExp] = [200, /"token":"tid=/];
const REFUSALS = [
  "no_copilot_access",
  "not_signed_up",
  "subscription_ended",
  "enterprise_managed_user_account",
  "feature_flag_blocked",
  "spammy_user",
  "billing_locked",
  "trade_restricted",
  "trade_restricted_country",
  "codespaces_demo_inactive",
  "snippy_not_configured",
  "expired_coupon",
  "revoked_coupon",
  "go_http_client",
  "programmatic_token_generation",
  "access_revoked",
  "server_error",
];

/** The token exchange. */
export const exchangeChecks: Record<string, Check> = {
  "exchange.ok": brings({
    sku: "monthly_subscriber",
    individual: true,
    refresh_in: 1500,
    chat_enabled: true,
  }),
  "exchange.minimal": async (simulator) => {
    expect(Object.keys(await mintedBody(simulator)).toSorted()).toEqual([
      "endpoints",
      "expires_at",
      "refresh_in",
      "token",
    ]);
  },
  "exchange.drift": brings({ telemetry: true, individual: "yes", organization_list: "none" }),
  "exchange.unknown_fields": brings({ brand_new_field: { x: [1] } }),
  "exchange.user_notification": brings({
    user_notification: { notification_id: "subscription_trial_ending", title: "Subscribe" },
  }),
  "exchange.401": answers([[401, "Bad credentials"]]),
  ...Object.fromEntries(
    REFUSALS.map((id) => [`exchange.403.${id}`, answers([[403, `"notification_id":"${id}"`]])]),
  ),
  "exchange.403.ratelimit": answers([[403, "API rate limit exceeded for user ID"]]),
  "exchange.403.html": answers([[403, /^<html>/]]),
  "exchange.403.once": answers([[403, "Forbidden"], GOOD]),
  "exchange.404": answers([[404, "Not Found"]]),
  "exchange.200_error_envelope": answers([[200, '"notification_id":"no_copilot_access"']]),
  "exchange.200_without_token": answers([[200, /^(?!.*"token").*"chat_enabled":true/]]),
  "exchange.5xx_once": answers([[500, /^<html>/], GOOD]),
  "exchange.5xx_always": answers([
    [500, /^<html>/],
    [500, /^<html>/],
    [500, /^<html>/],
  ]),
  "exchange.garbage": answers([[200, /^<html>/]]),
  "exchange.hang": (simulator) => expectSilence(rest(simulator, PATH)),
  "exchange.reset": async (simulator) => {
    await expect(rest(simulator, PATH)).rejects.toThrow("fetch failed");
  },
  "exchange.clock_ahead": async (simulator) => {
    const got = await rest(simulator, PATH);
    const { expires_at } = JSON.parse(got.text) as Body;
    const now = simulator.clock.now() / 1000;
    expect(expires_at - now).toBeGreaterThan(5000);
    expect(Date.parse(got.headers.get("date") ?? "") / 1000 - now).toBeGreaterThan(3500);
  },
  "exchange.clock_behind": async (simulator) => {
    const got = await rest(simulator, PATH);
    const body = JSON.parse(got.text) as Body;
    const now = simulator.clock.now() / 1000;
    expect(body.expires_at).toBeLessThan(now - 1000);
    expect(Date.parse(got.headers.get("date") ?? "") / 1000 - now).toBeLessThan(-3500);
    // By its own clock the token is good.
    expect(await isGood(simulator.origin, body.token)).toBe(true);
  },
  "exchange.short": async (simulator) => {
    const body = await mintedBody(simulator);
    expect(body["refresh_in"]).toBe(5);
    simulator.clock.advance(50_000);
    expect(await isGood(simulator.origin, body.token)).toBe(true);
    simulator.clock.advance(20_000);
    expect(await isGood(simulator.origin, body.token)).toBe(false);
  },
  "exchange.same_token_again": async (simulator) => {
    expect((await mintedBody(simulator)).token).toBe((await mintedBody(simulator)).token);
  },
  "exchange.concurrent": takesTime,
  "exchange.two_processes": takesTime,
  "exchange.refresh_fails_old_valid": async (simulator) => {
    const first = await mintedBody(simulator);
    expect((await rest(simulator, PATH)).status).toBe(500);
    expect(await isGood(simulator.origin, first.token)).toBe(true);
  },
  "exchange.host_moves": async (simulator) => {
    expect((await mintedBody(simulator))["endpoints"]).toMatchObject({ api: simulator.origin });
    const second = await mintedBody(simulator);
    const { api } = second["endpoints"] as { api: string };
    expect(api).not.toBe(simulator.origin);
    expect(await isGood(api, second.token)).toBe(true);
  },
  "exchange.no_endpoints": async (simulator) => {
    const body = await mintedBody(simulator);
    expect(body["endpoints"]).toBeUndefined();
    const [, host = ""] = /;proxy-ep=([^;]*);/.exec(body.token) ?? [];
    expect(host).not.toBe(new URL(simulator.origin).host);
    expect(await isGood(`http://${host}`, body.token)).toBe(true);
  },
  "exchange.no_endpoints_no_proxy_ep": token((body) => {
    expect(body["endpoints"]).toBeUndefined();
    expect(body.token).not.toContain("proxy-ep");
  }),
  "exchange.proxy_ep_with_scheme": async (simulator) => {
    const body = await mintedBody(simulator);
    expect(body["endpoints"]).toBeUndefined();
    const [, origin = ""] = /;proxy-ep=(http:[^;]*);/.exec(body.token) ?? [];
    expect(origin).not.toBe(simulator.origin);
    expect(await isGood(origin, body.token)).toBe(true);
  },
  "exchange.value_with_equals": token((body) => expect(body.token).toContain(";st=dot=com;")),
  "exchange.evil_endpoint": brings({ endpoints: { api: "http://copilot.example" } }),
};
