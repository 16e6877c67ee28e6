import { expect, test } from "vitest";
import { answer, createSimulator } from "../src/index.ts";
import { chat, IDE, mint } from "./client.ts";

const call = (id: string) => ({ id, type: "function", function: { name: "read", arguments: "{}" } });
const user = { role: "user", content: "hi" };
const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };

test.each([
  ["an unknown model", { model: "gpt-0" }, "model_not_supported", /not supported/],
  ["an embeddings model", { model: "text-embedding-3-small" }, "model_not_supported", /not supported/],
  [
    "a model whose terms were not accepted",
    { model: "claude-opus-4.6" },
    "model_not_supported",
    /not supported/,
  ],
  [
    "a model of another endpoint",
    { model: "gpt-5.2-codex" },
    "unsupported_api_for_model",
    /via the \/chat\/completions/,
  ],
  [
    "a call without a result",
    { messages: [user, { role: "assistant", content: null, tool_calls: [call("a")] }, user] },
    "invalid_request_body",
    /messages\.1: tool_use ids were found without tool_result blocks immediately after: a/,
  ],
  [
    "a call without a result at the end",
    {
      messages: [
        user,
        { role: "assistant", content: null, tool_calls: [call("a"), call("b")] },
        { role: "tool", tool_call_id: "a", content: "x" },
      ],
    },
    "invalid_request_body",
    /: b$/,
  ],
  [
    "a result without a call",
    { messages: [user, { role: "tool", tool_call_id: "a", content: "x" }] },
    "invalid_request_body",
    /unexpected tool result "a"/,
  ],
  [
    "a bad tool name",
    { tools: [{ type: "function", function: { name: "read file" } }] },
    "invalid_request_body",
    /tools\[0\]/,
  ],
  [
    "129 tools",
    {
      tools: Array.from({ length: 129 }, (_, index) => ({
        type: "function",
        function: { name: `t${index}` },
      })),
    },
    "invalid_request_body",
    /at most 128/,
  ],
  [
    "an empty text part",
    { messages: [{ role: "user", content: [{ type: "text", text: "" }] }] },
    "invalid_request_body",
    /non-empty/,
  ],
  [
    "white space at the end for Claude",
    { model: "claude-sonnet-4.5", messages: [user, { role: "assistant", content: "so " }] },
    "invalid_request_body",
    /trailing whitespace/,
  ],
  ["no messages", { messages: [] }, "invalid_request_body", /at least one/],
  [
    "a prompt that is too long",
    { messages: [{ role: "user", content: "x".repeat(500_000) }] },
    "model_max_prompt_tokens_exceeded",
    /prompt token count of \d+ exceeds the limit of 111424/,
  ],
])("refuses %s", async (_name, body, code, message) => {
  await using simulator = await createSimulator();
  const response = await chat(simulator, body);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
});

test("parallel results in any order are accepted", async () => {
  await using simulator = await createSimulator({ answer: answer.text("ok") });
  const messages = [
    user,
    { role: "assistant", content: null, tool_calls: [call("a"), call("b")] },
    { role: "tool", tool_call_id: "b", content: "x" },
    { role: "tool", tool_call_id: "a", content: "x" },
  ];
  expect((await chat(simulator, { messages })).status).toBe(200);
});

