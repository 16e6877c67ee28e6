import { expect } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { IDE } from "../client.ts";
import { read, type Check } from "./check.ts";

const CLIENT = "Iv1.test";
const JSON_HEADERS = { accept: "application/json", "content-type": "application/json" };

type Fields = Record<string, unknown>;

async function post(simulator: Simulator, path: string, fields: Fields): Promise<Response> {
  const body = JSON.stringify({ client_id: CLIENT, ...fields });
  return fetch(simulator.origin + path, { method: "POST", headers: JSON_HEADERS, body });
}

async function start(simulator: Simulator): Promise<Fields> {
  return (await (await post(simulator, "/login/device/code", { scope: "read:user" })).json()) as Fields;
}

/** One poll, so many seconds after the one before, as a word or two: its status and error, or that a token came. */
async function poll(simulator: Simulator, code: Fields, seconds = 20): Promise<string> {
  simulator.clock.advance(seconds * 1000);
  const fields = {
    device_code: code["device_code"],
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
  };
  const response = await post(simulator, "/login/oauth/access_token", fields).catch(() => undefined);
  if (response === undefined) return "broken";
  const text = await response.text();
  if (!text.startsWith("{")) return `${response.status} ${response.headers.get("retry-after") ?? "page"}`;
  const reply = JSON.parse(text) as { error?: string; interval?: number; access_token?: string };
  if (reply.access_token !== undefined) return "token";
  return `${response.status} ${reply.error} ${reply.interval ?? ""}`.trim();
}

/** Polls with the given gaps, in seconds. */
const polls =
  (gaps: readonly number[], expected: readonly string[]): Check =>
  async (simulator) => {
    const code = await start(simulator);
    const seen: string[] = [];
    for (const gap of gaps) seen.push(await poll(simulator, code, gap));
    expect(seen).toEqual(expected);
  };

const always = (error: string): Check => polls([20, 20], [`200 ${error}`, `200 ${error}`]);

const tells =
  (name: string, value: unknown): Check =>
  async (simulator) => {
    expect((await start(simulator))[name]).toEqual(value);
  };

/** The device flow. */
export const deviceChecks: Record<string, Check> = {
  "device.ok": polls([5, 5, 5], ["200 authorization_pending", "200 authorization_pending", "token"]),
  "device.slow_down": polls(
    [5, 5, 9, 15],
    ["200 authorization_pending", "200 slow_down 10", "200 slow_down 15", "token"],
  ),
  "device.slow_down.lower": polls(
    [5, 5, 9, 15],
    ["200 authorization_pending", "200 slow_down 1", "200 slow_down 15", "token"],
  ),
  "device.slow_down.no_interval": polls(
    [5, 5, 9, 15],
    ["200 authorization_pending", "200 slow_down", "200 slow_down 15", "token"],
  ),
  "device.rate_before_state": polls([0, 9, 15], ["200 slow_down 10", "200 slow_down 15", "token"]),
  "device.denied": always("access_denied"),
  "device.expired": always("expired_token"),
  "device.expired_alias": always("token_expired"),
  "device.disabled": always("device_flow_disabled"),
  "device.bad_code": always("incorrect_device_code"),
  "device.bad_client": always("incorrect_client_credentials"),
  "device.bad_grant": always("unsupported_grant_type"),
  "device.unknown_error": always("temporary_sample_error"),
  "device.errors_with_400": polls([5, 5], ["400 authorization_pending", "400 authorization_pending"]),
  "device.errors_with_200_vs_400": polls(
    [5, 5, 5],
    ["200 authorization_pending", "400 authorization_pending", "200 authorization_pending"],
  ),
  "device.form_encoded": async (simulator) => {
    const response = await post(simulator, "/login/device/code", {});
    expect(response.headers.get("content-type")).toContain("application/x-www-form-urlencoded");
    expect(new URLSearchParams(await response.text()).get("user_code")).toMatch(/^\w{4}-\w{4}$/);
  },
  "device.transient": polls([5, 5, 5, 5], ["502 page", "429 1", "broken", "token"]),
  "device.never": async (simulator) => {
    const code = await start(simulator);
    simulator.approveDevice();
    expect([await poll(simulator, code), await poll(simulator, code)]).toEqual([
      "200 authorization_pending",
      "200 authorization_pending",
    ]);
  },
  "device.no_interval": tells("interval", undefined),
  "device.interval_zero": tells("interval", 0),
  "device.interval_junk": tells("interval", "soon"),
  "device.bad_verification_uri": tells("verification_uri", "javascript:alert(1)"),
  "device.foreign_verification_uri": tells("verification_uri", "https://login.example/device"),
  "device.token_with_refresh": async (simulator) => {
    const code = await start(simulator);
    simulator.approveDevice();
    const fields = {
      device_code: code["device_code"],
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    };
    expect(await (await post(simulator, "/login/oauth/access_token", fields)).json()).toMatchObject({
      access_token: expect.stringMatching(/^ghu_/) as unknown,
      refresh_token: "ghr_sample",
      expires_in: 28_800,
    });
  },
  "device.ghe": async (simulator) => {
    const code = await start(simulator);
    expect(code["verification_uri"]).toBe(`${simulator.origin}/login/device`);
    expect([await poll(simulator, code), await poll(simulator, code), await poll(simulator, code)]).toEqual([
      "200 authorization_pending",
      "200 authorization_pending",
      "token",
    ]);
    await expectTenant(simulator);
  },
};

/** Expects that only the origin which the exchange names takes its token. */
export async function expectTenant(simulator: Simulator): Promise<void> {
  const headers = { authorization: `token ${simulator.githubToken}` };
  const response = await fetch(`${simulator.origin}/copilot_internal/v2/token`, { headers });
  const { token, endpoints } = (await response.json()) as { token: string; endpoints: { api: string } };
  expect(endpoints.api).not.toBe(simulator.origin);
  const models = (origin: string) =>
    read(fetch(`${origin}/models`, { headers: { ...IDE, authorization: `Bearer ${token}` } }));
  expect(await models(simulator.origin)).toMatchObject({
    status: 401,
    text: "unauthorized: AuthenticateToken authentication failed\n",
  });
  expect((await models(endpoints.api)).status).toBe(200);
}
