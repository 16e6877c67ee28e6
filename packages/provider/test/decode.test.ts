import { describe, expect, test } from "vitest";
import { decode as decodeOn, frames as events, seeded, summary, wires } from "./decoding.ts";

const decode = (pieces: Iterable<Uint8Array>) => decodeOn(wires.chat, pieces);

const delta = (delta: unknown, finish?: string) => ({
  choices: [{ index: 0, delta, ...(finish !== undefined && { finish_reason: finish }) }],
});
const call = (entry: unknown) => delta({ tool_calls: [entry] });

describe("tool calls", () => {
  test("chat.tool_index_from_1, chat.tool_no_args, chat.tool_finish_stop", async () => {
    const decoded = await decode(
      events(
        call({ index: 1, id: "a", type: "function", function: { name: "list", arguments: "" } }),
        delta({}, "stop"),
        "[DONE]",
      ),
    );
    expect(summary(decoded)).toMatchObject({
      calls: [{ id: "a", name: "list", arguments: {} }],
      finish: "tool_calls",
    });
  });

  test("chat.tool_id_repeated_empty_name: continuations repeat the id with an empty name", async () => {
    const decoded = await decode(
      events(
        call({ index: 0, id: "a", function: { name: "read", arguments: "" } }),
        call({ index: 0, id: "b", function: { name: "read", arguments: "" } }),
        call({ index: 0, id: "a", function: { name: "", arguments: '{"p":1}' } }),
        call({ index: 0, id: "b", function: { name: "", arguments: '{"p":2}' } }),
        delta({}, "tool_calls"),
      ),
    );
    expect(summary(decoded).calls).toEqual([
      { id: "a", name: "read", arguments: { p: 1 } },
      { id: "b", name: "read", arguments: { p: 2 } },
    ]);
  });

  test("calls without any id get one", async () => {
    const decoded = await decode(
      events(
        call({ index: 0, function: { name: "one", arguments: "{}" } }),
        call({ index: 1, function: { name: "two", arguments: '{"x"' } }),
        call({ index: 1, function: { arguments: ":1}" } }),
        delta({}, "tool_calls"),
      ),
    );
    const { calls } = summary(decoded);
    expect(calls.map(({ name, arguments: input }) => ({ name, input }))).toEqual([
      { name: "one", input: {} },
      { name: "two", input: { x: 1 } },
    ]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  });

  test("the old function_call form", async () => {
    const decoded = await decode(
      events(
        delta({ function_call: { name: "read", arguments: "" } }),
        delta({ function_call: { arguments: '{"path":"a"}' } }),
        delta({}, "function_call"),
      ),
    );
    expect(summary(decoded).calls).toMatchObject([{ name: "read", arguments: { path: "a" } }]);
  });

  test("chat.tool_bad_json_args: arguments that are not JSON are an error, not a call", async () => {
    const decoded = await decode(
      events(
        call({ index: 0, id: "a", function: { name: "read", arguments: '{"path":' } }),
        delta({}, "tool_calls"),
      ),
    );
    expect(decoded.error).toMatchObject({ code: "invalid_response", retryable: true });
    expect(decoded.events.some((event) => event.type === "tool_input_end")).toBe(false);
  });

  test("chat.length: a call cut by the token limit is not complete", async () => {
    const decoded = await decode(
      events(
        delta({ content: "I will" }),
        call({ index: 0, id: "a", function: { name: "read", arguments: '{"path":' } }),
        delta({}, "length"),
      ),
    );
    expect(summary(decoded)).toMatchObject({ text: "I will", calls: [], finish: "length" });
  });

  test("cut.clean_end_mid_tool_args: a clean end inside the arguments is an error", async () => {
    const decoded = await decode(
      events(call({ index: 0, id: "a", function: { name: "read", arguments: "{}" } })),
    );
    expect(decoded.error?.code).toBe("invalid_response");
  });

  test("a line that cannot be read may have been a piece of a call", async () => {
    const decoded = await decode(
      events(
        call({ index: 0, id: "a", function: { name: "write", arguments: '{"text":"a' } }),
        "{oops",
        call({ index: 0, function: { arguments: '"}' } }),
        delta({}, "tool_calls"),
      ),
    );
    expect(decoded.error).toMatchObject({ code: "invalid_response", retryable: true });
    expect(decoded.events.some((event) => event.type === "tool_input_end")).toBe(false);
  });

  test("more than 64 calls are refused", async () => {
    const calls = Array.from({ length: 65 }, (_, index) =>
      call({ index, id: `c${index}`, function: { name: "f", arguments: "{}" } }),
    );
    expect((await decode(events(...calls, delta({}, "stop")))).error?.code).toBe("invalid_response");
    expect(summary(await decode(events(...calls.slice(1), delta({}, "stop")))).calls).toHaveLength(64);
  });
});

test("chunks that are read without parsing give what parsing gives", async () => {
  const random = seeded(11);
  const words = ["a", " word", "\n", '"', "\\", "ü", "日本", "{", "[DONE]", "", "\u2028", "data: x"];
  for (let round = 0; round < 200; round += 1) {
    const chunks = Array.from({ length: 40 }, () => {
      const content = words[random(words.length)];
      const kind = random(12);
      if (kind === 0) return delta({ reasoning_text: content });
      if (kind === 1) return delta({ content, reasoning_text: "r" });
      if (kind === 2) return call({ index: 0, id: "a", function: { name: "f", arguments: "" } });
      if (kind === 3) return { ...delta({ content }), usage: { prompt_tokens: 1, completion_tokens: 2 } };
      if (kind === 4) return { choices: [{ index: 1, delta: { content } }] };
      if (kind === 5) return { choices: [...delta({ content }).choices, ...delta({ content }).choices] };
      return delta({ content, role: "assistant" });
    });
    const all = [...chunks, delta({ content: "end" }, "stop"), ...chunks.slice(0, 3), "[DONE]"];
    // With a field that is new in every chunk none is like another.
    const unlike = all.map((each, at) => (typeof each === "string" ? each : { ...each, at }));
    expect(await decode(events(...all))).toEqual(await decode(events(...unlike)));
    // In packets of other sizes pieces of text may be told together.
    const parsed = summary(await decode(events(...unlike)));
    for (const separator of ["\n", "\r\n"]) {
      const bytes = Buffer.from(
        Buffer.concat([...events(...all)])
          .toString()
          .replaceAll("\n", separator),
      );
      const packets: Buffer[] = [];
      for (let at = 0; at < bytes.length;) {
        const size = 1 + random([3, 200, 5_000][round % 3] ?? 1);
        packets.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(summary(await decode(packets))).toEqual(parsed);
    }
  }
});

test("pieces of text that arrive together are told together", async () => {
  const chunks = Array.from({ length: 1_000 }, (_, at) => delta({ content: ` ${at}` }));
  const bytes = Buffer.concat([...events(...chunks, delta({}, "stop"), "[DONE]")]);
  const decoded = await decode([bytes]);
  expect(summary(decoded).text).toBe(chunks.map((_, at) => ` ${at}`).join(""));
  expect(decoded.events.length).toBeLessThan(10);
});

describe("ends and errors", () => {
  test("chat.done_without_finish: [DONE] alone ends an answer, calls included", async () => {
    const decoded = await decode(
      events(call({ index: 0, id: "a", function: { name: "read", arguments: "{}" } }), "[DONE]"),
    );
    expect(summary(decoded).finish).toBe("tool_calls");
  });

  test("chat.no_done: a reason without [DONE] ends an answer", async () => {
    expect(summary(await decode(events(delta({ content: "x" }), delta({}, "stop")))).finish).toBe("end");
  });

  test("chat.finish_error: an error that the service maps is retryable", async () => {
    const decoded = await decode(events(delta({ content: "x" }), delta({}, "error"), "[DONE]"));
    expect(decoded.error).toMatchObject({ code: "server_error", retryable: true, requestId: "req-1" });
  });

  test("frame.bad_json_line: a whole line that is not JSON is skipped", async () => {
    const decoded = await decode(events(delta({ content: "a" }), "{oops", delta({ content: "b" }, "stop")));
    expect(summary(decoded)).toMatchObject({ text: "ab", finish: "end" });
  });

  test("an error inside the stream keeps its meaning", async () => {
    const decoded = await decode(
      events(delta({ content: "a" }), {
        error: { message: "slow down", code: "user_model_rate_limited" },
      }),
    );
    expect(decoded.error).toMatchObject({ code: "rate_limited", serviceCode: "user_model_rate_limited" });
  });

  test("chat.stream_asked_json_given with an error in it", async () => {
    const decoded = await decode([Buffer.from('{"error":{"message":"no","code":"model_not_supported"}}')]);
    expect(decoded.error?.code).toBe("model_not_found");
  });

  test("an HTML page with status 200", async () => {
    const decoded = await decode([Buffer.from("\n<html><body>sign in</body></html>")]);
    expect(decoded.error).toMatchObject({ code: "invalid_response" });
    expect(decoded.error?.message).toContain("HTML page");
  });

  test("an empty body", async () => {
    expect((await decode([])).error?.code).toBe("invalid_response");
  });

  test("usage in the finish chunk, with cached tokens, reasoning and Copilot's own units", async () => {
    const decoded = await decode(
      events(
        delta({ content: "x" }),
        {
          ...delta({}, "stop"),
          usage: {
            prompt_tokens: 10,
            completion_tokens: 7,
            total_tokens: 17,
            prompt_tokens_details: { cached_tokens: 4 },
            completion_tokens_details: { reasoning_tokens: 5 },
          },
          copilot_usage: { total_nano_aiu: 150_325_000 },
        },
        "[DONE]",
      ),
    );
    expect(decoded.events.filter((event) => event.type === "usage")).toEqual([
      {
        type: "usage",
        usage: {
          inputTokens: 10,
          outputTokens: 7,
          cachedInputTokens: 4,
          reasoningTokens: 5,
          nanoAiu: 150_325_000,
        },
      },
    ]);
  });

  test("odd types in optional fields cost nothing", async () => {
    const decoded = await decode(
      events(
        {
          choices: [null, 3, { index: "x", delta: { content: "a", role: 5, tool_calls: "no" } }],
          usage: "x",
        },
        { choices: [{ delta: { content: [{ type: "text", text: "b" }] }, finish_reason: "stop" }], model: 9 },
      ),
    );
    expect(summary(decoded)).toMatchObject({ text: "ab", finish: "end" });
  });
});
