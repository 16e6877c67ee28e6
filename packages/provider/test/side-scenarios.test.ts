import { scenarioNames } from "@zotpilot/simulator";
import { describe, expect, test } from "vitest";
import { collectCompletion, collectMessage, isProviderError } from "../src/index.ts";
import { expectNoSecret } from "./canary.ts";
import { TOKEN_PATH } from "./fake-service.ts";
import { hello, simulated } from "./simulated.ts";

const asked = { prompt: "def add(a, b):\n", suffix: "\n", language: "python" };

/** What comes of `complete()`: the texts, or the code of the error. */
const COMPLETIONS: Readonly<
  Record<string, { texts?: string[]; code?: string; count?: number; exchanges?: number }>
> = {
  "fim.text": { texts: ["    return a + b\n"], count: 1 },
  "fim.n2": { texts: ["ab", "x"] },
  "fim.n3_interleaved": { texts: ["a + b", "sum(a, b)", "return b + a"] },
  "fim.annotations": { texts: ["copied code"] },
  "fim.402": { code: "quota_exceeded", count: 1 },
  "fim.429": { code: "rate_limited", count: 1 },
  "fim.466": { code: "bad_request", count: 1 },
  "fim.error_line": { code: "server_error", count: 1 },
  "fim.401": { count: 2, exchanges: 2 },
};

describe("complete()", () => {
  const names = scenarioNames.filter((name) => name.startsWith("fim."));

  test("every scenario has a row", () =>
    expect(names.toSorted()).toEqual(Object.keys(COMPLETIONS).toSorted()));

  test.each(names)("%s", async (name) => {
    const row = COMPLETIONS[name];
    const { simulator, copilot, count, secrets } = await simulated({ scenarios: [name] });
    const outcome = await collectCompletion(copilot.complete(asked)).catch((error: unknown) => ({ error }));
    if (row?.code !== undefined) {
      const error = "error" in outcome ? outcome.error : undefined;
      expect(isProviderError(error) && error.code).toBe(row.code);
      expectNoSecret(error, secrets());
    } else if ("error" in outcome) throw outcome.error;
    else if (row?.texts) expect(outcome.texts).toEqual(row.texts);
    const sent = simulator.requests.filter(({ path }) => path.endsWith("/completions"));
    if (row?.count !== undefined) expect(sent).toHaveLength(row.count);
    if (row?.exchanges !== undefined) expect(count(TOKEN_PATH)).toBe(row.exchanges);
    if (name === "fim.402")
      expect(copilot.quota()?.quotas.find((quota) => quota.name === "completions")?.remaining).toBe(0);
  });

  test("leaving early tells the service", async () => {
    const { simulator, copilot } = await simulated({ pace: 50 });
    for await (const event of copilot.complete(asked)) if (event.type === "text_delta") break;
    await expect
      .poll(() => simulator.requests.at(-1)?.aborted === true || simulator.requests.at(-1)?.status === 200)
      .toBe(true);
  });
});

describe("embeddings()", () => {
  const near = (left: readonly number[], right: readonly number[]) =>
    left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);

  test("embeddings.batch: each text has its own vector", async () => {
    const { simulator, copilot } = await simulated({ scenarios: ["embeddings.batch"] });
    const { embeddings, inputTokens } = await copilot.embeddings(["one text", "another", "one text"], {
      dimensions: 64,
    });
    expect(embeddings.map((vector) => vector.length)).toEqual([64, 64, 64]);
    const [first = [], second = [], third = []] = embeddings;
    expect(third).toEqual(first);
    expect(near(first, first)).toBeGreaterThan(near(first, second));
    expect(inputTokens).toBeGreaterThan(0);
    expect(simulator.requests.filter(({ path }) => path === "/embeddings")).toHaveLength(1);
  });

  test("embeddings.too_many: the batches become as small as the list of models says", async () => {
    const { copilot, count } = await simulated({ scenarios: ["embeddings.too_many"] });
    const texts = Array.from({ length: 40 }, (_, index) => `text number ${index}`);
    const { embeddings } = await copilot.embeddings(texts, { dimensions: 8 });
    expect(embeddings).toHaveLength(40);
    // One refusal, a look into the list, and then 16, 16 and 8.
    expect([count("/embeddings"), count("/models")]).toEqual([4, 1]);
    await copilot.embeddings(texts.slice(0, 20), { dimensions: 8 });
    expect([count("/embeddings"), count("/models")]).toEqual([6, 1]);
  });

  test("embeddings.single_string", async () => {
    const { copilot } = await simulated({ scenarios: ["embeddings.single_string"] });
    expect((await copilot.embeddings("alone", { dimensions: 8 })).embeddings).toHaveLength(1);
  });

  test("an unknown model is said as such, and asked for once", async () => {
    const { copilot, count } = await simulated();
    await expect(copilot.embeddings("a", { model: "none" })).rejects.toMatchObject({
      code: "model_not_found",
    });
    expect(count("/embeddings")).toBe(1);
  });
});

describe("hosts", () => {
  test("ghe.exchange_ok: the host that the exchange names, and no other", async () => {
    const { simulator, copilot } = await simulated({ scenarios: ["ghe.exchange_ok"] });
    await collectMessage(copilot.stream(hello));
    const home = new URL(simulator.origin).host;
    const hosts = simulator.requests.map(({ path, headers }) => [path, headers["host"] === home]);
    expect(hosts).toEqual([
      [TOKEN_PATH, true],
      ["/chat/completions", false],
    ]);
  });

  test("ghe.exchange_404_direct_ok: the GitHub token itself, when the caller says so", async () => {
    const scenarios = ["ghe.exchange_404_direct_ok"];
    const { simulator, copilot, count } = await simulated({ scenarios }, { tokenKind: "direct" });
    await collectMessage(copilot.stream(hello));
    expect(count(TOKEN_PATH)).toBe(0);
    const sent = simulator.requests.at(-1)?.headers;
    expect(sent).toMatchObject({
      authorization: `Bearer ${simulator.githubToken}`,
      "copilot-integration-id": "copilot-developer-cli",
    });
    expect(sent).not.toHaveProperty("editor-version");
  });

  test("ghe.wrong_host_401: said as such", async () => {
    const { copilot, secrets } = await simulated({ scenarios: ["ghe.wrong_host_401"] });
    const error: unknown = await collectMessage(copilot.stream(hello)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unauthenticated", status: 401, retryable: false });
    expectNoSecret(error, secrets());
  });

  test.each([
    ["github_pat_11AAAA_CANARYCANARY", "direct"],
    ["ghs_CANARYCANARYCANARY", "direct"],
    ["ghu_CANARYCANARYCANARY", "exchange"],
    ["gho_CANARYCANARYCANARY", "exchange"],
  ])("a token %s is taken for %s by itself", async (token, kind) => {
    const { copilot, count, simulator } = await simulated({}, { githubToken: () => token });
    await copilot.listModels().catch(() => undefined);
    expect(count(TOKEN_PATH)).toBe(kind === "exchange" ? 1 : 0);
    // A fine-grained token goes to the model host, the others stop at GitHub, which does not know them.
    expect(simulator.requests[0]?.headers["authorization"]).toBe(`token ${token}`);
  });

  test("a classic personal token is not sent anywhere", async () => {
    const { copilot, simulator } = await simulated({}, { githubToken: () => "ghp_CANARYCANARYCANARY" });
    const error: unknown = await copilot.listModels().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "unauthenticated",
      message: expect.stringContaining("ghp_") as string,
    });
    expectNoSecret(error, ["ghp_CANARYCANARYCANARY"]);
    expect(simulator.requests).toEqual([]);
  });
});
