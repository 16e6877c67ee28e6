import { expect } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { ask, refuses, rest, statuses, type Check } from "./check.ts";

const PREMIUM = "x-quota-snapshot-premium_interactions";
const USER = "/copilot_internal/user";

const limited = (code: string, retryAfter: string | null): Check =>
  refuses(429, `"code":"${code}"`, { "retry-after": retryAfter, "x-ratelimit-exceeded": code });

const spent = (code: string, retryAfter: string | null): Check =>
  refuses(402, `"code":"${code}"`, {
    "retry-after": retryAfter,
    [PREMIUM]: "ent=300&ov=0.0&ovPerm=false&rem=0.0&rst=2099-01-01T00%3A00%3A00Z",
  });

/** Expects `retry-after` as a date, so many seconds ahead of the simulator's clock. */
const dated =
  (status: number, seconds: number): Check =>
  async (simulator) => {
    const got = await ask(simulator);
    expect(got.status).toBe(status);
    const date = Date.parse(got.headers.get("retry-after") ?? "");
    expect(Math.abs((date - simulator.clock.now()) / 1000 - seconds)).toBeLessThan(30);
  };

const thenGood =
  (status: number): Check =>
  async (simulator) =>
    expect(await statuses(simulator, 2)).toEqual([status, 200]);

const overflow =
  (body: string): Check =>
  async (simulator) => {
    expect((await ask(simulator)).text).toBe(body);
    expect((await ask(simulator)).status).toBe(200);
  };

const premium = async (simulator: Simulator): Promise<string | null> =>
  (await ask(simulator)).headers.get(PREMIUM);

/** Limits, overload and quota. */
export const limitChecks: Record<string, Check> = {
  "limit.429_short": async (simulator) => {
    await limited("rate_limited", "1")(simulator);
    expect((await ask(simulator)).status).toBe(200);
  },
  "limit.429_long": limited("user_weekly_rate_limited", "208800"),
  "limit.429_date": dated(429, 7200),
  "limit.429_no_header": limited("rate_limited", null),
  "limit.429_rate_limited": limited("rate_limited", "1"),
  "limit.429_user_model_rate_limited": limited("user_model_rate_limited", "30"),
  "limit.429_user_global_rate_limited": limited("user_global_rate_limited", "9000"),
  "limit.429_user_weekly_rate_limited": limited("user_weekly_rate_limited", "208800"),
  "limit.429_integration_rate_limited": limited("integration_rate_limited", null),
  "limit.429_agent_mode_limit_exceeded": limited("agent_mode_limit_exceeded", "3600"),
  "limit.429_model_overloaded": limited("model_overloaded", "5"),
  "limit.429_extension_blocked": limited("extension_blocked", "300"),
  "limit.402_quota_exceeded": spent("quota_exceeded", "777600"),
  "limit.402_free_quota_exceeded": spent("free_quota_exceeded", "777600"),
  "limit.402_overage_limit_reached": spent("overage_limit_reached", "777600"),
  "limit.402_billing_not_configured": spent("billing_not_configured", "777600"),
  "limit.402_session_quota_exceeded": spent("session_quota_exceeded", "777600"),
  "limit.402_date": dated(402, 777_600),
  "limit.402_no_header": spent("quota_exceeded", null),
  "limit.503": refuses(503, "upstream connect error"),
  "limit.500_then_ok": thenGood(500),
  "limit.502_html": refuses(502, /^<html>/, { "content-type": "text/html" }),
  "limit.5xx_always": async (simulator) => expect(await statuses(simulator, 3)).toEqual([500, 500, 500]),
  "limit.413_text": refuses(413, /^Request Entity Too Large\n$/),
  "limit.413_json": refuses(413, /^\{"error":\{"message":"failed to parse request","code":""\}\}$/),
  "limit.413_statuscode": refuses(413, /^\{"statusCode":413,/),
  "limit.overflow": overflow(
    '{"error":{"message":"prompt token count of 138898 exceeds the limit of 128000","code":"model_max_prompt_tokens_exceeded"}}',
  ),
  "limit.overflow_old": overflow(
    '{"error":{"message":"prompt token count of 138898 exceeds the limit of 64000","code":""}}',
  ),
  "limit.proxy_intercept": refuses(403, "sample firewall", {
    "x-github-request-id": null,
    "x-request-id": null,
  }),
  "quota.headers": async (simulator) => {
    expect(await premium(simulator)).toContain("rem=87.6");
    expect(await premium(simulator)).toContain("rem=75.2");
    expect((await ask(simulator)).headers.get("x-usage-ratelimit-weekly")).toContain("rem=92.0");
  },
  "quota.malformed": async (simulator) => expect(await premium(simulator)).toBe("garbage"),
  "quota.unlimited": async (simulator) => expect(await premium(simulator)).toContain("ent=-1&"),
  "quota.zero": async (simulator) => expect(await premium(simulator)).toContain("ent=0&"),
  "quota.spent_with_overage": async (simulator) =>
    expect(await premium(simulator)).toContain("ov=12.5&ovPerm=true&rem=0.0"),
  "user.paid": async (simulator) => {
    expect(JSON.parse((await rest(simulator, USER)).text)).toMatchObject({
      access_type_sku: "monthly_subscriber",
      quota_snapshots: { premium_interactions: { entitlement: 300, remaining: 300 } },
    });
  },
  "user.free": async (simulator) => {
    const account: unknown = JSON.parse((await rest(simulator, USER)).text);
    expect(account).toMatchObject({
      access_type_sku: "free_limited_copilot",
      limited_user_quotas: { chat: 37, completions: 1804 },
    });
    expect(account).not.toHaveProperty("quota_snapshots");
  },
  "user.404": async (simulator) => expect((await rest(simulator, USER)).status).toBe(404),
  "error.text_plain_json": refuses(400, /^\{"error":/, { "content-type": "text/plain; charset=utf-8" }),
  "error.empty_body": refuses(400, /^$/),
  "error.html": refuses(500, /^<html>/, { "content-type": "text/html" }),
};
