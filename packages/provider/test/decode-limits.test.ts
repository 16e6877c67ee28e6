import { describe, expect, test, vi } from "vitest";
import type { ModelEvent } from "../src/model/index.ts";
import { decode, frames, summary, wires } from "./decoding.ts";

/** How each wire says the same things. */
interface Dialect {
  begin: unknown[];
  text(text: string): unknown[];
  /** A call as it begins, at a place of the answer. */
  call(place: number, id: string, name: string): unknown[];
  json(place: number, json: string): unknown[];
  endCall(place: number, id: string, name: string, json: string): unknown[];
  end(reason: "end" | "tool_calls"): unknown[];
}

const dialects: Record<keyof typeof wires, Dialect> = {
  chat: {
    begin: [],
    text: (content) => [{ choices: [{ index: 0, delta: { content }, finish_reason: null }] }],
    call: (index, id, name) => [
      { choices: [{ index: 0, delta: { tool_calls: [{ index, id, function: { name, arguments: "" } }] } }] },
    ],
    json: (index, json) => [
      { choices: [{ index: 0, delta: { tool_calls: [{ index, function: { arguments: json } }] } }] },
    ],
    endCall: () => [],
    end: (reason) => [
      { choices: [{ index: 0, delta: {}, finish_reason: reason === "end" ? "stop" : "tool_calls" }] },
      "[DONE]",
    ],
  },
  responses: {
    begin: [
      { type: "response.created", response: { id: "resp" } },
      { type: "response.output_item.added", output_index: 0, item: { type: "message", content: [] } },
    ],
    text: (delta) => [{ type: "response.output_text.delta", output_index: 0, content_index: 0, delta }],
    call: (place, id, name) => [
      {
        type: "response.output_item.added",
        output_index: place + 1,
        item: { type: "function_call", call_id: id, name, arguments: "" },
      },
    ],
    json: (place, delta) => [
      { type: "response.function_call_arguments.delta", output_index: place + 1, delta },
    ],
    endCall: (place, id, name, json) => [
      { type: "response.function_call_arguments.done", output_index: place + 1, arguments: json },
      {
        type: "response.output_item.done",
        output_index: place + 1,
        item: { type: "function_call", call_id: id, name, arguments: json },
      },
    ],
    end: () => [{ type: "response.completed", response: { status: "completed", output: [] } }],
  },
  messages: {
    begin: [
      { type: "message_start", message: { usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ],
    text: (text) => [{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }],
    call: (place, id, name) => [
      {
        type: "content_block_start",
        index: place + 1,
        content_block: { type: "tool_use", id, name, input: {} },
      },
    ],
    json: (place, json) => [
      {
        type: "content_block_delta",
        index: place + 1,
        delta: { type: "input_json_delta", partial_json: json },
      },
    ],
    endCall: (place) => [{ type: "content_block_stop", index: place + 1 }],
    end: (reason) => [
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: reason === "end" ? "end_turn" : "tool_use" } },
      { type: "message_stop" },
    ],
  },
};

const MEGABYTE = 1024 * 1024;
/** More pieces than any limit lets through, and few enough for a test that fails to end. */
const ENDLESS = 40;

