import { refuseBetas } from "../copilot/betas.ts";
import { bearer } from "../copilot/guard.ts";
import { capiError, json, text, type Reply } from "../http/reply.ts";
import type { Scenario } from "./scenario.ts";
import { fixed, onceOnly, pause } from "./tools.ts";

const STAGE = "capi";
const EXPIRED = "unauthorized: token expired\n";
/** What the Copilot API answers before it looks at a model call. */
export const capiScenarios: readonly Scenario[] = [
  {
    name: "capi.401_once",
    summary: "the token of the first model call dies; a new one is good",
    play(world) {
      let played = false;
      return {
        capi: (call, next) => {
          if (played) return next();
          played = true;
          world.copilot.revoke(bearer(call) ?? "");
          return text(401, EXPIRED);
        },
      };
    },
  },
  fixed("capi.401_always", "every model call is a 401", STAGE, () => text(401, EXPIRED)),
  {
    name: "capi.401_concurrent",
    summary:
      "model calls of the first token are gathered (ten, or 250 ms) and all get a 401; a new token is good",
    play(world) {
      let doomed: string | undefined;
      let gathered = 0;
      let release: () => void = () => undefined;
      const ten = new Promise<void>((resolve) => {
        release = resolve;
      });
      return {
        capi: async (call, next) => {
          const token = bearer(call) ?? "";
          doomed ??= token;
          if (token !== doomed) return next();
          gathered += 1;
          if (gathered >= 10) release();
          await Promise.race([ten, pause(250, call)]);
          world.copilot.revoke(token);
          return text(401, EXPIRED);
        },
      };
    },
  },
  {
    name: "capi.401_then_mint_fails",
    summary: "the token of the first model call dies, and from then on the exchange is a 500",
    play(world) {
      let isDead = false;
      return {
        capi: (call) => {
          isDead = true;
          world.copilot.revoke(bearer(call) ?? "");
          return text(401, EXPIRED);
        },
        exchange: (_call, next) => (isDead ? text(500, "Internal Server Error\n") : next()),
      };
    },
  },
  fixed("capi.401_auto_mode", "401 about the automatic model choice, not the token", STAGE, () =>
    text(401, "Invalid auto-mode selector\n"),
  ),
  fixed("capi.401_authorize_url", "401 that asks for consent on a page", STAGE, () =>
    json(401, { authorize_url: "https://github.com/apps/sample-agent/authorize" }),
  ),
  fixed("capi.401_wrong_host", "401 for a token of another host", STAGE, wrongHost),
  fixed("capi.403_forbidden_text", "barred, in plain text", STAGE, () =>
    text(403, "access to this endpoint is forbidden\n"),
  ),
  fixed("capi.403_policy", "an administrator must allow it", STAGE, () =>
    capiError(
      403,
      "unauthorized",
      "You are not authorized to use this Copilot feature, it requires an enterprise or organization policy to be enabled.",
    ),
  ),
  onceOnly("capi.403_transient_once", "403 without a reason once, then good", STAGE, () =>
    text(403, "Forbidden\n"),
  ),
  {
    name: "capi.require_headers",
    summary:
      "refuses anthropic-beta values that are not on the list everywhere (/v1/messages always does, and the other headers are always required)",
    play: () => ({
      capi: (call, next) => refuseBetas(call) ?? next(),
    }),
  },
  fixed("capi.pat_refused", "a personal access token is not taken here", STAGE, () =>
    text(400, "bad request: Personal Access Tokens are not supported for this endpoint\n"),
  ),
  fixed("capi.integrator_refused", "the model is not for this integration id", STAGE, () =>
    capiError(
      400,
      "model_not_supported",
      'The requested model is not available for integrator "sample". Verify the correct Copilot-Integration-Id header is being sent.',
    ),
  ),
  fixed("capi.466", "the client is too old", STAGE, () =>
    text(466, "sample: this client version is no longer supported\n"),
  ),
  fixed("capi.499", "the server cancelled", STAGE, () => text(499, "")),
  fixed("capi.422", "filtered by policy", STAGE, () => text(422, "sample: filtered by policy\n")),
  fixed("capi.424", "a dependency failed", STAGE, () => text(424, "sample: dependency failed\n")),
  fixed("capi.421", "the wrong host for this token", STAGE, () => text(421, "Misdirected Request\n")),
];

/** The 401 for a token that belongs to another host. */
export function wrongHost(): Reply {
  return text(401, "unauthorized: AuthenticateToken authentication failed\n");
}
