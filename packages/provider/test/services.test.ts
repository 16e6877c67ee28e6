import { answer } from "@zotpilot/simulator";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  collectMessage,
  createAnthropic,
  createOllama,
  createOpenAI,
  createOpenAICompatible,
  textOf,
  type OpenAICompatibleOptions,
  type ServiceProvider,
} from "../src/index.ts";
import { expectNoSecret } from "./canary.ts";
import { json, startService, stream, text, type Answer } from "./fake-service.ts";
import { fixture } from "./fixtures.ts";
import { startRelay } from "./relay.ts";
import { hello } from "./simulated.ts";

const KEY = "my-own-CANARY-key-0123456789";

async function client(routes: Record<string, Answer>, options: Partial<OpenAICompatibleOptions> = {}) {
  const service = await startService(routes);
  const provider = createOpenAICompatible({
    id: "sample",
    baseUrl: `${service.origin}/v1`,
    apiKey: KEY,
    ...options,
  });
  onTestFinished(() => provider.close());
  return { service, provider };
}
const ask = async (provider: ServiceProvider) =>
  textOf((await collectMessage(provider.stream(hello))).message);
const failureOf = (provider: ServiceProvider) => ask(provider).catch((error: unknown) => error);

describe("the address of a service", () => {
  test.each([
    "http://api.example.com/v1",
    "http://192.168.0.10:11434/v1",
    "http://127.0.0.1.evil.com/v1",
    "https://user:secret@api.example.com/v1",
    "https://user@api.example.com",
    "https://api.example.com/v1?key=1",
    "https://api.example.com/v1#x",
    "https://api.example.com\\v1",
    "https://api.example.com/../v1",
    "https://\uFF41pi.example.com",
    "https:/api.example.com",
    "//api.example.com",
    "api.example.com",
    "ftp://api.example.com",
    "javascript:alert(1)",
    "https://api.example.com/v1\r\nx: y",
    "",
  ])("refuses %j", (baseUrl) => {
    expect(() => createOpenAICompatible({ id: "sample", baseUrl })).toThrow(/cannot be the address/);
  });

  test.each([
    "https://api.example.com",
    "https://api.example.com:8443/a/b/v1/",
    "http://localhost:11434/v1",
    "http://[::1]:1",
  ])("takes %j", (baseUrl) => {
    expect(createOpenAICompatible({ id: "sample", baseUrl }).id).toBe("sample");
  });

  test("the known services have theirs", () => {
    for (const [make, id] of [
      [createOpenAI, "openai"],
      [createAnthropic, "anthropic"],
      [createOllama, "ollama"],
    ] as const) {
      expect(make({ apiKey: KEY }).id).toBe(id);
    }
  });
});

