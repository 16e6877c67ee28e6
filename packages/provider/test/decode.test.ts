import { describe, expect, test } from "vitest";
import { isProviderError, ProviderError } from "../src/errors.ts";
import type { ModelEvent } from "../src/model/index.ts";
import { createMessageCollector, textOf } from "../src/model/index.ts";
import { chatCompletions } from "../src/wire/chat-completions/chat-completions.ts";
import { readAnswer } from "../src/wire/read-answer.ts";
import { fixture } from "./fixtures.ts";

interface Expected {
  outcome: "ok" | "filtered" | "error" | "empty";
  text?: string;
  texts?: string[];
  text_seen?: string;
  reasoning_text?: string;
  reasoning_opaque?: string;
  reasoning_opaque_pieces?: string[];
  cot_id?: string;
  tool_calls?: { id: string; name: string; arguments: unknown }[];
  finish?: string | null;
  usage?: { prompt: number; completion: number } | null;
  code?: string;
}

const expected = JSON.parse(fixture("expected.json")) as Record<string, Expected>;
const names = Object.keys(expected);

interface Decoded {
  events: ModelEvent[];
  error?: ProviderError;
}

/** Decodes bytes given in pieces; the generator stands for a body that ended as HTTP foresees it. */
async function decode(pieces: readonly Uint8Array[]): Promise<Decoded> {
  const decoder = chatCompletions.createDecoder({
    model: "m",
    requestId: "req-1",
    what: "Asking",
    host: "host.example",
  });
  const events: ModelEvent[] = [];
  async function* body() {
    for (const piece of pieces) yield piece;
  }
  try {
    for await (const event of readAnswer(body(), decoder)) events.push(event);
    return { events };
  } catch (error) {
    if (!isProviderError(error)) throw error;
    return { events, error };
  }
}

function summary({ events, error }: Decoded) {
  const collector = createMessageCollector();
  for (const event of events) collector.add(event);
  const message = collector.message();
  const reasoning = message.content.filter((part) => part.type === "reasoning");
  return {
    text: textOf(message),
    reasoningText: reasoning.map((part) => part.text).join(""),
    opaque: reasoning.map((part) => part.opaque ?? "").join(""),
    calls: message.content.flatMap((part) =>
      part.type === "tool_call"
        ? [{ id: part.id, name: part.name, arguments: JSON.parse(part.arguments) as unknown }]
        : [],
    ),
    usage: collector.usage(),
    finish: collector.finishReason(),
    code: error?.code,
  };
}

function check(name: string, decoded: Decoded): void {
  const want = expected[name] as Expected;
  const got = summary(decoded);
  const finishes = decoded.events.filter((event) => event.type === "finish").length;
  if (want.outcome === "error" || want.outcome === "empty") {
    expect(decoded.error).toBeInstanceOf(ProviderError);
    expect(decoded.error?.retryable).toBe(true);
    expect(finishes).toBe(0);
    expect(got.text).toBe(want.text_seen ?? "");
    if (want.code !== undefined) expect(decoded.error?.serviceCode).toBe(want.code);
    return;
  }
  expect(decoded.error).toBeUndefined();
  expect(finishes).toBe(1);
  expect(decoded.events.at(-1)?.type).toBe("finish");
  if (want.outcome === "filtered") {
    expect(got.finish).toBe("content_filter");
    expect(got.text).toBe(want.text_seen);
    return;
  }
  expect(got.text).toBe(want.texts ? want.texts.join("") : want.text);
  expect(got.calls).toEqual(want.tool_calls ?? []);
  expect(got.finish).toBe(want.tool_calls?.length ? "tool_calls" : "end");
  if (want.reasoning_text !== undefined) expect(got.reasoningText).toBe(want.reasoning_text);
  if (want.reasoning_opaque !== undefined) expect(got.opaque).toBe(want.reasoning_opaque);
  if (want.reasoning_opaque_pieces) expect(got.opaque).toBe(want.reasoning_opaque_pieces.join(""));
  if (want.cot_id !== undefined) expect(got.opaque).toBe(`cot_id:${want.cot_id}`);
  if (want.usage) {
    expect(got.usage?.inputTokens).toBe(want.usage.prompt);
    // expected.json holds the wire's own number; Gemini counts reasoning beside it, our port inside it.
    const beside = name === "chat-stream-reasoning.sse" ? (got.usage?.reasoningTokens ?? 0) : 0;
    expect((got.usage?.outputTokens ?? 0) - beside).toBe(want.usage.completion);
  }
  if (want.usage === null) expect(got.usage).toBeUndefined();
}

