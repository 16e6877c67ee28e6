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
  ["messages that are none", { messages: ["hi"] }, "invalid_request_body", /at least one/],
  [
    "an empty prompt",
    { messages: [{ role: "user", content: "" }] },
    "invalid_request_body",
    /must not be empty/,
  ],
  ["an unknown role", { messages: [{ role: "robot", content: "hi" }] }, "invalid_request_body", /known role/],
  ["tools that are no list", { tools: {} }, "invalid_request_body", /tools must be a list/],
  ["no model", { model: undefined }, "model_not_supported", /not supported/],
  [
    "two calls with one id",
    {
      messages: [
        user,
        { role: "assistant", content: null, tool_calls: [call("a"), call("a")] },
        { role: "tool", tool_call_id: "a", content: "x" },
      ],
    },
    "invalid_request_body",
    /must be unique/,
  ],
  [
    "a result that comes after another message",
    {
      messages: [
        user,
        { role: "assistant", content: null, tool_calls: [call("a")] },
        user,
        { role: "tool", tool_call_id: "a", content: "x" },
      ],
    },
    "invalid_request_body",
    /without tool_result blocks/,
  ],
  [
    "a second result of one call",
    {
      messages: [
        user,
        { role: "assistant", content: null, tool_calls: [call("a")] },
        { role: "tool", tool_call_id: "a", content: "x" },
        { role: "tool", tool_call_id: "a", content: "x" },
      ],
    },
    "invalid_request_body",
    /unexpected tool result "a"/,
  ],
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

test("each kind of token is taken at its own place only", async () => {
  await using simulator = await createSimulator({ answer: answer.text("ok") });
  const copilotToken = await mint(simulator);
  const get = async (path: string, authorization: string | undefined): Promise<[number, string]> => {
    const headers = { ...IDE, ...(authorization === undefined ? {} : { authorization }) };
    const response = await fetch(simulator.origin + path, { headers });
    return [response.status, await response.text()];
  };
  const failed = "unauthorized: AuthenticateToken authentication failed\n";
  const pat = "bad request: Personal Access Tokens are not supported for this endpoint\n";
  expect(await get("/models", undefined)).toEqual([401, failed]);
  expect(await get("/models", `token ${copilotToken}`)).toEqual([401, failed]);
  expect(await get("/models", `Bearer ${simulator.githubToken}`)).toEqual([401, failed]);
  expect(await get("/models", "Bearer ghp_sample")).toEqual([400, pat]);
  expect(await get("/models", "Bearer github_pat_sample")).toEqual([400, pat]);
  expect(await get("/models", "Bearer tid=0;exp=1:00")).toEqual([401, "unauthorized: token expired\n"]);
  expect((await get("/models", `Bearer ${copilotToken}`))[0]).toBe(200);

  for (const path of ["/copilot_internal/v2/token", "/copilot_internal/user", "/user"]) {
    expect(await get(path, undefined)).toEqual([401, expect.stringContaining("Requires authentication")]);
    expect(await get(path, `Bearer ${copilotToken}`)).toEqual([
      401,
      expect.stringContaining("Bad credentials"),
    ]);
    expect((await get(path, `token ${simulator.githubToken}`))[0]).toBe(200);
  }
  for (const token of ["ghp_sample", "github_pat_sample"]) {
    const exchanged = await get("/copilot_internal/v2/token", `token ${token}`);
    expect(exchanged).toEqual([404, expect.stringContaining("Not Found")]);
  }
});

test("a model that is not there has neither an entry nor a policy", async () => {
  await using simulator = await createSimulator();
  const headers = { ...IDE, authorization: `Bearer ${await mint(simulator)}` };
  expect((await fetch(`${simulator.origin}/models/gpt-0`, { headers })).status).toBe(404);
  const policy = { method: "POST", headers, body: '{"state":"enabled"}' };
  expect((await fetch(`${simulator.origin}/models/gpt-0/policy`, policy)).status).toBe(404);
  // The other method is not there either.
  expect((await fetch(`${simulator.origin}/chat/completions`, { headers })).status).toBe(404);
});

test.each(["null", "[]", "42", '"text"', ""])("a body that is %j is refused", async (body) => {
  await using simulator = await createSimulator();
  const headers = { ...IDE, authorization: `Bearer ${await mint(simulator)}` };
  const response = await fetch(`${simulator.origin}/chat/completions`, { method: "POST", headers, body });
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining("failed to parse request"),
  ]);
});

test("the device flow wants a client id, its own grant type, and a code of its own", async () => {
  await using simulator = await createSimulator();
  const post = (path: string, fields: Record<string, string>) =>
    fetch(simulator.origin + path, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(fields),
    });
  expect((await post("/login/device/code", { scope: "x" })).status).toBe(404);
  const poll = async (fields: Record<string, string>): Promise<unknown> =>
    (await post("/login/oauth/access_token", { client_id: "app", ...fields })).json();
  expect(await poll({ grant_type: "authorization_code" })).toMatchObject({ error: "unsupported_grant_type" });
  const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
  expect(await poll({ grant_type, device_code: "x" })).toMatchObject({ error: "incorrect_device_code" });
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
