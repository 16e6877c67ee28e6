import { json, type FullReply } from "../http/reply.ts";

/** The reasons the service gives for not handing out a token; an open set. */
export const refusalIds = [
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
] as const;

/** The 403 of the exchange, with its envelope. */
export function refusedMint(id: (typeof refusalIds)[number]): FullReply {
  return json(403, {
    can_signup_for_limited: id === "not_signed_up" ? true : null,
    error_details: {
      message: `Sample text for ${id}.`,
      notification_id: id,
      title: "Open settings",
      url: "https://github.com/settings/copilot",
    },
    message: "Sample generic message with a pointer to the terms.",
  });
}
