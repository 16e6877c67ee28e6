import { field, type Call } from "../http/call.ts";
import { json, type FullReply, type Reply } from "../http/reply.ts";
import type { World } from "../world.ts";
import type { DeviceGrant } from "./device-desk.ts";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code";

/** Why a poll got no token, in the words of the service. */
export const deviceErrors = {
  authorization_pending: "The authorization request is still pending.",
  slow_down: "Too many requests have been made in the same timeframe.",
  expired_token: "The device_code has expired.",
  token_expired: "The device_code has expired.",
  access_denied: "The authorization request was denied.",
  incorrect_device_code: "The device_code provided is not valid.",
  incorrect_client_credentials: "The client_id passed is incorrect.",
  unsupported_grant_type: "The grant_type must be urn:ietf:params:oauth:grant-type:device_code.",
  device_flow_disabled: "Device flow has not been enabled for this app.",
  temporary_sample_error: "An error that no list of errors names.",
} as const;

/** A reply of the login endpoints: JSON when the client accepts it, else form-encoded, as the service does. */
export function loginReply(call: Call, fields: Record<string, unknown>, status = 200): FullReply {
  if ((call.headers["accept"] ?? "").includes("json")) return json(status, fields);
  const pairs = Object.entries(fields).map(([key, value]): [string, string] => [key, String(value)]);
  return {
    type: "full",
    status,
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: new URLSearchParams(pairs).toString(),
  };
}

/** An error of the poll. The service sends it with status 200. */
export function deviceError(
  call: Call,
  error: keyof typeof deviceErrors,
  more: Record<string, unknown> = {},
  status = 200,
): FullReply {
  const fields = {
    error,
    error_description: deviceErrors[error],
    error_uri:
      "https://docs.github.com/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow",
    ...more,
  };
  return loginReply(call, fields, status);
}

/** `POST /login/device/code` */
export function startDeviceFlow(world: World, call: Call): Promise<Reply> {
  return world.run("device_code", call, async () => {
    const clientId = field(call, "client_id");
    if (clientId === undefined || clientId === "") return json(404, { error: "Not Found" });
    const grant = world.github.start(clientId, field(call, "scope") ?? "");
    return loginReply(call, {
      device_code: grant.deviceCode,
      user_code: grant.userCode,
      verification_uri: `${world.origin}/login/device`,
      expires_in: Math.round((grant.expiresAt - world.clock.now()) / 1000),
      interval: grant.interval,
    });
  });
}

/** `POST /login/oauth/access_token` */
export function pollDeviceFlow(world: World, call: Call): Promise<Reply> {
  return world.run("device_token", call, async () => {
    if (field(call, "grant_type") !== GRANT_TYPE) return deviceError(call, "unsupported_grant_type");
    const grant = world.github.byDeviceCode(field(call, "device_code") ?? "");
    if (grant === undefined || grant.state === "used") return deviceError(call, "incorrect_device_code");
    if (field(call, "client_id") !== grant.clientId) return deviceError(call, "incorrect_client_credentials");
    if (world.clock.now() >= grant.expiresAt) return deviceError(call, "expired_token");
    // The service looks at the rate first: an impatient client never learns that it was approved.
    if (world.github.pollsTooEarly(grant))
      return deviceError(call, "slow_down", { interval: grant.interval });
    return decided(world, call, grant);
  });
}

function decided(world: World, call: Call, grant: DeviceGrant): Reply {
  if (grant.state === "pending") return deviceError(call, "authorization_pending");
  if (grant.state === "denied") return deviceError(call, "access_denied");
  grant.state = "used";
  return loginReply(call, {
    access_token: world.github.issueToken(),
    token_type: "bearer",
    scope: grant.scope,
  });
}
