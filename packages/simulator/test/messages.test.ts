import { expect, test } from "vitest";
import { answer, createSimulator } from "../src/index.ts";
import { message, parseEvents, type NamedEvent } from "./client.ts";

const TOOL = { name: "read", description: "Reads.", input_schema: { type: "object", properties: {} } };
const CALLS = [
  { name: "read", arguments: { path: "a long path/with some äöü in it.txt" } },
  { name: "read", arguments: { path: "b.txt" } },
];
const THINKING = { thinking: { type: "enabled", budget_tokens: 1024 } };

const user = { role: "user", content: "hi" };
const said = (...content: unknown[]) => ({ role: "assistant", content });
const uses = (id: string) => ({ type: "tool_use", id, name: "read", input: {} });
const result = (id: string) => ({ type: "tool_result", tool_use_id: id, content: "x" });
const text = (value: string) => ({ type: "text", text: value });

const typesOf = (events: readonly NamedEvent[]) => events.map((event) => event.type);
const joined = (events: readonly NamedEvent[], index: number, field: string) =>
  events
    .filter((event) => event.type === "content_block_delta" && event["index"] === index)
    .map((event) => (event["delta"] as Record<string, string>)[field] ?? "")
    .join("");

test("a text streams word by word, with a ping and the whole usage at the end", async () => {
  await using simulator = await createSimulator({ answer: answer.text("Hello from here.\n\nBye.") });
  const response = await message(simulator, {});
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const events = parseEvents(await response.text());
  expect(typesOf(events)).toEqual([
    "message_start",
    "content_block_start",
    "ping",
    ...Array<string>(4).fill("content_block_delta"),
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(joined(events, 0, "text")).toBe("Hello from here.\n\nBye.");
  expect(events[0]).toMatchObject({
    message: { role: "assistant", model: "claude-haiku-4.5", content: [], stop_reason: null },
  });
  expect(events.at(-2)).toMatchObject({
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { input_tokens: expect.any(Number) as unknown, cache_read_input_tokens: 0, output_tokens: 6 },
  });
});

test("parallel tool calls come in pieces, each in a block of its own", async () => {
  await using simulator = await createSimulator({ answer: answer.toolCalls(CALLS, { text: "Reading." }) });
  const events = parseEvents(await (await message(simulator, { tools: [TOOL] })).text());
  const opened = events.filter((event) => event.type === "content_block_start");
  expect(opened.map((event) => event["content_block"])).toMatchObject([
    { type: "text" },
    { type: "tool_use", id: expect.stringMatching(/^toolu_/) as unknown, name: "read", input: {} },
    { type: "tool_use", name: "read", input: {} },
  ]);
  expect([1, 2].map((index) => JSON.parse(joined(events, index, "partial_json")) as unknown)).toEqual(
    CALLS.map((call) => call.arguments),
  );
  expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "tool_use" } });
  const whole: unknown = await (await message(simulator, { stream: false, tools: [TOOL] })).json();
  expect(whole).toMatchObject({
    type: "message",
    content: [
      { type: "text", text: "Reading." },
      ...CALLS.map((call) => ({ type: "tool_use", input: call.arguments })),
    ],
    stop_reason: "tool_use",
    usage: { output_tokens: expect.any(Number) as unknown },
  });
});

test("thinking comes when it is asked for, and is taken back unchanged only", async () => {
  await using simulator = await createSimulator({
    answer: answer.reasoning("Let me think.", answer.text("Yes.")),
  });
  expect(typesOf(parseEvents(await (await message(simulator, {})).text()))).toHaveLength(7);
  const events = parseEvents(await (await message(simulator, THINKING)).text());
  const thinking = joined(events, 0, "thinking");
  expect(thinking).toBe("Let me think.");
  const block = { type: "thinking", thinking, signature: joined(events, 0, "signature") };
  const bring = (more: Record<string, unknown>) =>
    message(simulator, { messages: [user, said({ ...block, ...more }, text("Yes.")), user] });
  expect((await bring({})).status).toBe(200);
  for (const more of [{ thinking: "Let me not think." }, { signature: "bm90IG91cnM=" }]) {
    const refused = await bring(more);
    expect([refused.status, await refused.json()]).toEqual([
      400,
      {
        error: {
          message: "messages.1.content.0: Invalid signature in thinking block",
          code: "invalid_request_body",
        },
      },
    ]);
  }
  expect(await (await bring({ signature: undefined })).text()).toContain("signature: Field required");
});

