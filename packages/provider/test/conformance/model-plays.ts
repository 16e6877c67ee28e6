import { expect } from "vitest";
import { CHAT_PATH } from "../fake-service.ts";
import { hello, type Simulated } from "../simulated.ts";
import { expectFailure, outcomeOf, resultOf } from "./outcome.ts";
import { ask, expectText, sentTo, told, type Play } from "./played.ts";
import { SAID } from "./stream-rows.ts";

/** The chat models that the simulator has, whatever a scenario does to their entries. */
const IDS = [
  "gpt-4.1",
  "gpt-5-mini",
  "gpt-5.2-codex",
  "claude-sonnet-4.5",
  "claude-haiku-4.5",
  "claude-opus-4.6",
  "gemini-3-pro-preview",
  "grok-code-fast-1",
  "nova-sample-1",
];

const list = async (all: Simulated) => resultOf(await outcomeOf(all, all.copilot.models()));
const idsOf = (models: readonly { id: string }[]) => models.map(({ id }) => id);

/** The list of models and their terms, by what each scenario is about. */
export const MODEL_PLAYS: Readonly<Record<string, Play>> = {
  "models.ok": async (start) => {
    const all = await start();
    const { models, stale } = await list(all);
    expect([idsOf(models), stale]).toEqual([IDS, false]);
    const [first, , , , haiku] = models;
    expect(first).toMatchObject({
      vendor: "Azure OpenAI",
      maxPromptTokens: 111_424,
      maxOutputTokens: 16_384,
    });
    expect(haiku).toMatchObject({ endpoints: ["/v1/messages"], supports: { images: true } });
    return told(all, "models", `${models.length} models`);
  },
  "models.broken_entry": async (start) => {
    const all = await start();
    const { models } = await list(all);
    expect(idsOf(models)).toEqual(IDS);
    return told(all, "models", `the ${models.length} good entries, without the broken ones between them`);
  },
  "models.unknown_vendor": async (start) => {
    const all = await start();
    const { models } = await list(all);
    expect(models.map(({ id, vendor }) => [id, vendor])).toEqual(
      IDS.map((id) => [id, "A Vendor Nobody Knows"]),
    );
    return told(all, "models", `${models.length} models, the vendor as it is told`);
  },
  "models.empty": async (start) => {
    const all = await start();
    const outcome = await outcomeOf(all, all.copilot.listModels());
    expectFailure(outcome, { code: "invalid_response", retryable: true, says: /no chat model/ });
    return told(all, "models", "error `invalid_response`, retryable");
  },
  "models.429_with_cache": async (start) => {
    const kept: string[] = [];
    const cache = { read: async () => kept.at(-1), write: async (text: string) => void kept.push(text) };
    const all = await start({ modelCache: cache });
    const before = await list(all);
    const after = await list(all);
    expect([before.stale, after.stale]).toEqual([false, true]);
    expect(after.models).toEqual(before.models);
    expect(sentTo(all, "/models").map(({ status }) => status)).toEqual([200, 429]);
    expect(kept).toHaveLength(1);
    return told(all, "models, twice", "after the 429 the list of before, marked as stale");
  },
  "models.500": async (start) => {
    const all = await start();
    expectFailure(await outcomeOf(all, all.copilot.listModels()), { code: "server_error", retryable: true });
    expect(all.count("/models")).toBe(3);
    return told(all, "models", "error `server_error`, status 500, retryable");
  },
  "models.no_supported_endpoints": async (start) => {
    const all = await start();
    const { models } = await list(all);
    expect(models.map(({ id, endpoints }) => [id, endpoints])).toEqual(IDS.map((id) => [id, [CHAT_PATH]]));
    await expectText(all, SAID, { model: "claude-haiku-4.5" });
    expect([all.count(CHAT_PATH), all.count("/v1/messages")]).toEqual([1, 0]);
    return told(all, "models, then stream with Claude", "asked on /chat/completions");
  },
  "models.responses_only": async (start) => {
    const all = await start();
    const { models } = await list(all);
    expect(new Set(models.flatMap(({ endpoints }) => endpoints))).toEqual(new Set(["/responses"]));
    await expectText(all, SAID);
    expect([all.count(CHAT_PATH), all.count("/responses")]).toEqual([0, 1]);
    return told(all, "models, then stream", "asked on /responses at once");
  },
  "models.responses_only_untold": async (start) => {
    const all = await start();
    await list(all);
    for (let turn = 0; turn < 2; turn += 1) await expectText(all, SAID);
    expect(sentTo(all, CHAT_PATH).map(({ status }) => status)).toEqual([400]);
    expect(sentTo(all, "/responses").map(({ status }) => status)).toEqual([200, 200]);
    return told(
      all,
      "models, then stream twice",
      "sent to /responses after the 400 of /chat/completions, and there from then on",
    );
  },
  "policy.needed": async (start) => {
    const all = await start();
    expect((await list(all)).models[0]?.policy).toBe("unconfigured");
    expectFailure(await ask(all), {
      code: "model_not_found",
      retryable: false,
      says: /not accepted the terms/,
    });
    expect(all.simulator.requests.some(({ path }) => path.endsWith("/policy"))).toBe(false);
    await all.copilot.enableModel(hello.model);
    await expectText(all, SAID);
    return told(
      all,
      "stream, enableModel, stream",
      "error `model_not_found`; answered once the terms were accepted",
    );
  },
  "policy.refused": async (start) => {
    const all = await start();
    expectFailure(await ask(all), { code: "model_not_found", retryable: false });
    expectFailure(await outcomeOf(all, all.copilot.enableModel(hello.model)), {
      code: "forbidden",
      retryable: false,
      serviceCode: "forbidden",
    });
    return told(all, "stream, enableModel", "error `model_not_found`; then error `forbidden`, status 403");
  },
};