describe("keys", () => {
  test("go as the dialect wants them, and nothing goes for a service without one", async () => {
    const relay = await startRelay({ answer: answer.text("Hi.") });
    onTestFinished(() => relay.close());
    const at = (prefix: string) => ({ baseUrl: relay.origin + prefix, apiKey: () => relay.key });
    expect(await ask(createOpenAICompatible({ id: "sample", ...at("/v1") }))).toBe("Hi.");
    expect(relay.seen.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${relay.key}` });
    const anthropic = createAnthropic(at(""));
    await collectMessage(anthropic.stream({ ...hello, model: "claude-sonnet-4.5" }));
    expect(relay.seen.at(-1)?.headers).toMatchObject({
      "x-api-key": relay.key,
      "anthropic-version": "2023-06-01",
    });
    expect(relay.seen.at(-1)?.headers).not.toHaveProperty("authorization");
    const { service, provider } = await client({ "*": stream(fixture("chat-stream-text.sse")) });
    await ask(provider);
    const ollama = createOllama({ baseUrl: `${service.origin}/v1` });
    await ask(ollama);
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, undefined]);
    await Promise.all([anthropic.close(), ollama.close()]);
  });

  test("are asked for again for each request, and what their source throws stays as it is", async () => {
    let asked = 0;
    const failure = new Error("locked");
    const { service, provider } = await client(
      { "*": stream(fixture("chat-stream-text.sse")) },
      {
        apiKey: () => {
          asked += 1;
          if (asked > 2) throw failure;
          return `key-${asked}`;
        },
      },
    );
    await ask(provider);
    await ask(provider);
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer key-1",
      "Bearer key-2",
    ]);
    await expect(ask(provider)).rejects.toBe(failure);
    await expect(provider.listModels()).rejects.toBe(failure);
  });

  test.each([`${KEY}\r\nx: y`, `${KEY} `.repeat(3), "", "  "])(
    "that cannot be one are not sent: %j",
    async (apiKey) => {
      const { service, provider } = await client({ "*": text("no") }, { apiKey });
      const error = await failureOf(provider);
      expect(error).toMatchObject({ code: "unauthenticated" });
      expectNoSecret(error, [KEY]);
      expect(service.seen).toEqual([]);
    },
  );

  test.each<[string, Answer]>([
    ["a 401", json({ error: { message: `Incorrect API key provided: ${KEY}`, code: KEY } }, 401)],
    ["a 400", text(`bad ${KEY}`, 400, { "x-request-id": KEY })],
    ["a 429", json({ error: { message: KEY, code: KEY, type: KEY } }, 429)],
    ["a redirect", text("", 302, { location: `https://elsewhere.example/${KEY}` })],
    ["a stream", stream(`data: {"error":{"message":"${KEY}","code":"${KEY}"}}\n\n`)],
    ["a page", text(`<html><title>${KEY}</title></html>`, 502, { "retry-after": "1" })],
  ])("that %s throws back are not shown", async (_name, answered) => {
    const { provider } = await client({ "*": answered });
    expectNoSecret(await failureOf(provider), [KEY]);
    expectNoSecret(await provider.listModels().catch((error: unknown) => error), [KEY]);
  });

  test("are not sent where certificates are not checked", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    const provider = createOpenAI({ apiKey: KEY, baseUrl: "https://127.0.0.1:1/v1" });
    expect(await failureOf(provider)).toMatchObject({
      message: expect.stringContaining("Nothing was sent") as string,
    });
    await provider.close();
  });

  test("a spent account is told from too many requests", async () => {
    const { provider } = await client({
      "*": json({ error: { message: "You exceeded your current quota", code: "insufficient_quota" } }, 429),
    });
    expect(await failureOf(provider)).toMatchObject({ code: "quota_exceeded", retryable: false });
  });
});

describe("models", () => {
  const listed = json({
    data: [
      { id: "a", context_length: 1000, max_output_tokens: 5000 },
      {
        id: "b",
        display_name: "B",
        max_input_tokens: 200_000,
        max_tokens: 64_000,
        capabilities: {
          image_input: { supported: true },
          thinking: { types: { adaptive: { supported: true } } },
        },
      },
      { id: "a" },
      { name: "no id" },
      "junk",
      { id: "c", context_window: "many" },
    ],
  });

  test("what is listed, what the caller knows, and what is taken for granted", async () => {
    const { provider } = await client(
      { "/v1/models": listed },
      { models: [{ id: "c", name: "Mine", isDefault: true }, { id: "d" }], contextWindow: 50_000 },
    );
    const models = await provider.listModels();
    expect(
      models.map(({ id, name, contextWindow, maxOutputTokens }) => [
        id,
        name,
        contextWindow,
        maxOutputTokens,
      ]),
    ).toEqual([
      ["a", "a", 1000, 1000],
      ["b", "B", 200_000, 64_000],
      ["c", "Mine", 50_000, 8192],
      ["d", "d", 50_000, 8192],
    ]);
    expect(models[1]?.supports).toMatchObject({ images: true, thinking: { adaptive: true } });
    expect(models.find(({ isDefault }) => isDefault)?.id).toBe("c");
  });

  test("a service without a list has what the caller knows", async () => {
    const { provider } = await client({}, { models: [{ id: "mine" }] });
    expect((await provider.listModels()).map(({ id }) => id)).toEqual(["mine"]);
    const { provider: unknown } = await client({});
    await expect(unknown.listModels()).rejects.toMatchObject({ status: 404 });
    const { provider: empty } = await client({ "/v1/models": json({ data: [] }) });
    await expect(empty.listModels()).rejects.toMatchObject({ code: "invalid_response" });
  });
});

test("an image goes in the form that every service takes", async () => {
  const { service, provider } = await client({ "*": stream(fixture("chat-stream-text.sse")) });
  const image = { type: "image" as const, mimeType: "image/png", data: "AAAA" };
  await collectMessage(provider.stream({ ...hello, messages: [{ role: "user", content: [image] }] }));
  const sent = JSON.parse(service.seen[0]?.body ?? "") as { messages: { content: unknown }[] };
  expect(sent.messages[0]?.content).toEqual([
    { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
  ]);
});