test("opaque state alone is redacted thinking, and is taken back", async () => {
  await using simulator = await createSimulator({
    answer: answer.reasoning("", answer.text("Yes."), "scripted-state"),
  });
  const block = { type: "redacted_thinking", data: "scripted-state" };
  const messages = [user, said(block, text("Yes.")), user];
  expect((await message(simulator, { messages })).status).toBe(400);
  const whole: unknown = await (await message(simulator, { ...THINKING, stream: false })).json();
  expect(whole).toMatchObject({ content: [block, text("Yes.")] });
  expect((await message(simulator, { messages })).status).toBe(200);
});

test.each([
  ["length", "max_tokens"],
  ["content_filter", "refusal"],
  ["pause_turn", "pause_turn"],
])("the finish reason %s is told as %s", async (finishReason, reason) => {
  await using simulator = await createSimulator({ answer: answer.text("Half", { finishReason }) });
  const events = parseEvents(await (await message(simulator, {})).text());
  expect(events.at(-2)).toMatchObject({ delta: { stop_reason: reason } });
});

test("a script sees a request as a chat", async () => {
  const seen: unknown[] = [];
  await using simulator = await createSimulator({
    answer: (request) => {
      seen.push([request.endpoint, request.messages, request.tools]);
      return answer.cut(answer.text("one two three"), 2, "end");
    },
  });
  const messages = [
    user,
    said(text("Reading."), uses("a"), uses("b")),
    { role: "user", content: [result("b"), { ...result("a"), content: [text("A")] }, text("Go on.")] },
  ];
  const body = { messages, system: [text("Be brief.")], tools: [TOOL] };
  const events = parseEvents(await (await message(simulator, body)).text());
  expect(joined(events, 0, "text")).toBe("one two");
  expect(typesOf(events)).not.toContain("message_stop");
  const call = (id: string) => ({ id, type: "function", function: { name: "read", arguments: "{}" } });
  const { name, description, input_schema: parameters } = TOOL;
  expect(seen).toEqual([
    [
      "/v1/messages",
      [
        { role: "system", content: "Be brief." },
        { role: "user", content: "hi" },
        { role: "assistant", content: "Reading.", tool_calls: [call("a"), call("b")] },
        { role: "tool", tool_call_id: "b", content: "x" },
        { role: "tool", tool_call_id: "a", content: "A" },
        { role: "user", content: "Go on." },
      ],
      [{ type: "function", function: { name, description, parameters } }],
    ],
  ]);
});

test("the demo works on this endpoint, tools included", async () => {
  await using simulator = await createSimulator();
  const tools = [{ ...TOOL, name: "glob" }];
  const asked = { role: "user", content: "list the files" };
  const first = await message(simulator, { tools, stream: false, messages: [asked] });
  const { content } = (await first.json()) as { content: { type: string; id: string; name: string }[] };
  const call = content.at(-1);
  expect(call).toMatchObject({ type: "tool_use", name: "glob" });
  const results = [{ type: "tool_result", tool_use_id: call?.id, content: "a.txt\nb.txt" }];
  const messages = [asked, said(...content), { role: "user", content: results }];
  const next = await message(simulator, { tools, messages });
  expect(joined(parseEvents(await next.text()), 0, "text")).toContain("a.txt");
});

test("versions and listed betas are accepted", async () => {
  await using simulator = await createSimulator({ answer: answer.text("ok") });
  const headers = {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "interleaved-thinking-2025-05-14,context-management-2025-06-27",
  };
  const body = {
    context_management: { edits: [] },
    thinking: { type: "enabled", budget_tokens: 8000 },
    messages: [{ role: "user", content: [{ ...text("hi"), cache_control: { type: "ephemeral" } }] }],
  };
  expect((await message(simulator, body, { headers })).status).toBe(200);
});

const mark = { cache_control: { type: "ephemeral" } };
const image = (media_type: string) => ({
  type: "image",
  source: { type: "base64", media_type, data: "AA==" },
});
const asks = (...content: unknown[]) => ({ messages: [{ role: "user", content }] });

