import { expect, test } from "vitest";
import { answer, createSimulator } from "../src/index.ts";
import { parseEvents, respond, type NamedEvent } from "./client.ts";

const TOOL = { type: "function", name: "read", parameters: { type: "object", properties: {} } };
const CALLS = [
  { name: "read", arguments: { path: "a long path/with some äöü in it.txt" } },
  { name: "read", arguments: { path: "b.txt" } },
];
const ASKS_FOR_REASONING = { reasoning: { summary: "auto" }, include: ["reasoning.encrypted_content"] };

const typesOf = (events: readonly NamedEvent[]) => events.map((event) => event.type);
const joined = (events: readonly NamedEvent[], type: string, index: number) =>
  events
    .filter((event) => event.type === type && event["output_index"] === index)
    .map((event) => event["delta"])
    .join("");

test("a text streams word by word, from created to completed", async () => {
  await using simulator = await createSimulator({ answer: answer.text("Hello from here.\n\nBye.") });
  const response = await respond(simulator, {});
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const body = await response.text();
  expect(body).not.toContain("[DONE]");
  const events = parseEvents(body);
  expect(typesOf(events)).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    ...Array<string>(4).fill("response.output_text.delta"),
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  expect(joined(events, "response.output_text.delta", 0)).toBe("Hello from here.\n\nBye.");
  expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_, index) => index));
  expect(events.at(-1)).toMatchObject({
    response: {
      status: "completed",
      model: "gpt-5.2-codex",
      output: [{ type: "message", phase: "final_answer", content: [{ text: "Hello from here.\n\nBye." }] }],
      usage: { input_tokens: expect.any(Number) as unknown, output_tokens: 6 },
    },
    copilot_usage: { total_nano_aiu: expect.any(Number) as unknown },
  });
});

test("no id comes twice; only the index holds an item together", async () => {
  await using simulator = await createSimulator({ answer: answer.toolCalls(CALLS, { text: "Reading." }) });
  const events = parseEvents(await (await respond(simulator, { tools: [TOOL] })).text());
  const ids = events.flatMap((event) => [
    event["item_id"],
    (event["item"] as { id: string } | undefined)?.id,
    (event["response"] as { id: string } | undefined)?.id,
  ]);
  const sent = ids.filter((id) => id !== undefined);
  expect(sent).toHaveLength(events.length);
  expect(new Set(sent).size).toBe(sent.length);
  const done = "response.function_call_arguments.delta";
  expect([1, 2].map((index) => JSON.parse(joined(events, done, index)) as unknown)).toEqual(
    CALLS.map((call) => call.arguments),
  );
  const items = events.filter((event) => event.type === "response.output_item.done");
  expect(items.map((event) => event["item"])).toMatchObject([
    { type: "message", phase: "commentary" },
    { type: "function_call", name: "read", call_id: expect.stringMatching(/^call_/) as unknown },
    { type: "function_call", name: "read" },
  ]);
});

test("reasoning comes as far as it is asked for, and is taken back by its own model only", async () => {
  await using simulator = await createSimulator({
    answer: answer.reasoning("Let me think.", answer.text("Yes.")),
  });
  const reasoningOf = async (body: Record<string, unknown>) => {
    const events = parseEvents(await (await respond(simulator, body)).text());
    const items = events.filter((event) => event.type === "response.output_item.done");
    return items[0]?.["item"] as { id: string; summary: unknown[]; encrypted_content: string | null };
  };
  expect(await reasoningOf({})).toMatchObject({ type: "reasoning", summary: [], encrypted_content: null });
  const item = await reasoningOf(ASKS_FOR_REASONING);
  expect(item.summary).toEqual([{ type: "summary_text", text: "Let me think." }]);
  const user = { role: "user", content: "hi" };
  const bring = (more: Record<string, unknown>, model = "gpt-5.2-codex") =>
    respond(simulator, { model, input: [user, { ...item, ...more }, user] });
  expect((await bring({})).status).toBe(200);
  expect((await bring({ id: undefined })).status).toBe(200);
  expect((await bring({ id: "rs_other" })).status).toBe(200);
  const wrongId = await bring({ id: "thinking_0" });
  expect([wrongId.status, await wrongId.json()]).toEqual([
    400,
    {
      error: {
        message: "Invalid 'input[1].id': 'thinking_0'. Expected an ID that begins with 'rs'.",
        code: "invalid_request_body",
      },
    },
  ]);
  for (const refused of [await bring({ encrypted_content: "bm90IG91cnM=" }), await bring({}, "gpt-5-mini")]) {
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining("invalid_encrypted_content"),
    ]);
  }
  expect(await (await bring({ encrypted_content: null })).text()).toContain("send their encrypted_content");
});