describe.each(names)("%s", (name) => {
  const bytes = Buffer.from(fixture(name), "utf8");
  const isStream = name.endsWith(".sse");

  test("decodes to what expected.json says", async () => {
    check(name, await decode([bytes]));
  });

  test("frame.byte_by_byte, frame.split_utf8: in pieces of one byte", async () => {
    check(name, await decode([...bytes].map((byte) => Uint8Array.of(byte))));
  });

  test("frame.crlf: with CRLF line ends, whole and in pieces of one byte", async () => {
    const crlf = Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r\n"), "utf8");
    check(name, await decode([crlf]));
    check(name, await decode([...crlf].map((byte) => Uint8Array.of(byte))));
  });

  test("split in two at every byte", async () => {
    const whole = summary(await decode([bytes]));
    for (let at = 1; at < bytes.length; at += 1) {
      const halves = await decode([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(summary(halves), `split at ${at}`).toEqual(whole);
    }
  });

  test("F-22, cut.*: cut at every byte with a clean end, never a half tool call, never a torn text", async () => {
    const whole = summary(await decode([bytes]));
    for (let at = 0; at < bytes.length; at += 1) {
      const decoded = await decode([bytes.subarray(0, at)]);
      const got = summary(decoded);
      const ended = decoded.events.filter((event) => event.type === "finish").length;
      expect(ended === 1, `cut at ${at}: either a finish or an error`).toBe(decoded.error === undefined);
      expect(whole.text.startsWith(got.text), `cut at ${at}: text is a beginning`).toBe(true);
      expect(
        got.calls.length === 0 || JSON.stringify(got.calls) === JSON.stringify(whole.calls),
        `cut at ${at}: all tool calls or none`,
      ).toBe(true);
      if (decoded.error) continue;
      const cut = bytes.subarray(0, at).toString("utf8");
      if (cut.endsWith("\n") || bytes[at] === 0x0a) {
        // Between two events nothing tells a cut from an end: accepted after a reason, and from services that never
        // name one. Everywhere else a finish means that all is there, but perhaps the usage.
        const named = /"finish_reason": ?"/.test(cut);
        expect(named || !cut.includes('"finish_reason"'), `cut at ${at}: finish without a reason`).toBe(true);
        continue;
      }
      expect({ ...got, usage: undefined }, `cut at ${at}: short`).toEqual({ ...whole, usage: undefined });
    }
  });

  test("random bytes put in: never hangs, never a broken call", async () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let round = 0; round < 150; round += 1) {
      const at = random(bytes.length);
      const noise = Uint8Array.from({ length: 1 + random(6) }, () => random(256));
      const decoded = await decode([bytes.subarray(0, at), noise, bytes.subarray(at)]);
      // summary() parses the arguments of every call that counts as complete.
      const got = summary(decoded);
      expect(got.finish !== undefined).toBe(decoded.error === undefined);
    }
  });

  if (isStream) {
    test("frame.comments, frame.data_without_space, byte order mark", async () => {
      const odd = `\uFEFF: hello\n\n${bytes.toString("utf8").replaceAll("data: ", ": ping\n\ndata:")}`;
      check(name, await decode([Buffer.from(odd, "utf8")]));
    });
  }
});

function events(...chunks: unknown[]): Uint8Array[] {
  return chunks.map((chunk) =>
    Buffer.from(`data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`, "utf8"),
  );
}

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

  test("more than 64 calls are refused", async () => {
    const calls = Array.from({ length: 65 }, (_, index) =>
      call({ index, id: `c${index}`, function: { name: "f", arguments: "{}" } }),
    );
    expect((await decode(events(...calls, delta({}, "stop")))).error?.code).toBe("invalid_response");
    expect(summary(await decode(events(...calls.slice(1), delta({}, "stop")))).calls).toHaveLength(64);
  });
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

  test("an endless text is stopped at 8 MB", async () => {
    const chunk = delta({ content: "x".repeat(1024 * 1024) });
    const decoded = await decode(events(...Array.from({ length: 9 }, () => chunk), delta({}, "stop")));
    expect(decoded.error).toMatchObject({ code: "invalid_response", retryable: false });
    expect(
      summary(await decode(events(...Array.from({ length: 8 }, () => chunk), delta({}, "stop")))).finish,
    ).toBe("end");
  });

  test("an endless line is stopped", async () => {
    const piece = Buffer.alloc(1024 * 1024, "x");
    const decoded = await decode([Buffer.from("data: "), ...Array.from({ length: 17 }, () => piece)]);
    expect(decoded.error?.code).toBe("invalid_response");
  });

  test("arguments of 1 MB in 20,000 pieces arrive whole", async () => {
    const piece = "a".repeat(50);
    const pieces = Array.from({ length: 20_000 }, () => call({ index: 0, function: { arguments: piece } }));
    const decoded = await decode(
      events(
        call({ index: 0, id: "a", function: { name: "write", arguments: '{"text":"' } }),
        ...pieces,
        call({ index: 0, function: { arguments: '"}' } }),
        delta({}, "tool_calls"),
      ),
    );
    expect(summary(decoded).calls).toEqual([
      { id: "a", name: "write", arguments: { text: piece.repeat(20_000) } },
    ]);
  });
});
