import { describe, expect, test } from "vitest";
import { createMessageCollector } from "../src/model/index.ts";
import { decode as decodeOn, frames, grammarFaults, summary, wires, type Decoded } from "./decoding.ts";

const decode = (...events: unknown[]) => decodeOn(wires.responses, frames(...events));

const added = (output_index: number, item: unknown) => ({
  type: "response.output_item.added",
  output_index,
  item,
});
const done = (output_index: number, item: unknown) => ({
  type: "response.output_item.done",
  output_index,
  item,
});
const call = (call_id: string, name: string, json = "") => ({
  type: "function_call",
  id: `fc_${Math.random()}`,
  call_id,
  name,
  arguments: json,
});
const json = (output_index: number, delta: string) => ({
  type: "response.function_call_arguments.delta",
  item_id: `fc_${Math.random()}`,
  output_index,
  delta,
});
const say = (delta: string, output_index = 0) => ({
  type: "response.output_text.delta",
  output_index,
  content_index: 0,
  delta,
});
const think = (delta: string, summary_index = 0, output_index = 0) => ({
  type: "response.reasoning_summary_text.delta",
  output_index,
  summary_index,
  delta,
});
const completed = (response: object = {}, outer: object = {}) => ({
  type: "response.completed",
  response: { status: "completed", output: [], ...response },
  ...outer,
});

function partsOf({ events }: Decoded) {
  const collector = createMessageCollector();
  for (const event of events) collector.add(event);
  return collector.message().content;
}

describe("items", () => {
  test("responses.interleaved_outputs: calls whose pieces are mixed", async () => {
    const decoded = await decode(
      added(0, call("a", "read")),
      added(1, call("b", "list")),
      json(1, '{"q'),
      json(0, '{"p"'),
      json(1, '":2}'),
      json(0, ":1}"),
      done(1, call("b", "list", '{"q":2}')),
      done(0, call("a", "read", '{"p":1}')),
      completed(),
    );
    expect(grammarFaults(decoded)).toEqual([]);
    expect(summary(decoded)).toMatchObject({
      finish: "tool_calls",
      calls: [
        { id: "a", name: "read", arguments: { p: 1 } },
        { id: "b", name: "list", arguments: { q: 2 } },
      ],
    });
  });

  test("a call that comes whole when it is done, and one without arguments", async () => {
    const decoded = await decode(
      added(0, call("a", "read")),
      done(0, call("a", "read", '{"p":1}')),
      done(1, call("b", "list")),
      completed(),
    );
    expect(summary(decoded).calls).toEqual([
      { id: "a", name: "read", arguments: { p: 1 } },
      { id: "b", name: "list", arguments: {} },
    ]);
  });

  test("a lost piece of the arguments is an error, not another call", async () => {
    const whole = '{"path":"a/b/c"}';
    const decoded = await decode(
      added(0, call("a", "remove")),
      json(0, '{"path":"a'),
      json(0, '"}'),
      done(0, call("a", "remove", whole)),
      completed(),
    );
    expect(decoded.error).toMatchObject({ code: "invalid_response", retryable: true, requestId: "req-1" });
    expect(grammarFaults(decoded)).toEqual([]);
  });

  test("a whole that is only written differently is the same", async () => {
    const decoded = await decode(
      added(0, call("a", "read")),
      json(0, '{"p": 1}'),
      done(0, call("a", "read", '{"p":1}')),
      completed(),
    );
    expect(summary(decoded).calls).toEqual([{ id: "a", name: "read", arguments: { p: 1 } }]);
  });

  test("arguments that are not JSON are an error", async () => {
    const decoded = await decode(
      added(0, call("a", "read")),
      json(0, '{"p":'),
      done(0, call("a", "read", '{"p":')),
      completed(),
    );
    expect(decoded.error).toMatchObject({ code: "invalid_response", retryable: true });
    expect(decoded.error?.message).toContain("not JSON");
  });

  test("a line that cannot be read is an error: the answer would have a hole", async () => {
    const decoded = await decode(say("a"), "{oops", say("b"), completed());
    expect(decoded.error).toMatchObject({ code: "invalid_response", retryable: true });
  });

  test("items that only the last event holds", async () => {
    const output = [
      { type: "reasoning", id: "rs_1", summary: [{ text: "Hm." }], encrypted_content: "c2VjcmV0" },
      { type: "message", content: [{ type: "output_text", text: "Hello" }] },
      call("a", "read", '{"p":1}'),
    ];
    const decoded = await decode(completed({ output }));
    expect(summary(decoded)).toMatchObject({
      text: "Hello",
      reasoningText: "Hm.",
      calls: [{ id: "a", name: "read", arguments: { p: 1 } }],
    });
  });

  test("a refusal is text that ends as filtered", async () => {
    const decoded = await decode(
      { type: "response.refusal.delta", output_index: 0, content_index: 0, delta: "I cannot" },
      completed(),
    );
    expect(summary(decoded)).toMatchObject({ text: "I cannot", finish: "content_filter" });
  });

  test("odd types in optional fields and unknown events cost nothing", async () => {
    const decoded = await decode(
      { type: "response.created", response: null },
      { type: "response.something_new", output_index: "x" },
      { ...say("a"), content_index: null, logprobs: 3 },
      completed({ usage: "x", output: [null, 3] }, { copilot_usage: [] }),
    );
    expect(summary(decoded)).toMatchObject({ text: "a", finish: "end", usage: undefined });
  });
});