test("opaque state of a script is taken back", async () => {
  await using simulator = await createSimulator({
    answer: answer.reasoning("Hm.", answer.text("Yes."), "scripted-state"),
  });
  const reasoning = { type: "reasoning", summary: [], encrypted_content: "scripted-state" };
  const input = [{ role: "user", content: "hi" }, reasoning, { role: "user", content: "and?" }];
  expect((await respond(simulator, { input })).status).toBe(400);
  expect(await (await respond(simulator, ASKS_FOR_REASONING)).text()).toContain("scripted-state");
  expect((await respond(simulator, { input })).status).toBe(200);
});

test("without stream the whole response comes", async () => {
  await using simulator = await createSimulator({ answer: answer.toolCalls(CALLS, { text: "Reading." }) });
  const reply: unknown = await (await respond(simulator, { stream: false, tools: [TOOL] })).json();
  expect(reply).toMatchObject({
    object: "response",
    status: "completed",
    output: [{ type: "message" }, { type: "function_call" }, { type: "function_call" }],
    usage: { total_tokens: expect.any(Number) as unknown },
  });
});

test.each([
  ["length", "response.incomplete", { incomplete_details: { reason: "max_output_tokens" } }],
  ["content_filter", "response.incomplete", { incomplete_details: { reason: "content_filter" } }],
  ["error", "response.failed", { error: { code: "server_error" } }],
])("the finish reason %s ends with %s", async (finishReason, type, response) => {
  await using simulator = await createSimulator({ answer: answer.text("Half", { finishReason }) });
  const events = parseEvents(await (await respond(simulator, {})).text());
  expect(events.at(-1)).toMatchObject({ type, response });
});

test("a script sees a request as a chat, and what breaks off breaks off", async () => {
  const seen: unknown[] = [];
  await using simulator = await createSimulator({
    answer: (request) => {
      seen.push([request.endpoint, request.messages, request.tools]);
      return answer.cut(answer.text("one two three"), 2, "end");
    },
  });
  const input = [
    { role: "user", content: [{ type: "input_text", text: "read" }] },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "Reading." }] },
    { type: "function_call", call_id: "a", name: "read", arguments: "{}" },
    { type: "function_call", call_id: "b", name: "read", arguments: "{}" },
    { type: "function_call_output", call_id: "b", output: "B" },
    { type: "function_call_output", call_id: "a", output: "A" },
  ];
  const body = { input, instructions: "Be brief.", tools: [TOOL] };
  const events = parseEvents(await (await respond(simulator, body)).text());
  expect(joined(events, "response.output_text.delta", 0)).toBe("one two");
  expect(typesOf(events)).not.toContain("response.completed");
  const call = (id: string) => ({ id, type: "function", function: { name: "read", arguments: "{}" } });
  expect(seen).toEqual([
    [
      "/responses",
      [
        { role: "system", content: "Be brief." },
        { role: "user", content: "read" },
        { role: "assistant", content: "Reading.", tool_calls: [call("a"), call("b")] },
        { role: "tool", tool_call_id: "b", content: "B" },
        { role: "tool", tool_call_id: "a", content: "A" },
      ],
      [{ type: "function", function: { name: "read", parameters: TOOL.parameters } }],
    ],
  ]);
});

