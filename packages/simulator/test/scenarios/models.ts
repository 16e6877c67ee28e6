import { expect } from "vitest";
import type { ModelEntry, Simulator } from "../../src/index.ts";
import { respond } from "../client.ts";
import { ask, capi, type Check } from "./check.ts";

const list = async (simulator: Simulator): Promise<ModelEntry[]> => {
  const { status, text } = await capi(simulator, "/models");
  expect(status).toBe(200);
  return (JSON.parse(text) as { data: ModelEntry[] }).data;
};

/** The policy call for a model. */
const accept = (simulator: Simulator) =>
  capi(simulator, "/models/gpt-4.1/policy", { method: "POST", body: '{"state":"enabled"}' });

/** The model list, the policy of models, and the account. */
export const modelChecks: Record<string, Check> = {
  "models.ok": async (simulator) => {
    const models = await list(simulator);
    expect(models).toHaveLength(11);
    expect(new Set(models.map((model) => model.capabilities.type))).toEqual(
      new Set(["chat", "embeddings", "completion"]),
    );
  },
  "models.broken_entry": async (simulator) => {
    const models: unknown[] = await list(simulator);
    expect(models[0]).toMatchObject({ id: "half-a-model" });
    expect(models.at(-1)).toBeNull();
  },
  "models.unknown_vendor": async (simulator) => {
    const vendors = (await list(simulator)).map((model) => model.vendor);
    expect(new Set(vendors)).toEqual(new Set(["A Vendor Nobody Knows"]));
  },
  "models.empty": async (simulator) => expect(await list(simulator)).toEqual([]),
  "models.429_with_cache": async (simulator) => {
    expect((await list(simulator)).length).toBeGreaterThan(0);
    const second = await capi(simulator, "/models");
    expect([second.status, second.headers.get("retry-after")]).toEqual([429, "60"]);
  },
  "models.500": async (simulator) => expect((await capi(simulator, "/models")).status).toBe(500),
  "models.no_supported_endpoints": async (simulator) => {
    expect((await list(simulator)).filter((model) => model.supported_endpoints !== undefined)).toEqual([]);
  },
  "models.responses_only": async (simulator) => {
    const got = await ask(simulator);
    expect([got.status, got.text]).toEqual([400, expect.stringContaining("unsupported_api_for_model")]);
  },
  "models.responses_only_untold": async (simulator) => {
    expect((await list(simulator)).filter((model) => model.supported_endpoints !== undefined)).toEqual([]);
    expect((await ask(simulator)).text).toContain("unsupported_api_for_model");
    expect((await respond(simulator, { model: "gpt-4.1" })).status).toBe(200);
  },
  "policy.needed": async (simulator) => {
    const got = await ask(simulator);
    expect([got.status, got.text]).toEqual([400, expect.stringContaining("model_not_supported")]);
    expect((await accept(simulator)).status).toBe(200);
    expect((await ask(simulator)).status).toBe(200);
  },
  "policy.refused": async (simulator) => {
    expect((await accept(simulator)).status).toBe(403);
    expect((await ask(simulator)).text).toContain("model_not_supported");
  },
};
