import { json, restError, text, type Reply } from "../http/reply.ts";
import { refusalIds, refusedMint } from "./exchange-refusals.ts";
import type { Hook, Scenario } from "./scenario.ts";
import { brokenPage, fixed, onceOnly, patched, patchJson, pause } from "./tools.ts";

const STAGE = "exchange";
const HOUR = 3600;

/** Answers the first mint as usual and later ones by `later`. */
function afterFirst(later: (first: Reply) => Reply | Promise<Reply>): () => { exchange: Hook } {
  return () => {
    let first: Reply | undefined;
    return {
      exchange: async (_call, next) => {
        if (first !== undefined) return later(first);
        const reply = await next();
        if (reply.type === "full" && reply.status === 200) first = reply;
        return reply;
      },
    };
  };
}

/** Shifts `expires_at` and the `Date` header, as a server does whose clock runs differently from the client's. */
function skewed(name: string, summary: string, seconds: number): Scenario {
  return {
    name,
    summary,
    play: (world) => ({
      exchange: async (_call, next) => {
        const reply = patchJson(await next(), (body) => ({
          ...body,
          expires_at: Number(body["expires_at"]) + seconds,
        }));
        const date = new Date(world.clock.now() + seconds * 1000).toUTCString();
        return reply.type === "full" ? { ...reply, headers: { ...reply.headers, date } } : reply;
      },
    }),
  };
}

/** Changes the token string; the changed one is good as well. `other` is a second origin of the simulator. */
function retold(
  name: string,
  summary: string,
  change: (token: string, other: string) => string,
  endpoints: "kept" | "left_out",
): Scenario {
  return {
    name,
    summary,
    play: (world) => ({
      exchange: async (_call, next) => {
        const other = await world.secondOrigin();
        return patchJson(await next(), ({ endpoints: told, ...body }) => {
          const token = change(String(body["token"]), other);
          world.copilot.adopt(token, Number(body["expires_at"]) - world.clock.now() / 1000);
          return { ...body, token, ...(endpoints === "kept" ? { endpoints: told } : {}) };
        });
      },
    }),
  };
}

function slow(name: string, summary: string): Scenario {
  return {
    name,
    summary,
    play: () => ({
      exchange: async (call, next) => {
        await pause(300, call);
        return { ...(await next()) };
      },
    }),
  };
}

