import { accepted, bearer, refuseImage } from "../copilot/guard.ts";
import type { Call } from "../http/call.ts";
import { restError, text } from "../http/reply.ts";
import type { World } from "../world.ts";
import { wrongHost } from "./capi.ts";
import { deviceOk } from "./device.ts";
import type { Hooks, Scenario } from "./scenario.ts";
import { fixed, patchJson } from "./tools.ts";

/** Where models are called. */
const MODEL_PATHS =
  /^\/(?:chat\/completions|responses|v1\/messages|embeddings|v1\/engines\/[^/]+\/completions)$/;

/** Who is where: tenants of ghe.com, whose Copilot API is on another host than their login, and redirects. */
export const hostScenarios: readonly Scenario[] = [
  {
    name: "device.ghe",
    summary: "a tenant: device.ok, and then ghe.exchange_ok",
    play: (world) => ({ ...deviceOk.play(world), ...tenantApi(world) }),
  },
  {
    name: "ghe.exchange_ok",
    summary: "a tenant: the exchange names another origin, and only that one takes the token for model calls",
    play: tenantApi,
  },
  {
    name: "ghe.exchange_404_direct_ok",
    summary: "there is no exchange, and the Copilot API takes the GitHub token itself",
    play: (world) => ({
      exchange: () => restError(404, "Not Found"),
      guard: (call, next) => (world.github.accepts(bearer(call) ?? "") ? refuseImage(call) : next()),
    }),
  },
  fixed(
    "ghe.wrong_host_401",
    "every call of the Copilot API says that the token is of another host",
    "guard",
    wrongHost,
  ),
  {
    name: "redirect.307",
    summary:
      "model calls are sent on to another origin (of the same simulator, so that the log shows what arrives)",
    play: (world) => ({
      request: async (call, next) => {
        if (!isHome(world, call) || !MODEL_PATHS.test(call.path)) return next();
        return text(307, "", { location: `${await world.secondOrigin()}${call.path}` });
      },
    }),
  },
];

function tenantApi(world: World): Hooks {
  return {
    exchange: async (_call, next) => {
      const api = await world.secondOrigin();
      return patchJson(await next(), (body) => ({ ...body, endpoints: { api, proxy: api, telemetry: api } }));
    },
    guard: async (call, next) => {
      const reply = await next();
      return reply === accepted && isHome(world, call) ? wrongHost() : reply;
    },
  };
}

function isHome(world: World, call: Call): boolean {
  return call.headers["host"] === new URL(world.origin).host;
}
