import { capiError, json, restError, text, type FullReply, type Reply } from "../http/reply.ts";
import type { Scenario } from "./scenario.ts";
import { brokenPage, fixed, onceOnly, patched } from "./tools.ts";

const STAGE = "capi";

/** The codes of a 429, with the seconds the service asks to wait. */
const RATE_LIMITS: Record<string, number | undefined> = {
  rate_limited: 1,
  user_model_rate_limited: 30,
  user_global_rate_limited: 9000,
  user_weekly_rate_limited: 208_800,
  integration_rate_limited: undefined,
  agent_mode_limit_exceeded: 3600,
  model_overloaded: 5,
  extension_blocked: 300,
};

const QUOTAS = [
  "quota_exceeded",
  "free_quota_exceeded",
  "overage_limit_reached",
  "billing_not_configured",
  "session_quota_exceeded",
];

const SPENT = "ent=300&ov=0.0&ovPerm=false&rem=0.0&rst=2099-01-01T00%3A00%3A00Z";

function rateLimited(code: string, retryAfter: string | undefined): FullReply {
  return capiError(429, code, `sample text for ${code}`, {
    "x-ratelimit-exceeded": code,
    ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
  });
}

function quotaSpent(code: string, retryAfter: string | undefined): FullReply {
  return capiError(402, code, `sample text for ${code}`, {
    "x-quota-snapshot-premium_interactions": SPENT,
    ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
  });
}

/** Dates are told by the simulator's clock. */
function dated(name: string, summary: string, seconds: number, reply: (date: string) => FullReply): Scenario {
  return {
    name,
    summary,
    play: (world) => ({
      capi: () => reply(new Date(world.clock.now() + seconds * 1000).toUTCString()),
    }),
  };
}

/** Limits, overload and quota. */
export const limitScenarios: readonly Scenario[] = [
  onceOnly("limit.429_short", "429 with retry-after 1, once", STAGE, () => rateLimited("rate_limited", "1")),
  fixed("limit.429_long", "429 with retry-after 208800", STAGE, () =>
    rateLimited("user_weekly_rate_limited", "208800"),
  ),
  dated("limit.429_date", "429 with retry-after as a date, two hours ahead", 7200, (date) =>
    rateLimited("user_global_rate_limited", date),
  ),
  fixed("limit.429_no_header", "429 without retry-after", STAGE, () =>
    rateLimited("rate_limited", undefined),
  ),
  ...Object.entries(RATE_LIMITS).map(([code, seconds]) =>
    fixed(`limit.429_${code}`, `429 with the code ${code}`, STAGE, () =>
      rateLimited(code, seconds?.toString()),
    ),
  ),
  ...QUOTAS.map((code) =>
    fixed(`limit.402_${code}`, `402 with the code ${code}`, STAGE, () => quotaSpent(code, "777600")),
  ),
  dated("limit.402_date", "402 with retry-after as a date, nine days ahead", 777_600, (date) =>
    quotaSpent("quota_exceeded", date),
  ),
  fixed("limit.402_no_header", "402 without retry-after", STAGE, () =>
    quotaSpent("quota_exceeded", undefined),
  ),
  fixed("limit.503", "503 in plain text", STAGE, () =>
    text(503, "upstream connect error or disconnect/reset before headers\n"),
  ),
  onceOnly("limit.500_then_ok", "500 once, then good", STAGE, () => text(500, "Internal Server Error\n")),
  fixed("limit.502_html", "502 with a page", STAGE, () => brokenPage(502, "502 Bad Gateway")),
  fixed("limit.5xx_always", "always 500", STAGE, () => text(500, "Internal Server Error\n")),
  fixed("limit.413_text", "413 in plain text", STAGE, () => text(413, "Request Entity Too Large\n")),
  fixed("limit.413_json", "413 in the form of the API", STAGE, () =>
    capiError(413, "", "failed to parse request"),
  ),
  fixed("limit.413_statuscode", "413 in a third form", STAGE, () =>
    json(413, { statusCode: 413, message: "request entity too large" }),
  ),
  onceOnly("limit.overflow", "the prompt is too long, once", STAGE, () =>
    capiError(
      400,
      "model_max_prompt_tokens_exceeded",
      "prompt token count of 138898 exceeds the limit of 128000",
    ),
  ),
  onceOnly("limit.overflow_old", "the prompt is too long, with an empty code, once", STAGE, () =>
    capiError(400, "", "prompt token count of 138898 exceeds the limit of 64000"),
  ),
  fixed("limit.proxy_intercept", "403 with a page of a firewall, without GitHub's ids", STAGE, () =>
    brokenPage(403, "Blocked by sample firewall"),
  ),
  {
    name: "quota.headers",
    summary: "the premium requests left fall by 12.4 percent a model call; windows of use are told as well",
    play() {
      let percent = 100;
      return {
        capi: async (_call, next) => {
          percent = Math.max(0, percent - 12.4);
          return withHeaders(await next(), {
            "x-quota-snapshot-premium_interactions": SPENT.replace("rem=0.0", `rem=${percent.toFixed(1)}`),
            "x-usage-ratelimit-session": "ent=0&ov=0.0&ovPerm=false&rem=61.5&rst=2099-01-01T05%3A00%3A00Z",
            "x-usage-ratelimit-weekly": "ent=0&ov=0.0&ovPerm=false&rem=92.0&rst=2099-01-07T00%3A00%3A00Z",
          });
        },
      };
    },
  },
  withQuota("quota.malformed", "quota headers that cannot be read", "garbage"),
  withQuota(
    "quota.unlimited",
    "premium requests without a limit",
    SPENT.replace("ent=300", "ent=-1").replace("rem=0.0", "rem=100.0"),
  ),
  withQuota("quota.zero", "no premium requests at all", SPENT.replace("ent=300", "ent=0")),
  withQuota(
    "quota.spent_with_overage",
    "all spent, overage allowed",
    "ent=300&ov=12.5&ovPerm=true&rem=0.0&rst=2099-01-01T00%3A00%3A00Z",
  ),
  patched(
    "user.paid",
    "/copilot_internal/user describes a paid account, as without a scenario",
    "user",
    (body) => body,
  ),
  {
    name: "user.free",
    summary: "/copilot_internal/user describes a free account",
    play: () => ({
      user: async (_call, next) => {
        const reply = await next();
        if (reply.type !== "full" || reply.status !== 200 || typeof reply.body !== "string") return reply;
        const { quota_snapshots: _, ...body } = JSON.parse(reply.body) as Record<string, unknown>;
        return json(200, {
          ...body,
          access_type_sku: "free_limited_copilot",
          limited_user_quotas: { chat: 37, completions: 1804 },
          monthly_quotas: { chat: 50, completions: 2000 },
          limited_user_reset_date: "2099-01-01",
        });
      },
    }),
  },
  fixed("user.404", "/copilot_internal/user is not there", "user", () => restError(404, "Not Found")),
];

function withQuota(name: string, summary: string, value: string): Scenario {
  const headers = { "x-quota-snapshot-premium_interactions": value };
  return { name, summary, play: () => ({ capi: async (_call, next) => withHeaders(await next(), headers) }) };
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
  if (reply.type === "hang" || reply.type === "reset") return reply;
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