test("the headers of an editor are required, and the vision header with an image", async () => {
  await using simulator = await createSimulator({ answer: answer.text("ok") });
  const token = await mint(simulator);
  const without = await fetch(`${simulator.origin}/models`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([without.status, await without.text()]).toEqual([
    400,
    "bad request: missing Editor-Version header for IDE auth\n",
  ]);
  const odd = await chat(simulator, {}, { headers: { "editor-version": "odd" } });
  expect(await odd.text()).toContain("unknown Editor-Version");
  const messages = [{ role: "user", content: [{ type: "text", text: "see" }, image] }];
  const blind = await chat(simulator, { messages });
  expect(await blind.text()).toContain("missing required Copilot-Vision-Request header");
  expect(
    (await chat(simulator, { messages }, { headers: { "copilot-vision-request": "true" } })).status,
  ).toBe(200);
});

test("a body that is no JSON, and a body that is too large", async () => {
  await using simulator = await createSimulator();
  const headers = {
    ...IDE,
    authorization: `Bearer ${await mint(simulator)}`,
    "content-type": "application/json",
  };
  const send = (body: string) =>
    fetch(`${simulator.origin}/chat/completions`, { method: "POST", headers, body });
  const broken = await send('{"model":');
  expect([broken.status, await broken.text()]).toEqual([
    400,
    expect.stringContaining("failed to parse request"),
  ]);
  expect((await send("x".repeat(33 * 1024 * 1024))).status).toBe(413);
});

test("the exchange knows its tokens and wants a User-Agent", async () => {
  await using simulator = await createSimulator();
  const get = (headers: Record<string, string>) =>
    fetch(`${simulator.origin}/copilot_internal/v2/token`, { headers });
  const wrong = await get({ authorization: "token wrong" });
  expect([wrong.status, await wrong.json()]).toMatchObject([
    401,
    { message: "Bad credentials", status: "401" },
  ]);
  expect((await get({ authorization: `Bearer ${simulator.githubToken}`, "user-agent": "" })).status).toBe(
    403,
  );
  const good = await get({ authorization: `Bearer ${simulator.githubToken}` });
  const body = (await good.json()) as { token: string; expires_at: number; endpoints: { api: string } };
  expect(body.endpoints.api).toBe(simulator.origin);
  expect(body.token).toMatch(/^tid=[0-9a-f]{32};exp=\d+;sku=\w+;proxy-ep=127\.0\.0\.1:\d+;.*:[0-9a-f]{64}$/);
  expect(body.expires_at * 1000 - Date.parse(good.headers.get("date") ?? "")).toBeCloseTo(1_800_000, -4);
  simulator.revokeGithubToken(simulator.githubToken);
  expect((await get({ authorization: `Bearer ${simulator.githubToken}` })).status).toBe(401);
});

test("accepting the terms of a model opens it, and premium requests are counted", async () => {
  await using simulator = await createSimulator({ answer: answer.text("ok") });
  const token = await mint(simulator);
  const headers = { ...IDE, authorization: `Bearer ${token}`, "content-type": "application/json" };
  const policy = (state: string) =>
    fetch(`${simulator.origin}/models/claude-opus-4.6/policy`, {
      method: "POST",
      headers,
      body: JSON.stringify({ state }),
    });
  expect((await policy("maybe")).status).toBe(400);
  expect((await policy("enabled")).status).toBe(200);
  const first = await chat(simulator, { model: "claude-opus-4.6" }, { headers: { "x-initiator": "user" } });
  expect(first.status).toBe(200);
  await first.text();
  await (await chat(simulator, { model: "claude-opus-4.6" }, { headers: { "x-initiator": "agent" } })).text();
  const one = await fetch(`${simulator.origin}/models/claude-opus-4.6`, { headers });
  expect(await one.json()).toMatchObject({ policy: { state: "enabled" } });
  expect(one.headers.get("x-quota-snapshot-premium_interactions")).toContain("rem=99.0");
  const account = await fetch(`${simulator.origin}/copilot_internal/user`, {
    headers: { authorization: `token ${simulator.githubToken}` },
  });
  expect(await account.json()).toMatchObject({
    quota_snapshots: { premium_interactions: { remaining: 297 } },
  });
});

test("anything else is a 404 in JSON", async () => {
  await using simulator = await createSimulator();
  const response = await fetch(`${simulator.origin}/nothing`);
  expect([response.status, await response.json()]).toMatchObject([404, { message: "Not Found" }]);
  expect(await (await fetch(`${simulator.origin}/_ping`)).text()).toBe("ok\n");
});
