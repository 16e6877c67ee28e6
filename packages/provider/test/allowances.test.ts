import { describe, expect, test } from "vitest";
import { readQuotaHeaders } from "../src/copilot/quota-headers.ts";
import { errorFromResponse } from "../src/errors/response-error.ts";
import { collectMessage, createCopilot, type CopilotQuotaState, type ModelCache } from "../src/index.ts";
import { json, mint, startService, text, TOKEN_PATH, type Answer } from "./fake-service.ts";
import { fixture } from "./fixtures.ts";
import { hello, simulated } from "./simulated.ts";

const headers = JSON.parse(fixture("quota-headers.json")) as Record<string, Record<string, string>>;

describe("quota headers", () => {
  test("of a paid account", () => {
    expect(readQuotaHeaders(headers["paid"] ?? {})?.quotas).toEqual([
      {
        name: "premium_interactions",
        unlimited: false,
        entitlement: 300,
        remaining: 262.8,
        percentRemaining: 87.6,
        overagePermitted: false,
        overage: 0,
        resetsAt: "2026-10-01T00:00:00.000Z",
      },
      ...["chat", "completions"].map((name) => ({
        name,
        unlimited: true,
        percentRemaining: 100,
        overagePermitted: false,
        overage: 0,
        resetsAt: "2026-10-01T00:00:00.000Z",
      })),
    ]);
  });

  test("windows of use, overage, and what cannot be read", () => {
    expect(readQuotaHeaders(headers["usage_windows"] ?? {})).toEqual({
      quotas: [],
      windows: [
        { name: "session", percentRemaining: 61.5, resetsAt: "2026-09-21T14:30:56.000Z" },
        { name: "weekly", percentRemaining: 92, resetsAt: "2026-09-28T00:00:00.000Z" },
      ],
    });
    expect(readQuotaHeaders(headers["exhausted_with_overage"] ?? {})?.quotas[0]).toMatchObject({
      remaining: 0,
      overagePermitted: true,
      overage: 12.5,
    });
    expect(readQuotaHeaders(headers["malformed"] ?? {})).toBeUndefined();
    expect(readQuotaHeaders({ "x-quota-snapshot-chat": "ent=0&rem=-5" })?.quotas[0]).toMatchObject({
      unlimited: false,
      entitlement: 0,
      percentRemaining: 0,
    });
  });

  test("quota.headers: known after each answer, and told", async () => {
    const told: CopilotQuotaState[] = [];
    const { copilot } = await simulated(
      { scenarios: ["quota.headers"] },
      { onQuota: (quota) => told.push(quota) },
    );
    expect(copilot.quota()).toBeUndefined();
    const left = () => copilot.quota()?.quotas.find(({ name }) => name === "premium_interactions");
    await collectMessage(copilot.stream(hello));
    expect(left()?.percentRemaining).toBe(87.6);
    await collectMessage(copilot.stream(hello));
    expect(left()?.percentRemaining).toBe(75.2);
    expect(told.at(-1)).toEqual(copilot.quota());
    expect(copilot.quota()?.windows.map(({ name }) => name)).toEqual(["session", "weekly"]);
  });

  test("limit.402_quota_exceeded: known also from a refusal, and from an SDK's request", async () => {
    const { copilot, simulator } = await simulated({ scenarios: ["limit.402_quota_exceeded"] });
    await expect(collectMessage(copilot.stream(hello))).rejects.toMatchObject({ code: "quota_exceeded" });
    expect(copilot.quota()?.quotas).toContainEqual(
      expect.objectContaining({ name: "premium_interactions", remaining: 0 }),
    );
    simulator.clearScenarios();
    const answered = await copilot.fetch("https://copilot.invalid/models");
    await answered.body?.cancel();
    expect(copilot.quota()?.quotas).toContainEqual(
      expect.objectContaining({ name: "premium_interactions", remaining: 300 }),
    );
  });
});