/** The token exchange. */
export const exchangeScenarios: readonly Scenario[] = [
  patched("exchange.ok", "a full reply, as without a scenario", STAGE, (body) => body),
  {
    name: "exchange.minimal",
    summary:
      "only token, expires_at and refresh_in (and the endpoints, without which a test would leave loopback)",
    play: () => ({
      exchange: async (_call, next) =>
        patchJson(await next(), ({ token, expires_at, refresh_in, endpoints }) => ({
          token,
          expires_at,
          refresh_in,
          endpoints,
        })),
    }),
  },
  patched("exchange.drift", "optional fields have wrong types", STAGE, (body) => ({
    ...body,
    public_suggestions: "sometimes",
    telemetry: true,
    organization_list: "none",
    individual: "yes",
    limited_user_quotas: [1],
  })),
  patched("exchange.unknown_fields", "fields nobody has heard of", STAGE, (body) => ({
    ...body,
    brand_new_field: { x: [1] },
    another_new_flag: true,
  })),
  patched("exchange.user_notification", "a success that brings a message for the user", STAGE, (body) => ({
    ...body,
    user_notification: {
      message: "Your trial ends soon. (sample)",
      notification_id: "subscription_trial_ending",
      title: "Subscribe",
      url: "https://github.com/settings/copilot",
    },
  })),
  fixed("exchange.401", "the GitHub token is refused", STAGE, () => restError(401, "Bad credentials")),
  ...refusalIds.map((id) =>
    fixed(`exchange.403.${id}`, `not entitled, with the reason ${id}`, STAGE, () => refusedMint(id)),
  ),
  fixed("exchange.403.ratelimit", "the REST rate limit", STAGE, () => rateLimited()),
  fixed("exchange.403.html", "a page instead of a reason", STAGE, () => brokenPage(403, "Access denied")),
  onceOnly("exchange.403.once", "refused once without a reason, then good", STAGE, () =>
    restError(403, "Forbidden"),
  ),
  fixed("exchange.404", "this kind of token cannot be exchanged", STAGE, () => restError(404, "Not Found")),
  fixed("exchange.200_error_envelope", "an error envelope with status 200", STAGE, () => ({
    ...refusedMint("no_copilot_access"),
    status: 200,
  })),
  fixed("exchange.200_without_token", "flags but no token", STAGE, () =>
    json(200, { chat_enabled: true, annotations_enabled: false, code_quote_enabled: false }),
  ),
  onceOnly("exchange.5xx_once", "500 once, then good", STAGE, () => brokenPage(500, "500")),
  fixed("exchange.5xx_always", "always 500", STAGE, () => brokenPage(500, "500")),
  fixed("exchange.garbage", "HTML with status 200", STAGE, () => brokenPage(200, "Welcome")),
  fixed("exchange.hang", "never answers", STAGE, () => ({ type: "hang" })),
  fixed("exchange.reset", "breaks the connection", STAGE, () => ({ type: "reset" })),
  skewed("exchange.clock_ahead", "the server's clock is an hour ahead of the client's", HOUR),
  skewed(
    "exchange.clock_behind",
    "the server's clock is an hour behind: expires_at has passed already",
    -HOUR,
  ),
  {
    name: "exchange.short",
    summary: "tokens live 65 seconds and are to be refreshed after 5",
    play: (world) => ({
      exchange: async (_call, next) =>
        patchJson(await next(), (body) => ({
          ...body,
          ...world.copilot.mint({ lifetimeSeconds: 65, refreshInSeconds: 5 }),
        })),
    }),
  },
  {
    name: "exchange.same_token_again",
    summary: "every mint gives the first token again, even when it is no longer good",
    play: afterFirst((first) => first),
  },
  slow("exchange.concurrent", "a mint takes 300 ms, so that many callers wait for it"),
  slow("exchange.two_processes", "a mint takes 300 ms, so that two programs want one at the same time"),
  {
    name: "exchange.refresh_fails_old_valid",
    summary: "the first mint is good, every later one is a 500",
    play: afterFirst(() => text(500, "Internal Server Error\n")),
  },
  {
    name: "exchange.host_moves",
    summary: "from the second mint on, endpoints.api is another origin of the same simulator",
    play(world) {
      const moved = afterFirst(async (first) => {
        const origin = await world.secondOrigin();
        return patchJson(first, (body) => ({
          ...body,
          ...world.copilot.mint(),
          endpoints: { api: origin, proxy: origin, telemetry: origin, "origin-tracker": origin },
        }));
      });
      return moved();
    },
  },
  retold(
    "exchange.no_endpoints",
    "no endpoints; only proxy-ep in the token, which names another origin of the same simulator",
    (token, other) => token.replace(/proxy-ep=[^;]*/, `proxy-ep=${new URL(other).host}`),
    "left_out",
  ),
  retold(
    "exchange.no_endpoints_no_proxy_ep",
    "neither endpoints nor proxy-ep",
    (token) => token.replace(/proxy-ep=[^;]*;/, ""),
    "left_out",
  ),
  retold(
    "exchange.proxy_ep_with_scheme",
    "no endpoints; proxy-ep is the whole address of another origin of the same simulator",
    (token, other) => token.replace(/proxy-ep=[^;]*/, `proxy-ep=${other}`),
    "left_out",
  ),
  retold(
    "exchange.value_with_equals",
    "a value in the token holds an equals sign",
    (token) => token.replace("st=dotcom", "st=dot=com"),
    "kept",
  ),
  patched("exchange.evil_endpoint", "endpoints.api is plain http on a foreign host", STAGE, (body) => ({
    ...body,
    endpoints: { api: "http://copilot.example", proxy: "http://copilot.example" },
  })),
];

function rateLimited(): Reply {
  const body = {
    message: "API rate limit exceeded for user ID 12345. (sample)",
    documentation_url: "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
    status: "403",
  };
  return json(403, body, { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0" });
}
