import { modelNotSupported } from "../copilot/valid-request.ts";
import { isRecord } from "../http/call.ts";
import { capiError, json, text } from "../http/reply.ts";
import type { Scenario } from "./scenario.ts";
import { fixed, patched, patchJson } from "./tools.ts";

const STAGE = "models";

/** The model list and the policy of models. */
export const modelScenarios: readonly Scenario[] = [
  patched("models.ok", "the list, as without a scenario", STAGE, (body) => body),
  patched("models.broken_entry", "entries that cannot be decoded stand between good ones", STAGE, (body) => ({
    ...body,
    data: [
      { id: "half-a-model", object: "model", capabilities: "not an object" },
      ...(Array.isArray(body["data"]) ? (body["data"] as unknown[]) : []),
      { object: "model", name: "no id" },
      null,
    ],
  })),
  patched("models.unknown_vendor", "every model is by a vendor nobody knows", STAGE, (body) => ({
    ...body,
    data: mapEntries(body["data"], (entry) => ({ ...entry, vendor: "A Vendor Nobody Knows" })),
  })),
  fixed("models.empty", "no models", STAGE, () => json(200, { data: [], object: "list" })),
  {
    name: "models.429_with_cache",
    summary: "the first list is good, later ones are a 429",
    play() {
      let played = false;
      return {
        models: (_call, next) => {
          if (played) return text(429, "rate limited\n", { "retry-after": "60" });
          played = true;
          return next();
        },
      };
    },
  },
  fixed("models.500", "the list is a 500", STAGE, () => text(500, "Internal Server Error\n")),
  {
    name: "models.no_supported_endpoints",
    summary: "no model says which endpoints it has",
    play(world) {
      world.models.change("chat", () => ({ supported_endpoints: undefined }));
      return {};
    },
  },
  {
    name: "models.responses_only",
    summary: "no chat model can be used on /chat/completions",
    play(world) {
      world.models.change("chat", () => ({ supported_endpoints: ["/responses"] }));
      return {};
    },
  },
  {
    name: "models.responses_only_untold",
    summary: "no chat model can be used on /chat/completions, and the list does not say so",
    play(world) {
      world.models.change("chat", () => ({ supported_endpoints: ["/responses"] }));
      return {
        models: async (_call, next) =>
          patchJson(await next(), (body) => ({
            ...body,
            data: mapEntries(body["data"], (entry) => ({ ...entry, supported_endpoints: undefined })),
          })),
      };
    },
  },
  {
    name: "policy.needed",
    summary: "every chat model waits for its terms to be accepted",
    play(world) {
      for (const model of world.models.list()) {
        if (model.capabilities.type === "chat") world.models.setPolicy(model.id, "unconfigured");
      }
      return {};
    },
  },
  {
    name: "policy.refused",
    summary: "model calls are model_not_supported, and the terms cannot be accepted",
    play: () => ({
      capi: () => modelNotSupported(),
      policy: () => capiError(403, "forbidden", "Your organization has not enabled this model. (sample)"),
    }),
  },
];

function mapEntries(
  data: unknown,
  change: (entry: Record<string, unknown>) => Record<string, unknown>,
): unknown[] {
  return Array.isArray(data) ? data.map((entry: unknown) => (isRecord(entry) ? change(entry) : entry)) : [];
}