describe("when a limit ends", () => {
  const at = (status: number, given: Record<string, string>) =>
    errorFromResponse({
      status,
      headers: { date: "Mon, 21 Sep 2026 12:00:00 GMT", ...given },
      body: "",
      host: "host.example",
      what: "Asking",
    }).resetsAt;

  test.each([
    [429, { "retry-after": "60" }, "2026-09-21T12:01:00.000Z"],
    [429, { "retry-after": "Mon, 21 Sep 2026 14:00:00 GMT" }, "2026-09-21T14:00:00.000Z"],
    [402, headers["exhausted_with_overage"] ?? {}, "2026-10-01T00:00:00.000Z"],
    [402, headers["paid"] ?? {}, undefined],
    [
      429,
      { "x-usage-ratelimit-weekly": "ent=0&rem=0.0&rst=2026-09-28T00%3A00%3A00Z" },
      "2026-09-28T00:00:00.000Z",
    ],
    [402, headers["malformed"] ?? {}, undefined],
    [429, { "retry-after": "-5" }, undefined],
    [429, { "retry-after": "1000000000" }, "2058-05-30T13:46:40.000Z"],
    [500, { "retry-after": "60" }, undefined],
  ])("%s %j", (status, given, wanted) => {
    expect(at(status, given)).toBe(wanted);
  });
});

describe("models without a connection", () => {
  function memory(start?: string): ModelCache & { text: string | undefined } {
    const cache = {
      text: start,
      read: () => Promise.resolve(cache.text),
      write(written: string) {
        cache.text = written;
        return Promise.resolve();
      },
    };
    return cache;
  }
  const list = json(JSON.parse(fixture("models-broken-entry.json")));

  async function client(models: Answer, modelCache: ModelCache) {
    const service = await startService({ [TOKEN_PATH]: mint(), "/models": (...args) => models(...args) });
    return createCopilot({ githubToken: () => "ghu_fixture", host: service.origin, modelCache });
  }

  test("come from the copy, and are marked as old", async () => {
    let answer = list;
    const cache = memory();
    const service = await startService({ [TOKEN_PATH]: mint(), "/models": (...args) => answer(...args) });
    const make = () =>
      createCopilot({ githubToken: () => "ghu_fixture", host: service.origin, modelCache: cache });
    const live = await make().models();
    expect(live.stale).toBe(false);
    expect(live.models.length).toBeGreaterThan(0);
    expect(cache.text).not.toContain("ghu_fixture");
    for (const failing of [text("down", 503, { "retry-after": "1" }), text("slow", 429)]) {
      answer = failing;
      const copilot = make();
      expect(await copilot.models()).toEqual({ ...live, stale: true });
      expect(await copilot.listModels()).toEqual(live.models);
      await copilot.close();
    }
    // A refusal is no lack of connection.
    answer = text("no", 403);
    await expect(make().models()).rejects.toMatchObject({ code: "forbidden" });
  });

  test.each([
    ["nothing", undefined],
    ["junk", "{"],
    ["another version", JSON.stringify({ version: 2, data: [] })],
    [
      "another host",
      JSON.stringify({ version: 1, host: "github.com", savedAt: new Date().toISOString(), data: [{}] }),
    ],
  ])("a copy that is %s does not count", async (_name, saved) => {
    const copilot = await client(text("down", 503, { "retry-after": "1" }), memory(saved));
    await expect(copilot.models()).rejects.toMatchObject({ code: "server_error" });
    await copilot.close();
  });

  const fail = () => {
    throw new Error("disk");
  };
  const never = () => new Promise<never>(() => undefined);
  test.each<[string, unknown]>([
    [
      "rejects",
      { read: () => Promise.reject(new Error("disk")), write: () => Promise.reject(new Error("disk")) },
    ],
    ["throws", { read: fail, write: fail }],
    ["gives no promise", { read: () => undefined, write: () => undefined }],
    ["gives null", { read: () => Promise.resolve(null), write: () => Promise.resolve(null) }],
    ["gives bytes", { read: () => Promise.resolve(Buffer.from("{}")), write: () => Promise.resolve() }],
    ["hangs", { read: never, write: never }],
  ])("a cache that %s disturbs nobody", async (_name, broken) => {
    const copilot = await client(list, broken as ModelCache);
    expect((await copilot.models()).stale).toBe(false);
    await copilot.close();
    const offline = await client(text("slow", 429), broken as ModelCache);
    await expect(offline.models()).rejects.toMatchObject({ code: "rate_limited" });
    await offline.close();
  });
});
