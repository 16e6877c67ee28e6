import { describe, expect, test } from "vitest";
import { collectMessage, createOpenAICompatible } from "../src/index.ts";
import { decode, frames, grammarFaults, summary, wires } from "./decoding.ts";
import { startService, stream } from "./fake-service.ts";
import { hello } from "./simulated.ts";

const delta = (delta: unknown, finish?: string) => ({
  choices: [{ index: 0, delta, ...(finish !== undefined && { finish_reason: finish }) }],
});
const spoken = (index: number, text: string) => ({
  type: "response.output_text.delta",
  output_index: 0,
  content_index: index,
  delta: text,
});
const done = (...texts: string[]) => ({
  type: "response.output_item.done",
  output_index: 0,
  item: { type: "message", content: texts.map((text) => ({ type: "output_text", text })) },
});
const completed = { type: "response.completed", response: { status: "completed", output: [] } };

describe("F-22: an answer with a hole is not one", () => {
  test("/responses: the whole text is longer than its pieces", async () => {
    const decoded = await decode(wires.responses, frames(spoken(0, "one "), done("one two"), completed));
    expect(decoded.error).toMatchObject({ code: "invalid_response", retryable: true });
    expect(grammarFaults(decoded)).toEqual([]);
  });

  test("/responses: a part that never came is filled in, one that came whole is not repeated", async () => {
    const decoded = await decode(
      wires.responses,
      frames(spoken(0, "one "), spoken(0, "two"), done("one two", " three"), completed),
    );
    expect(summary(decoded)).toMatchObject({ text: "one two three", finish: "end" });
  });

  test.each(["response.completed", "response.done"])(
    "/responses: %s that says that it failed",
    async (type) => {
      const failed = { status: "failed", error: { code: "server_error", message: "no" }, output: [] };
      const decoded = await decode(wires.responses, frames(spoken(0, "one"), { type, response: failed }));
      expect(decoded.error).toMatchObject({ code: "server_error", retryable: true });
      const cancelled = { type, response: { status: "cancelled", output: [] } };
      const stopped = await decode(wires.responses, frames(spoken(0, "one"), cancelled));
      expect(stopped.error).toMatchObject({ code: "server_error" });
    },
  );

  test("/chat/completions: a second call that takes the id of the first", async () => {
    const calls = (second: object) =>
      decode(
        wires.chat,
        frames(
          delta({ tool_calls: [{ index: 0, id: "a", function: { name: "rm", arguments: "" } }] }),
          delta({ tool_calls: [{ index: 1, id: "a", function: second }] }),
          delta({}, "tool_calls"),
          "[DONE]",
        ),
      );
    const decoded = await calls({ name: "ls", arguments: "" });
    expect(decoded.error).toMatchObject({ code: "invalid_response" });
    expect(grammarFaults(decoded)).toEqual([]);
    // Without a name of its own it goes on with the first.
    expect(summary(await calls({ name: "", arguments: '{"x":1}' })).calls).toEqual([
      { id: "a", name: "rm", arguments: { x: 1 } },
    ]);
  });

  test("/chat/completions elsewhere: an answer that ends without saying so was cut", async () => {
    const pieces = [delta({ content: "half an " }), delta({ content: "answer" })];
    const service = await startService({
      "/chat/completions": stream(
        frames(...pieces)
          .map(String)
          .join(""),
      ),
    });
    const provider = createOpenAICompatible({ id: "sample", baseUrl: service.origin });
    await expect(collectMessage(provider.stream(hello))).rejects.toMatchObject({
      code: "invalid_response",
      retryable: true,
    });
    await provider.close();
    // Copilot ends answers of some models like that.
    expect(summary(await decode(wires.chat, frames(...pieces))).finish).toBe("end");
  });
});

describe("F-24: bytes that are no characters", () => {
  const bad = (text: string) => {
    const bytes = Buffer.from(text);
    for (let at = bytes.indexOf("?"); at !== -1; at = bytes.indexOf("?")) bytes[at] = 0xff;
    return bytes;
  };
  const lines = (...events: unknown[]) =>
    frames(...events)
      .map(String)
      .join("");
  const end = lines(delta({}, "stop"), "[DONE]");

  test.each([
    ["in a text", lines(delta({ content: "one" }), delta({ content: "t?o" })) + end],
    [
      "in a text that is read without parsing",
      lines(...["a", "b", "c", "?"].map((content) => delta({ content }))) + end,
    ],
    [
      "in the arguments of a tool",
      lines(
        delta({ tool_calls: [{ index: 0, id: "a", function: { name: "write", arguments: '{"x":"a?b"}' } }] }),
      ) + end,
    ],
    ["in an answer as JSON", '{"choices":[{"message":{"content":"t?o"},"finish_reason":"stop"}]}'],
  ])("%s are an error, and nothing is run", async (_name, text) => {
    for (const pieces of [[bad(text)], [...bad(text)].map((byte) => Uint8Array.of(byte))]) {
      const decoded = await decode(wires.chat, pieces);
      expect(decoded.error).toMatchObject({
        code: "invalid_response",
        message: expect.stringContaining("not UTF-8"),
      });
      expect(grammarFaults(decoded)).toEqual([]);
    }
  });

  test("the character that stands for such bytes is one itself", async () => {
    const texts = ["a", "b", "\ufffd", "c\ufffd", "d"];
    const decoded = await decode(wires.chat, [
      Buffer.from(lines(...texts.map((content) => delta({ content }))) + end),
    ]);
    expect(summary(decoded)).toMatchObject({ text: texts.join(""), finish: "end" });
  });
});

describe("F-19: an error inside an answer keeps its meaning", () => {
  test.each([
    ["invalid_request_body", "bad_request", false],
    ["invalid_request_error", "bad_request", false],
    ["authentication_error", "unauthenticated", true],
    ["permission_error", "forbidden", false],
    ["not_found_error", "bad_request", false],
    ["request_too_large", "bad_request", false],
    ["rate_limit_error", "rate_limited", true],
    ["overloaded_error", "rate_limited", true],
    ["api_error", "server_error", true],
    ["something_else", "server_error", true],
    [429, "rate_limited", true],
    ["429", "rate_limited", true],
    [400, "bad_request", false],
    [503, "server_error", true],
    [7, "server_error", true],
  ])("%s", async (code, wanted, retryable) => {
    const fields = typeof code === "number" ? { code } : { code, type: code };
    const error = { message: "said so", ...fields };
    for (const [wire, event] of [
      ["chat", { error }],
      ["messages", { type: "error", error: { message: "said so", type: code, ...fields } }],
      ["responses", { type: "error", error }],
      ["responses", { type: "error", code, message: "said so" }],
      ["responses", { type: "response.failed", response: { status: "failed", error } }],
    ] as const) {
      const decoded = await decode(wires[wire], frames(event));
      expect(decoded.error, wire).toMatchObject({ code: wanted, retryable });
    }
  });

  test("only a type says it", async () => {
    const event = { error: { type: "permission_error", message: "no" } };
    expect((await decode(wires.chat, frames(event))).error?.code).toBe("forbidden");
  });
});
