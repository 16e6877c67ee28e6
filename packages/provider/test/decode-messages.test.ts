import { describe, expect, test } from "vitest";
import { createMessageCollector } from "../src/model/index.ts";
import { decode as decodeOn, frames, grammarFaults, summary, wires, type Decoded } from "./decoding.ts";

const decode = (...events: unknown[]) => decodeOn(wires.messages, frames(...events));

const begin = { type: "message_start", message: { usage: { input_tokens: 5, output_tokens: 1 } } };
const start = (index: number, content_block: unknown) => ({
  type: "content_block_start",
  index,
  content_block,
});
const delta = (index: number, delta: unknown) => ({ type: "content_block_delta", index, delta });
const say = (index: number, text: string) => delta(index, { type: "text_delta", text });
const json = (index: number, partial_json: string) =>
  delta(index, { type: "input_json_delta", partial_json });
const stop = (index: number) => ({ type: "content_block_stop", index });
const end = (stop_reason: string, usage?: object) => [
  { type: "message_delta", delta: { stop_reason }, usage },
  { type: "message_stop" },
];
const text = (index: number, given: string) => [
  start(index, { type: "text" }),
  say(index, given),
  stop(index),
];
const call = (index: number, id: string, name: string, ...pieces: string[]) => [
  start(index, { type: "tool_use", id, name, input: {} }),
  ...pieces.map((piece) => json(index, piece)),
  stop(index),
];

function partsOf({ events }: Decoded) {
  const collector = createMessageCollector();
  for (const event of events) collector.add(event);
  return collector.message().content;
}

describe("blocks", () => {
  test("messages.tool_no_input: no delta means an empty object, or what the block began with", async () => {
    const decoded = await decode(
      begin,
      ...call(0, "a", "list"),
      start(1, { type: "tool_use", id: "b", name: "read", input: { p: 1 } }),
      stop(1),
      ...end("tool_use"),
    );
    expect(grammarFaults(decoded)).toEqual([]);
    expect(summary(decoded)).toMatchObject({
      finish: "tool_calls",
      calls: [
        { id: "a", name: "list", arguments: {} },
        { id: "b", name: "read", arguments: { p: 1 } },
      ],
    });
  });

  test("thoughts are parts of their own, with signature or redacted, tagged with where they belong", async () => {
    const think = (index: number, thinking: string) => delta(index, { type: "thinking_delta", thinking });
    const decoded = await decode(
      begin,
      start(0, { type: "thinking", thinking: "", signature: "" }),
      think(0, "One "),
      think(0, "thought."),
      delta(0, { type: "signature_delta", signature: "U0lH" }),
      stop(0),
      start(1, { type: "redacted_thinking", data: "UkVE" }),
      stop(1),
      start(2, { type: "thinking", thinking: "", signature: "" }),
      think(2, "Two."),
      delta(2, { type: "signature_delta", signature: "U0lHMg==" }),
      stop(2),
      ...text(3, "Hello"),
      ...end("end_turn"),
    );
    const origin = { model: "m", endpoint: "/v1/messages", account: "account-1" };
    expect(partsOf(decoded)).toEqual([
      { type: "reasoning", text: "One thought.", opaque: "U0lH", origin },
      { type: "reasoning", text: "", opaque: "redacted:UkVE", origin },
      { type: "reasoning", text: "Two.", opaque: "U0lHMg==", origin },
      { type: "text", text: "Hello" },
    ]);
  });

  test("the answer as the input of a tool is text", async () => {
    const decoded = await decodeOn(
      wires.messages,
      frames(begin, ...call(0, "a", "answer", '{"sum"', ": 4}"), ...end("tool_use")),
      { responseFormat: "answer" },
    );
    expect(grammarFaults(decoded)).toEqual([]);
    expect(summary(decoded)).toMatchObject({ text: '{"sum": 4}', calls: [], finish: "end" });
  });

  test("damage: no beginning, no end, a place taken twice, an id taken twice, a line that cannot be read", async () => {
    const damaged = [
      [begin, say(0, "x"), ...end("end_turn")],
      [begin, start(0, { type: "tool_use", id: "a", name: "f" }), json(0, "{}"), ...end("tool_use")],
      [begin, ...text(0, "x"), ...text(0, "y"), ...end("end_turn")],
      [begin, ...text(0, "x"), say(0, "y"), ...end("end_turn")],
      [begin, ...call(0, "a", "f", "{}"), ...call(1, "a", "f", "{}"), ...end("tool_use")],
      [begin, ...text(0, "x"), "{oops", ...end("end_turn")],
      [begin, ...text(0, "x"), { type: "content_block_stop" }, ...end("end_turn")],
      [begin, ...call(0, "a", "f", '{"a":'), ...end("tool_use")],
      [begin, ...call(0, "a", "", "{}"), ...end("tool_use")],
    ];
    for (const events of damaged) {
      const decoded = await decode(...events);
      expect(decoded.error, JSON.stringify(events)).toMatchObject({
        code: "invalid_response",
        retryable: true,
        requestId: "req-1",
      });
      expect(grammarFaults(decoded)).toEqual([]);
    }
  });

  test("messages.ping, unknown events and blocks, and odd types cost nothing", async () => {
    const decoded = await decode(
      begin,
      { type: "ping" },
      start(0, { type: "server_tool_use", id: 4 }),
      json(0, "{"),
      stop(0),
      start(1, { type: "text", text: "a", citations: null }),
      delta(1, { type: "citations_delta", citation: {} }),
      delta(1, { type: "text_delta", text: "b", copilot_annotations: 3 }),
      stop(1),
      { type: "news" },
      ...end("end_turn"),
    );
    expect(summary(decoded)).toMatchObject({ text: "ab", finish: "end" });
  });
});

