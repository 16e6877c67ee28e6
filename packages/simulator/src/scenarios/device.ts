import { deviceError, type deviceErrors } from "../github/device-routes.ts";
import type { DeviceGrant } from "../github/device-desk.ts";
import { field, type Call } from "../http/call.ts";
import { text, type Reply } from "../http/reply.ts";
import type { Next, World } from "../world.ts";
import { brokenPage, patched, patchJson } from "./tools.ts";
import type { Scenario } from "./scenario.ts";

type Poll = (call: Call, next: Next, grant: DeviceGrant | undefined) => Reply | Promise<Reply>;

const pending: Poll = (_call, next) => next();
const approved: Poll = (_call, next, grant) => {
  if (grant?.state === "pending") grant.state = "approved";
  return next();
};

/** Plays one reply a poll; the last one again and again. */
function polls(name: string, summary: string, ...replies: readonly Poll[]): Scenario {
  return {
    name,
    summary,
    play(world) {
      const seen = new Map<string, number>();
      return {
        device_token: (call, next) => {
          const code = field(call, "device_code") ?? "";
          const index = seen.get(code) ?? 0;
          seen.set(code, index + 1);
          const reply = replies[Math.min(index, replies.length - 1)] ?? pending;
          return reply(call, next, world.github.byDeviceCode(code));
        },
      };
    },
  };
}

/** A `slow_down` that really raises the interval the next polls are measured by. */
function slowDown(world: World, raiseTo: (interval: number) => number, told: Record<string, unknown>): Poll {
  return (call, _next, grant) => {
    if (grant !== undefined) {
      world.github.pollsTooEarly(grant);
      grant.interval = raiseTo(grant.interval);
    }
    return deviceError(call, "slow_down", told);
  };
}

function slowDownScenario(
  name: string,
  summary: string,
  raiseTo: (interval: number) => number,
  told: Record<string, unknown>,
): Scenario {
  return {
    name,
    summary,
    play: (world) =>
      polls(name, summary, pending, slowDown(world, raiseTo, told), pending, approved).play(world),
  };
}

function always(name: string, error: keyof typeof deviceErrors): Scenario {
  return polls(name, `every poll answers ${error}`, (call) => deviceError(call, error));
}

/** The login that goes well. */
export const deviceOk: Scenario = polls(
  "device.ok",
  "pending twice, then the token, without anybody on the page",
  pending,
  pending,
  approved,
);

/** The device flow. */
export const deviceScenarios: readonly Scenario[] = [
  deviceOk,
  slowDownScenario(
    "device.slow_down",
    "the second poll answers slow_down with interval 10; approved at the fourth",
    () => 10,
    { interval: 10 },
  ),
  slowDownScenario(
    "device.slow_down.lower",
    "slow_down that names an interval below the present one; five seconds more are measured",
    (interval) => interval + 5,
    { interval: 1 },
  ),
  slowDownScenario(
    "device.slow_down.no_interval",
    "slow_down without an interval; five seconds more are measured",
    (interval) => interval + 5,
    {},
  ),
  {
    name: "device.rate_before_state",
    summary: "approved at once, but a poll that comes too early, also the first, only gets slow_down",
    play: (world) => ({
      device_code: async (_call, next) =>
        patchJson(await next(), (body) => {
          const grant = world.github.byDeviceCode(String(body["device_code"]));
          if (grant !== undefined) Object.assign(grant, { lastPollAt: world.clock.now(), state: "approved" });
          return body;
        }),
    }),
  },
  always("device.denied", "access_denied"),
  always("device.expired", "expired_token"),
  always("device.expired_alias", "token_expired"),
  always("device.disabled", "device_flow_disabled"),
  always("device.bad_code", "incorrect_device_code"),
  always("device.bad_client", "incorrect_client_credentials"),
  always("device.bad_grant", "unsupported_grant_type"),
  always("device.unknown_error", "temporary_sample_error"),
  {
    name: "device.errors_with_400",
    summary: "errors of the poll come with status 400 instead of 200",
    play: () => ({
      device_token: async (_call, next) => withStatus400(await next()),
    }),
  },
  {
    name: "device.errors_with_200_vs_400",
    summary: "errors of the poll come with status 200 and with status 400 in turn",
    play() {
      let polled = 0;
      return {
        device_token: async (_call, next) => {
          polled += 1;
          return polled % 2 === 0 ? withStatus400(await next()) : next();
        },
      };
    },
  },
  {
    name: "device.form_encoded",
    summary: "replies are form-encoded although the client accepts JSON",
    play: () => ({ device_code: formEncoded, device_token: formEncoded }),
  },
  polls(
    "device.transient",
    "502 with HTML, then 429 with retry-after, then a dropped connection, then approved",
    () => brokenPage(502, "502 Bad Gateway"),
    () => text(429, "too many requests\n", { "retry-after": "1" }),
    () => ({ type: "reset" }),
    approved,
  ),
  polls("device.never", "always pending, whatever the page says", (_call, next, grant) => {
    if (grant?.state === "approved") grant.state = "pending";
    return next();
  }),
  patched("device.no_interval", "the code comes without an interval", "device_code", (body) => ({
    ...body,
    interval: undefined,
  })),
  patched("device.interval_zero", "the code comes with interval 0", "device_code", (body) => ({
    ...body,
    interval: 0,
  })),
  patched("device.interval_junk", "the code comes with a word for an interval", "device_code", (body) => ({
    ...body,
    interval: "soon",
  })),
  patched("device.bad_verification_uri", "the page address is a javascript: one", "device_code", (body) => ({
    ...body,
    verification_uri: "javascript:alert(1)",
  })),
  patched("device.foreign_verification_uri", "the page is on another host", "device_code", (body) => ({
    ...body,
    verification_uri: "https://login.example/device",
  })),
  {
    name: "device.token_with_refresh",
    summary: "the token comes with expires_in and a refresh token",
    play: () => ({
      device_token: async (_call, next) =>
        patchJson(await next(), (body) =>
          "access_token" in body
            ? {
                ...body,
                expires_in: 28_800,
                refresh_token: "ghr_sample",
                refresh_token_expires_in: 15_897_600,
              }
            : body,
        ),
    }),
  },
];

function withStatus400(reply: Reply): Reply {
  if (reply.type !== "full" || typeof reply.body !== "string") return reply;
  return /\berror\b/.test(reply.body) ? { ...reply, status: 400 } : reply;
}

async function formEncoded(_call: Call, next: Next): Promise<Reply> {
  const reply = await next();
  if (reply.type !== "full" || typeof reply.body !== "string" || !reply.body.startsWith("{")) return reply;
  const fields = Object.entries(JSON.parse(reply.body) as Record<string, unknown>);
  const pairs = fields.map(([key, value]): [string, string] => [key, String(value)]);
  const headers = { ...reply.headers, "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  return { ...reply, headers, body: new URLSearchParams(pairs).toString() };
}