describe.each(Object.keys(wires) as (keyof typeof wires)[])("%s", (name) => {
  const wire = wires[name];
  const says = dialects[name];

  /** Decodes events that are made as they are taken, and counts how many were. */
  async function feed(given: Iterable<unknown>) {
    let taken = 0;
    function* pieces() {
      for (const event of given) {
        taken += 1;
        yield* frames(event);
      }
    }
    return { ...(await decode(wire, pieces())), taken: () => taken };
  }

  test("8 MB of text arrive, and a text without end is stopped there", async () => {
    const piece = says.text("x".repeat(MEGABYTE));
    const eight = Array.from({ length: 8 }, () => piece).flat();
    const whole = await feed([...says.begin, ...eight, ...says.end("end")]);
    expect(summary(whole)).toMatchObject({ finish: "end", code: undefined });

    function* endless() {
      yield* says.begin;
      for (let at = 0; at < ENDLESS; at += 1) yield* piece;
    }
    const stopped = await feed(endless());
    expect(stopped.error).toMatchObject({ code: "invalid_response", retryable: false });
    expect(stopped.taken()).toBe(says.begin.length + 9);
  });

  test("4 MB of arguments arrive, and arguments without end are stopped there", async () => {
    const start = [...says.begin, ...says.call(0, "a", "write")];
    const piece = says.json(0, "x".repeat(MEGABYTE - 8));
    const json = `{"t":"${"x".repeat(4 * (MEGABYTE - 8))}"}`;
    const whole = await feed([
      ...start,
      ...says.json(0, '{"t":"'),
      ...Array.from({ length: 4 }, () => piece).flat(),
      ...says.json(0, '"}'),
      ...says.endCall(0, "a", "write", json),
      ...says.end("tool_calls"),
    ]);
    expect(whole.error).toBeUndefined();
    expect(summary(whole).calls).toEqual([{ id: "a", name: "write", arguments: JSON.parse(json) }]);

    function* endless() {
      yield* start;
      for (let at = 0; at < ENDLESS; at += 1) yield* piece;
    }
    const stopped = await feed(endless());
    expect(stopped.error).toMatchObject({ code: "invalid_response" });
    expect(stopped.taken()).toBe(start.length + 5);
  });

  test("64 calls arrive, and more are stopped", async () => {
    const call = (place: number) => [
      ...says.call(place, `c${place}`, "f"),
      ...says.json(place, "{}"),
      ...says.endCall(place, `c${place}`, "f", "{}"),
    ];
    const most = Array.from({ length: 64 }, (_, place) => call(place)).flat();
    const whole = await feed([...says.begin, ...most, ...says.end("tool_calls")]);
    expect(summary(whole).calls).toHaveLength(64);
    const stopped = await feed([...says.begin, ...most, ...call(64), ...says.end("tool_calls")]);
    expect(stopped.error?.code).toBe("invalid_response");
    expect(summary(stopped).calls).toEqual([]);
  });

  test("a line without end is stopped", async () => {
    const piece = Buffer.alloc(MEGABYTE, "x");
    let taken = 0;
    function* endless() {
      yield Buffer.from("data: ");
      while (taken < ENDLESS) {
        taken += 1;
        yield piece;
      }
    }
    expect((await decode(wire, endless())).error?.code).toBe("invalid_response");
    expect(taken).toBeLessThanOrEqual(17);
  });

  test("arguments of 1 MB in 20,000 pieces cost no more than their length a few times over", async () => {
    const piece = "a".repeat(50);
    const json = `{"text":"${piece.repeat(20_000)}"}`;
    const stream = [
      ...says.begin,
      ...says.call(0, "a", "write"),
      ...says.json(0, '{"text":"'),
      ...Array.from({ length: 20_000 }, () => says.json(0, piece)).flat(),
      ...says.json(0, '"}'),
      ...says.endCall(0, "a", "write", json),
      ...says.end("tool_calls"),
    ];
    const bytes = Buffer.concat(frames(...stream));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, at) =>
      bytes.subarray(at * 1000, (at + 1) * 1000),
    );
    // Counted, not timed: all that is parsed and joined while the answer is decoded.
    const parse = vi.spyOn(JSON, "parse");
    const join = vi.spyOn(Array.prototype, "join");
    let parsed = 0;
    let joined = 0;
    let events: ModelEvent[];
    try {
      ({ events } = await decode(wire, pieces));
      parsed = parse.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
      joined = join.mock.results.reduce((sum, { value }) => sum + String(value).length, 0);
    } finally {
      parse.mockRestore();
      join.mockRestore();
    }
    expect(parsed).toBeLessThan(bytes.length + 2 * json.length);
    expect(joined).toBeLessThan(bytes.length + 6 * json.length);
    const deltas = events.flatMap((event) => (event.type === "tool_input_delta" ? [event.json] : []));
    expect(deltas).toHaveLength(20_002);
    expect(deltas.join("")).toBe(json);
    expect(summary({ events }).calls).toEqual([{ id: "a", name: "write", arguments: JSON.parse(json) }]);
  });
});

test.each([
  [wires.chat, (index: number) => ({ choices: [{ index, delta: { content: "x" } }] })],
  [
    wires.responses,
    (content_index: number) => ({
      type: "response.output_text.delta",
      output_index: 0,
      content_index,
      delta: "x",
    }),
  ],
  [wires.responses, (at: number) => ({ type: "response.output_item.added", output_index: at, item: {} })],
  [wires.messages, (at: number) => ({ type: "content_block_start", index: at, content_block: {} })],
])("parts without end are stopped", async (wire, part) => {
  let taken = 0;
  function* endless() {
    while (taken < 20_000) yield* frames(part(taken++));
  }
  expect((await decode(wire, endless())).error?.code).toBe("invalid_response");
  expect(taken).toBe(10_001);
});
