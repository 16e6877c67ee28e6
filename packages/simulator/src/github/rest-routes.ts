import type { Call } from "../http/call.ts";
import { json, restError, text, type FullReply, type Reply } from "../http/reply.ts";
import type { World } from "../world.ts";

/** The GitHub token of a call, with either of the schemes the service takes. */
export function githubToken(call: Call): string | undefined {
  return /^(?:token|bearer) +(\S+)$/i.exec(call.headers["authorization"] ?? "")?.[1];
}

/** Refuses what api.github.com refuses: no User-Agent, no or a wrong token. */
function refusal(world: World, call: Call): FullReply | undefined {
  if ((call.headers["user-agent"] ?? "") === "") {
    return text(
      403,
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n",
    );
  }
  const token = githubToken(call);
  if (token === undefined) return restError(401, "Requires authentication");
  return world.github.accepts(token) ? undefined : restError(401, "Bad credentials");
}

/** `GET /copilot_internal/v2/token` */
export function exchangeToken(world: World, call: Call): Promise<Reply> {
  return world.run("exchange", call, async () => {
    // Personal access tokens cannot be exchanged, whoever they belong to.
    if (/^(?:ghp|github_pat)_/.test(githubToken(call) ?? "")) return restError(404, "Not Found");
    const refused = refusal(world, call);
    if (refused !== undefined) return refused;
    return json(200, { ...capabilities(world.origin), ...world.copilot.mint() });
  });
}

/** `GET /copilot_internal/user` */
export function describeCopilotUser(world: World, call: Call): Promise<Reply> {
  return world.run("user", call, async () => {
    const refused = refusal(world, call);
    if (refused !== undefined) return refused;
    return json(200, {
      login: world.github.login,
      access_type_sku: "monthly_subscriber",
      analytics_tracking_id: "00000000000000000000000000000001",
      assigned_date: null,
      can_signup_for_limited: false,
      chat_enabled: true,
      copilot_plan: "individual",
      organization_login_list: [],
      organization_list: [],
      is_mcp_enabled: true,
      endpoints: endpoints(world.origin),
      quota_reset_date: "2099-01-01",
      quota_reset_date_utc: "2099-01-01T00:00:00.000Z",
      quota_snapshots: world.quota.snapshots(world.clock.now()),
    });
  });
}

/** `GET /user` */
export function describeUser(world: World, call: Call): Promise<Reply> {
  const refused = refusal(world, call);
  const body = { login: world.github.login, id: 1, type: "User", name: "Sample User", site_admin: false };
  return Promise.resolve(refused ?? json(200, body, { "x-oauth-scopes": "read:user" }));
}

function endpoints(origin: string): Record<string, string> {
  return { api: origin, "origin-tracker": origin, proxy: origin, telemetry: origin };
}

function capabilities(origin: string): Record<string, unknown> {
  return {
    annotations_enabled: true,
    blackbird_clientside_indexing: false,
    code_quote_enabled: true,
    code_review_enabled: true,
    codesearch: true,
    copilotignore_enabled: false,
    chat_enabled: true,
    chat_jetbrains_enabled: true,
    endpoints: endpoints(origin),
    individual: true,
    limited_user_quotas: null,
    limited_user_reset_date: null,
    public_suggestions: "enabled",
    sku: "monthly_subscriber",
    telemetry: "disabled",
    tracking_id: "00000000000000000000000000000001",
    xcode: true,
    xcode_chat: true,
  };
}
