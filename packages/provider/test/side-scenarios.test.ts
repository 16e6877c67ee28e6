import { describe, expect, test } from "vitest";
import { collectCompletion, collectMessage } from "../src/index.ts";
import { expectNoSecret } from "./canary.ts";
import { TOKEN_PATH } from "./fake-service.ts";
import { hello, simulated } from "./simulated.ts";

const asked = { prompt: "def add(a, b):\n", suffix: "\n", language: "python" };

describe("complete()", () => {
  test("fim.402: what is left is known from the refusal", async () => {
    const { copilot } = await simulated({ scenarios: ["fim.402"] });
    await expect(collectCompletion(copilot.complete(asked))).rejects.toMatchObject({
      code: "quota_exceeded",
    });
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