test("the demo works on this endpoint, tools included", async () => {
  await using simulator = await createSimulator();
  const tools = [{ ...TOOL, name: "glob" }];
  const user = { role: "user", content: "list the files" };
  const events = parseEvents(await (await respond(simulator, { tools, input: [user] })).text());
  const items = events.filter((event) => event.type === "response.output_item.done");
  const call = items.at(-1)?.["item"] as { call_id: string; type: string; name: string };
  expect(call).toMatchObject({ type: "function_call", name: "glob" });
  const output = { type: "function_call_output", call_id: call.call_id, output: "a.txt\nb.txt" };
  const next = await respond(simulator, { tools, input: [user, call, output] });
  const said = joined(parseEvents(await next.text()), "response.output_text.delta", 0);
  expect(said).toContain("a.txt");
});

const user = { role: "user", content: "hi" };
const call = { type: "function_call", call_id: "a", name: "read", arguments: "{}" };
const output = { type: "function_call_output", call_id: "a", output: "x" };
const image = { role: "user", content: [{ type: "input_image", image_url: "data:image/png;base64,AA==" }] };

test.each([
  ["a model of another endpoint", { model: "gpt-4.1" }, "unsupported_api_for_model", /via the \/responses/],
  ["an unknown model", { model: "gpt-0" }, "model_not_supported", /not supported/],
  ["no input", { input: undefined }, "invalid_request_body", /input must be/],
  ["an empty input", { input: [] }, "invalid_request_body", /at least one/],
  ["messages of a chat", { messages: [user] }, "invalid_request_body", /Unknown parameter: 'messages'/],
  ["a call without an output", { input: [user, call] }, "invalid_request_body", /No tool output found.* a\./],
  ["an output without a call", { input: [user, output] }, "invalid_request_body", /No tool call found.* a\./],
  ["an output before its call", { input: [user, output, call] }, "invalid_request_body", /No tool call/],
  ["two outputs", { input: [user, call, output, output] }, "invalid_request_body", /No tool call found/],
  ["one id twice", { input: [user, call, call, output] }, "invalid_request_body", /used before/],
  [
    "an output that is no text",
    { input: [user, call, { ...output, output: [] }] },
    "invalid_request_body",
    /input\[2\]\.output': expected a string/,
  ],
  [
    "text of the wrong kind",
    { input: [{ role: "assistant", content: [{ type: "input_text", text: "x" }] }] },
    "invalid_request_body",
    /'input_text' for 'input\[0\]\.content\[0\]\.type'.*'output_text', 'refusal'/,
  ],
  ["an unknown item", { input: [{ type: "item_reference" }] }, "invalid_request_body", /item_reference/],
  [
    "an unknown role",
    { input: [{ role: "tool", content: "x" }] },
    "invalid_request_body",
    /input\[0\]\.role/,
  ],
  ["reasoning without summary", { input: [{ type: "reasoning" }] }, "invalid_request_body", /summary/],
  ["a tool of a chat", { tools: [{ type: "function", function: {} }] }, "invalid_request_body", /name must/],
  ["a tool of the service", { tools: [{ type: "web_search" }] }, "invalid_request_body", /only function/],
  ["a service tier", { service_tier: "flex" }, "invalid_request_body", /service_tier/],
  ["background", { background: true }, "invalid_request_body", /background/],
  ["an earlier response", { previous_response_id: "resp_1" }, "previous_response_not_found", /not found/],
  ["an image that is not announced", { input: [image] }, "", /Copilot-Vision-Request/],
  [
    "a prompt that is too long",
    { input: "x".repeat(1_200_000) },
    "model_max_prompt_tokens_exceeded",
    /exceeds the limit of 272000/,
  ],
])("refuses %s", async (_name, body, code, message) => {
  await using simulator = await createSimulator();
  const response = await respond(simulator, body);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error).toEqual({ ...error, code, message: expect.stringMatching(message) as unknown });
});