describe("reasoning", () => {
  test("each item is a part of its own, with its state, tagged with where it belongs", async () => {
    const decoded = await decode(
      think("One.", 0, 0),
      think("Two.", 1, 0),
      done(0, { type: "reasoning", id: "rs_abc", encrypted_content: "QUJD", summary: [] }),
      done(1, {
        type: "reasoning",
        id: "made/up==",
        encrypted_content: "REVG",
        summary: [{ text: "Three." }],
      }),
      done(2, { type: "reasoning", id: "rs_x", encrypted_content: null, summary: [] }),
      say("Done.", 3),
      completed(),
    );
    const origin = { model: "m", endpoint: "/responses", account: "account-1" };
    expect(partsOf(decoded)).toEqual([
      { type: "reasoning", text: "One.\n\nTwo.", opaque: "rs_abc QUJD", origin },
      { type: "reasoning", text: "Three.", opaque: "REVG", origin },
      { type: "text", text: "Done." },
    ]);
  });
});

describe("ends and errors", () => {
  test("usage with cached and reasoning tokens and Copilot's own units", async () => {
    const usage = {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 5 },
    };
    const decoded = await decode(say("x"), completed({ usage }, { copilot_usage: { total_nano_aiu: 99 } }));
    expect(summary(decoded).usage).toEqual({
      inputTokens: 10,
      outputTokens: 7,
      cachedInputTokens: 4,
      reasoningTokens: 5,
      nanoAiu: 99,
    });
  });

  test("responses.incomplete_max_tokens: a call that was cut does not end", async () => {
    const decoded = await decode(say("I will"), added(1, call("a", "write")), json(1, '{"text":"a'), {
      type: "response.incomplete",
      response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, output: [] },
    });
    expect(summary(decoded)).toMatchObject({ text: "I will", calls: [], finish: "length" });
  });

  test("responses.incomplete_filter", async () => {
    const decoded = await decode(say("half"), {
      type: "response.incomplete",
      response: { incomplete_details: { reason: "content_filter" } },
    });
    expect(summary(decoded).finish).toBe("content_filter");
  });

  test("responses.cancelled, responses.failed without a word", async () => {
    const cancelled = await decode(say("x"), { type: "response.cancelled", response: {} });
    expect(cancelled.error).toMatchObject({ code: "server_error", retryable: true });
    const failed = await decode(say("x"), { type: "response.failed", response: { error: null } });
    expect(failed.error).toMatchObject({ code: "server_error", retryable: true });
  });

  test("an error whose code carries a detail, one as a bare line, one that is only a text", async () => {
    const detailed = await decode({
      type: "error",
      error: { code: "user_model_rate_limited:x", message: "" },
    });
    expect(detailed.error).toMatchObject({ code: "rate_limited", serviceCode: "user_model_rate_limited" });
    const bare = await decodeOn(wires.responses, [
      ...frames(say("x")),
      Buffer.from('{"error":{"message":"slow down","code":"rate_limited"}}'),
    ]);
    expect(bare.error).toMatchObject({ code: "rate_limited" });
    const text = await decode({ error: "something broke" });
    expect(text.error?.message).toContain("something broke");
  });

  test("responses.done_line: [DONE] behind the end is read over, and without an end it is none", async () => {
    expect(summary(await decode(say("x"), completed(), "[DONE]")).finish).toBe("end");
    expect((await decode(say("x"), "[DONE]")).error?.code).toBe("invalid_response");
  });

  test("an answer with nothing in it, and no answer at all", async () => {
    expect((await decode(completed())).error).toMatchObject({ code: "invalid_response", retryable: true });
    expect((await decode()).error?.message).toContain("before it began");
  });

  test("a whole answer as one JSON text", async () => {
    const whole = (value: unknown) =>
      decodeOn(wires.responses, [Buffer.from(JSON.stringify(value))]).then((decoded) => decoded);
    const output = [{ type: "message", content: [{ type: "output_text", text: "Hello" }] }];
    expect(summary(await whole({ status: "completed", error: null, output }))).toMatchObject({
      text: "Hello",
      finish: "end",
    });
    const details = { reason: "max_output_tokens" };
    const cut = await whole({ status: "incomplete", incomplete_details: details, output });
    expect(summary(cut).finish).toBe("length");
    const failed = await whole({ status: "failed", error: { code: "server_error", message: "x" } });
    expect(failed.error).toMatchObject({ code: "server_error", serviceCode: "server_error" });
    const refused = await whole({ error: { code: "model_not_supported", message: "no" } });
    expect(refused.error?.code).toBe("model_not_found");
    expect((await whole({ status: "in_progress", output: [] })).error?.code).toBe("invalid_response");
    expect((await whole({ hello: 1 })).error?.code).toBe("invalid_response");
  });
});