describe("ends and errors", () => {
  test.each([
    ["end_turn", "end"],
    ["stop_sequence", "end"],
    ["pause_turn", "end"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "content_filter"],
  ])("%s is %s", async (given, finish) => {
    expect(summary(await decode(begin, ...text(0, "x"), ...end(given))).finish).toBe(finish);
  });

  test("decided by the calls, not by the reason", async () => {
    const decoded = await decode(begin, ...call(0, "a", "f", "{}"), ...end("end_turn"));
    expect(summary(decoded).finish).toBe("tool_calls");
  });

  test("a call that the limit cut does not end, and one of a refusal neither", async () => {
    const open = [start(0, { type: "tool_use", id: "a", name: "f" }), json(0, '{"a":')];
    expect(summary(await decode(begin, ...open, ...end("max_tokens")))).toMatchObject({
      finish: "length",
      calls: [],
    });
    const refused = await decode(begin, ...call(0, "a", "f", "{}"), ...end("refusal"));
    expect(summary(refused)).toMatchObject({ finish: "content_filter", calls: [] });
  });

  test("usage: the second event may leave out what has not changed; Copilot's own units", async () => {
    const first = { input_tokens: 5, cache_read_input_tokens: 40, cache_creation_input_tokens: 3 };
    const decoded = await decode(
      { type: "message_start", message: { usage: { ...first, output_tokens: 1 } } },
      ...text(0, "x"),
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { output_tokens: 9 },
        copilot_usage: { total_nano_aiu: 77 },
      },
      { type: "message_stop" },
    );
    expect(summary(decoded).usage).toEqual({
      inputTokens: 48,
      outputTokens: 9,
      cachedInputTokens: 40,
      cacheWriteTokens: 3,
      reasoningTokens: 0,
      nanoAiu: 77,
    });
  });

  test.each([
    ["overloaded_error", "rate_limited", true],
    ["rate_limit_error", "rate_limited", true],
    ["api_error", "server_error", true],
    ["invalid_request_error", "bad_request", false],
  ])("%s in the stream", async (type, code, retryable) => {
    const error = { type: "error", error: { type, message: "sample" } };
    const decoded = await decode(begin, ...text(0, "x"), error);
    expect(decoded.error).toMatchObject({ code, retryable, serviceCode: type });
  });

  test("messages.done_line, and no end", async () => {
    expect(summary(await decode(begin, ...text(0, "x"), ...end("end_turn"), "[DONE]")).finish).toBe("end");
    expect((await decode(begin, ...text(0, "x"), "[DONE]")).error?.code).toBe("invalid_response");
    const withoutStop = await decode(begin, ...text(0, "x"), end("end_turn")[0]);
    expect(withoutStop.error?.message).toContain("cut off");
    const withoutReason = await decode(begin, ...text(0, "x"), { type: "message_stop" });
    expect(withoutReason.error?.code).toBe("invalid_response");
  });

  test("a whole answer as one JSON text", async () => {
    const whole = (value: unknown) => decodeOn(wires.messages, [Buffer.from(JSON.stringify(value))]);
    const decoded = await whole({
      type: "message",
      content: [
        { type: "thinking", thinking: "Hm.", signature: "U0lH" },
        { type: "text", text: "Hello" },
        { type: "tool_use", id: "a", name: "f", input: { p: 1 } },
      ],
      stop_reason: "tool_use",
      usage: { input_tokens: 3, output_tokens: 4 },
    });
    expect(summary(decoded)).toMatchObject({
      text: "Hello",
      reasoningText: "Hm.",
      opaque: "U0lH",
      calls: [{ id: "a", name: "f", arguments: { p: 1 } }],
      usage: { inputTokens: 3, outputTokens: 4 },
    });
    const refused = await whole({ type: "error", error: { type: "overloaded_error", message: "x" } });
    expect(refused.error?.serviceCode).toBe("overloaded_error");
    expect((await whole({ hello: 1 })).error?.code).toBe("invalid_response");
  });
});