test.each<[string, Record<string, unknown>, string, RegExp]>([
  [
    "a model of another endpoint",
    { model: "gpt-4.1" },
    "unsupported_api_for_model",
    /via the \/v1\/messages/,
  ],
  ["an unknown model", { model: "gpt-0" }, "model_not_supported", /not supported/],
  ["no messages", { messages: [] }, "invalid_request_body", /at least one/],
  ["no limit", { max_tokens: undefined }, "invalid_request_body", /max_tokens: Field required/],
  ["a limit of nothing", { max_tokens: 0 }, "invalid_request_body", /max_tokens/],
  ["an assistant at the end", { messages: [user, said(text("So"))] }, "invalid_request_body", /prefill/],
  ["an assistant first", { messages: [said(text("So")), user] }, "invalid_request_body", /first message/],
  ["two turns in a row", { messages: [user, user] }, "invalid_request_body", /roles must alternate/],
  [
    "a system message",
    { messages: [{ role: "system", content: "x" }] },
    "invalid_request_body",
    /messages\.0/,
  ],
  ["an empty text block", asks(text("")), "invalid_request_body", /content\.0\.text: .*non-empty/],
  ["an empty prompt", { messages: [{ role: "user", content: "" }] }, "invalid_request_body", /non-empty/],
  ["an unknown block", asks({ type: "input_text" }), "invalid_request_body", /'input_text' is not allowed/],
  ["a user who thinks", asks({ type: "thinking" }), "invalid_request_body", /'thinking' is not allowed/],
  [
    "a use without a result",
    { messages: [user, said(uses("a"), uses("b")), { role: "user", content: [result("a")] }] },
    "invalid_request_body",
    /messages\.1: tool_use ids were found without tool_result blocks immediately after: b\./,
  ],
  [
    "a result without a use",
    asks(result("a")),
    "invalid_request_body",
    /messages\.0\.content\.0: unexpected/,
  ],
  [
    "a result behind a text",
    { messages: [user, said(uses("a")), { role: "user", content: [text("x"), result("a")] }] },
    "invalid_request_body",
    /messages\.2\.content\.1: tool_result blocks must come first/,
  ],
  ["one id twice", { messages: [user, said(uses("a"), uses("a")), user] }, "invalid_request_body", /unique/],
  [
    "a use without input",
    { messages: [user, said({ ...uses("a"), input: "{}" }), user] },
    "invalid_request_body",
    /input: Field required/,
  ],
  ["a tool of a chat", { tools: [{ type: "function" }] }, "invalid_request_body", /tools\.0\.type/],
  ["a tool without schema", { tools: [{ name: "x" }] }, "invalid_request_body", /input_schema/],
  ["a bad tool name", { tools: [{ ...TOOL, name: "a b" }] }, "invalid_request_body", /tools\[0\]\.name/],
  [
    "five cache marks",
    {
      system: [{ ...text("x"), ...mark }],
      tools: [{ ...TOOL, ...mark }],
      ...asks({ ...text("x"), ...mark }, { ...text("y"), ...mark }, { ...text("z"), ...mark }),
    },
    "invalid_request_body",
    /maximum of 4 blocks with cache_control may be provided\. Found 5/,
  ],
  ["context management", { context_management: {} }, "invalid_request_body", /Extra inputs/],
  [
    "too small a budget",
    { thinking: { type: "enabled", budget_tokens: 100 } },
    "invalid_request_body",
    /greater than or equal to 1024/,
  ],
  [
    "a budget beyond the limit",
    { thinking: { type: "enabled", budget_tokens: 4096 } },
    "invalid_request_body",
    /max_tokens must be greater/,
  ],
  [
    "adaptive thinking",
    { thinking: { type: "adaptive" } },
    "invalid_request_body",
    /adaptive thinking is not/,
  ],
  ["thinking at a temperature", { ...THINKING, temperature: 0 }, "invalid_request_body", /temperature/],
  ["an image that is not announced", asks(image("image/png")), "", /Copilot-Vision-Request/],
  [
    "a prompt that is too long",
    { messages: [{ role: "user", content: "x".repeat(600_000) }] },
    "model_max_prompt_tokens_exceeded",
    /exceeds the limit of 128000/,
  ],
])("refuses %s", async (_name, body, code, pattern) => {
  await using simulator = await createSimulator();
  const response = await message(simulator, body);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error).toEqual({ ...error, code, message: expect.stringMatching(pattern) as unknown });
});

test.each([
  ["an unlisted beta", { "anthropic-beta": "context-1m-2025-08-07" }, {}, /beta header\(s\): context-1m/],
  ["a version that is no date", { "anthropic-version": "latest" }, {}, /anthropic-version/],
  [
    "an odd image",
    { "copilot-vision-request": "true" },
    asks(image("image/tiff")),
    /media type not supported/,
  ],
])("refuses %s", async (_name, headers, body, pattern) => {
  await using simulator = await createSimulator();
  const response = await message(simulator, body, { headers });
  expect([response.status, await response.text()]).toEqual([400, expect.stringMatching(pattern)]);
});
