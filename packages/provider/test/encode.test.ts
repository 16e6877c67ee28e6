import { describe, expect, test } from "vitest";
import { createMessageCollector, type Message, type ModelRequest, type ReasoningPart } from "../src/index.ts";
import type { EncodeContext } from "../src/wire/wire-format.ts";
import { wires } from "./decoding.ts";
import { hello } from "./simulated.ts";

const plain: EncodeContext = { stream: true, reasons: false, reasoningEfforts: undefined };
const schema = { type: "object", properties: { sum: { type: "number" } }, additionalProperties: false };
const responseFormat = { type: "json_schema" as const, name: "answer", schema };
const read = { name: "read", description: "Reads.", parameters: { $schema: "x", type: "object" } };

const encode = (
  wire: keyof typeof wires,
  request: Partial<ModelRequest> = {},
  context: Partial<EncodeContext> = {},
) => wires[wire].encode({ ...hello, model: "m", ...request }, { ...plain, ...context });

describe("what every wire is asked for", () => {
  test("limits and temperature under the name of each wire", () => {
    const asked = { maxOutputTokens: 99, temperature: 0.5 };
    expect(encode("chat", asked)).toMatchObject({ max_tokens: 99, temperature: 0.5, stream: true });
    expect(encode("responses", asked)).toMatchObject({
      max_output_tokens: 99,
      temperature: 0.5,
      store: false,
    });
    expect(encode("messages", asked)).toMatchObject({ max_tokens: 99, temperature: 0.5, stream: true });
  });

  test.each(Object.keys(wires) as (keyof typeof wires)[])(
    "%s: models that reason get no temperature",
    (wire) => {
      expect(encode(wire, { temperature: 0.5 }, { reasons: true })).not.toHaveProperty("temperature");
    },
  );

  test("the choice of tools", () => {
    const tools = [read];
    for (const toolChoice of ["auto", "none", "required"] as const) {
      expect(encode("chat", { tools, toolChoice })["tool_choice"]).toBe(toolChoice);
      expect(encode("responses", { tools, toolChoice })["tool_choice"]).toBe(toolChoice);
      const type = toolChoice === "required" ? "any" : toolChoice;
      expect(encode("messages", { tools, toolChoice })["tool_choice"]).toEqual({ type });
    }
    expect(encode("responses", { tools: [] })).not.toHaveProperty("tools");
    expect(encode("messages", { tools: [] })).not.toHaveProperty("tool_choice");
  });

  test.each(Object.keys(wires) as (keyof typeof wires)[])(
    "%s: tools that no model takes are refused",
    (wire) => {
      const named = (name: string) => ({ ...read, name });
      expect(() => encode(wire, { tools: [named("not a name")] })).toThrow(/not one that a model takes/);
      const many = Array.from({ length: 129 }, (_, index) => named(`t${index}`));
      expect(() => encode(wire, { tools: many })).toThrow(/129 tools/);
      expect(() => encode(wire, { tools: many.slice(1) })).not.toThrow();
    },
  );

  test("a schema of arguments has properties, and no dialect where it is refused", () => {
    const properties = {};
    expect(encode("messages", { tools: [read] })["tools"]).toMatchObject([
      { name: "read", input_schema: { type: "object", properties } },
    ]);
    expect(JSON.stringify(encode("messages", { tools: [read] }))).not.toContain("$schema");
    expect(encode("responses", { tools: [read] })["tools"]).toMatchObject([
      { type: "function", name: "read", parameters: { type: "object", properties }, strict: false },
    ]);
  });
});

describe("a form for the answer", () => {
  test("on the wires that have one", () => {
    const format = { name: "answer", schema, strict: true };
    expect(encode("chat", { responseFormat })["response_format"]).toEqual({
      type: "json_schema",
      json_schema: format,
    });
    expect(encode("responses", { responseFormat })["text"]).toEqual({
      format: { type: "json_schema", ...format },
    });
    const loose = { ...responseFormat, strict: false };
    expect(encode("responses", { responseFormat: loose })["text"]).toMatchObject({
      format: { strict: false },
    });
  });

  test("as a tool on the wire that has none", () => {
    const alone = encode("messages", { responseFormat });
    expect(alone["tools"]).toMatchObject([{ name: "answer", input_schema: schema }]);
    expect(alone["tool_choice"]).toEqual({ type: "tool", name: "answer" });
    const withTools = encode("messages", { responseFormat, tools: [read] });
    expect(withTools["tools"]).toMatchObject([{ name: "read" }, { name: "answer" }]);
    expect(withTools["tool_choice"]).toEqual({ type: "any" });
    const noneOfThem = encode("messages", { responseFormat, tools: [read], toolChoice: "none" });
    expect(noneOfThem["tool_choice"]).toEqual({ type: "tool", name: "answer" });
  });

  test("a model that is known not to take one is refused, and so is a bad name", () => {
    for (const wire of ["chat", "responses"] as const) {
      expect(() => encode(wire, { responseFormat }, { structuredOutputs: false })).toThrow(/JSON Schema/);
    }
    for (const wire of Object.keys(wires) as (keyof typeof wires)[]) {
      const bad = { ...responseFormat, name: "no name" };
      expect(() => encode(wire, { responseFormat: bad })).toThrow(/response format name/);
    }
  });
});

describe("thinking", () => {
  const budget = { thinking: { adaptive: false, minBudget: 1024, maxBudget: 32_000 } };
  const adaptive = { thinking: { ...budget.thinking, adaptive: true } };

  test("/responses: state and summary are asked for where the model reasons, and an effort it does not take is left out", () => {
    const include = ["reasoning.encrypted_content"];
    expect(encode("responses", {}, { reasons: true })).toMatchObject({
      include,
      reasoning: { summary: "auto" },
    });
    const known = { reasons: true, reasoningEfforts: ["low"] };
    expect(encode("responses", { reasoningEffort: "low" }, known)["reasoning"]).toMatchObject({
      effort: "low",
    });
    expect(encode("responses", { reasoningEffort: "xhigh" }, known)["reasoning"]).toEqual({
      summary: "auto",
    });
    expect(encode("responses")).not.toHaveProperty("include");
  });

  test("/v1/messages: a budget between the model's limits and below the answer's", () => {
    const budgetOf = (reasoningEffort: "minimal" | "xhigh", maxOutputTokens: number) =>
      encode("messages", { reasoningEffort, maxOutputTokens }, budget)["thinking"];
    expect(budgetOf("minimal", 9000)).toEqual({ type: "enabled", budget_tokens: 1024 });
    expect(budgetOf("xhigh", 64_000)).toEqual({ type: "enabled", budget_tokens: 32_000 });
    expect(budgetOf("xhigh", 9000)).toEqual({ type: "enabled", budget_tokens: 8999 });
    expect(budgetOf("xhigh", 1000)).toBeUndefined();
    expect(encode("messages", {}, budget)).not.toHaveProperty("thinking");
    expect(encode("messages", { reasoningEffort: "high" })).not.toHaveProperty("thinking");
  });

  test("/v1/messages: models that decide by themselves get the effort", () => {
    const efforts = { ...adaptive, reasoningEfforts: ["low", "high"] };
    expect(encode("messages", { reasoningEffort: "high" }, efforts)).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
    });
    expect(encode("messages", { reasoningEffort: "xhigh" }, efforts)).not.toHaveProperty("output_config");
  });

  test("/v1/messages: not where a tool must be called, and no temperature beside it", () => {
    const asked = { reasoningEffort: "low" as const, temperature: 0.5, tools: [read] };
    const body = encode("messages", asked, budget);
    expect(body).toHaveProperty("thinking");
    expect(body).not.toHaveProperty("temperature");
    expect(wires.messages.headers?.(body)).toEqual({ "anthropic-beta": "interleaved-thinking-2025-05-14" });
    expect(encode("messages", { ...asked, toolChoice: "required" }, budget)).not.toHaveProperty("thinking");
    expect(encode("messages", { ...asked, responseFormat }, budget)).not.toHaveProperty("thinking");
    expect(wires.messages.headers?.(encode("messages", asked, adaptive))).toEqual({});
  });

  test("/v1/messages: a budget is not set where an answer without thoughts goes on", () => {
    const turn = (thoughts: ReasoningPart[]): Message[] => [
      ...hello.messages,
      {
        role: "assistant",
        content: [...thoughts, { type: "tool_call", id: "a", name: "read", arguments: "{}" }],
      },
      { role: "tool", callId: "a", name: "read", content: [], isError: false },
    ];
    const asked = { reasoningEffort: "low" as const, tools: [read] };
    expect(encode("messages", { ...asked, messages: turn([]) }, budget)).not.toHaveProperty("thinking");
    const origin = { model: "m", endpoint: "/v1/messages" };
    const own: ReasoningPart = { type: "reasoning", text: "Hm.", opaque: "U0lH", origin };
    expect(encode("messages", { ...asked, messages: turn([own]) }, budget)).toHaveProperty("thinking");
    const foreign = { ...own, origin: { ...origin, model: "other" } };
    expect(encode("messages", { ...asked, messages: turn([foreign]) }, budget)).not.toHaveProperty(
      "thinking",
    );
  });

  test("each thought goes back in its place and form", () => {
    const thoughts = (endpoint: string, states: string[]) => {
      const origin = { model: "m", endpoint };
      const parts = states.map((opaque, at): ReasoningPart => ({
        type: "reasoning",
        text: `t${at}`,
        opaque,
        origin,
      }));
      return [...parts, { type: "text" as const, text: "x" }];
    };
    const messages = (endpoint: string, states: string[]): Message[] => [
      ...hello.messages,
      { role: "assistant", content: thoughts(endpoint, states) },
      ...hello.messages,
    ];
    const anthropic = encode("messages", { messages: messages("/v1/messages", ["U0lH", "redacted:UkVE"]) });
    expect(anthropic["messages"]).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "t0", signature: "U0lH" },
          { type: "redacted_thinking", data: "UkVE" },
          { type: "text", text: "x" },
        ],
      },
      { role: "user" },
    ]);
    const [text, ...thoughtsBehind] = thoughts("/v1/messages", ["U0lH"]).toReversed();
    const ending: Message[] = [
      ...hello.messages,
      { role: "assistant", content: [...(text ? [text] : []), ...thoughtsBehind] },
    ];
    // An answer that ends with a thought is refused.
    expect(encode("messages", { messages: ending })["messages"]).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ type: "text", text: "x" }] },
      { role: "user", content: [{ type: "text", text: "Please continue." }] },
    ]);
    const openai = encode("responses", { messages: messages("/responses", ["rs_1 QUJD", "REVG"]) });
    expect((openai["input"] as unknown[]).slice(1, 3)).toEqual([
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "QUJD" },
      { type: "reasoning", summary: [], encrypted_content: "REVG" },
    ]);
    const dropped = encode(
      "responses",
      { messages: messages("/responses", ["rs_1 QUJD"]) },
      { refusedState: new Set(["rs_1 QUJD"]) },
    );
    expect(JSON.stringify(dropped)).not.toContain("QUJD");
  });
});

test("ids of calls in a form that every wire takes, the same for call and result, and never two alike", () => {
  const ids = ["call_1", `${"x".repeat(70)}1`, `${"x".repeat(70)}2`, "odd|id"];
  const messages: Message[] = [
    ...hello.messages,
    {
      role: "assistant",
      content: ids.map((id) => ({ type: "tool_call", id, name: "read", arguments: "{}" })),
    },
    ...ids.map((callId): Message => ({ role: "tool", callId, name: "read", content: [], isError: false })),
  ];
  const list = (value: unknown) => value as Record<string, unknown>[];
  const items = list(encode("responses", { messages })["input"]).slice(1);
  const turns = list(encode("messages", { messages })["messages"]).slice(1);
  const blocks = turns.flatMap((turn) => list(turn["content"]));
  for (const sent of [
    items.map((item) => item["call_id"]),
    blocks.map((block) => block["id"] ?? block["tool_use_id"]),
  ]) {
    expect(sent.slice(0, 4)).toEqual(sent.slice(4));
    expect(new Set(sent).size).toBe(4);
    expect(sent[0]).toBe("call_1");
    for (const id of sent) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  }
});

describe("/v1/messages", () => {
  test("at most four marks for the cache, where the request grows", () => {
    const many: Message[] = Array.from({ length: 6 }, (_, at) => [
      ...hello.messages,
      { role: "assistant" as const, content: [{ type: "text" as const, text: `answer ${at}` }] },
    ]).flat();
    const messages = [...many, ...hello.messages];
    const marks = (body: unknown) => JSON.stringify(body).split("cache_control").length - 1;
    const body = encode("messages", { system: "Be brief.", tools: [read], messages });
    expect(marks(body)).toBe(3);
    expect(marks(body["system"])).toBe(1);
    expect(marks((body["messages"] as unknown[]).slice(-3))).toBe(2);
    expect(marks(encode("messages", { tools: [read] })["tools"])).toBe(1);
  });

  test("the longest answer that the model gives, where the caller names none", () => {
    expect(encode("messages", {}, { maxOutputTokens: 16_000 })["max_tokens"]).toBe(16_000);
    expect(encode("messages")["max_tokens"]).toBe(8192);
  });

  test("results stand first in the turn behind their calls; images of errors behind them", () => {
    const image = { type: "image" as const, mimeType: "image/png", data: "QUJD" };
    const body = encode("messages", {
      messages: [
        ...hello.messages,
        {
          role: "assistant",
          content: ["a", "b"].map(
            (id) => ({ type: "tool_call", id, name: "read", arguments: '{"p":1}' }) as const,
          ),
        },
        { role: "tool", callId: "b", name: "read", content: [image], isError: true },
        { role: "tool", callId: "a", name: "read", content: [image], isError: false },
        ...hello.messages,
      ],
    });
    const source = { type: "base64", media_type: "image/png", data: "QUJD" };
    expect(body["messages"]).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ type: "tool_use", input: { p: 1 } }, { type: "tool_use" }] },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a", content: [{ type: "image", source }] },
          { type: "tool_result", tool_use_id: "b", is_error: true },
          { type: "text" },
          { type: "image", source },
          { type: "text", text: "hello" },
        ],
      },
    ]);
  });
});

test("a collector keeps thoughts apart by their block, and joins the pieces of one", () => {
  const collector = createMessageCollector();
  const add = (text: string, block?: number, opaque?: string) =>
    collector.add({
      type: "reasoning_delta",
      text,
      ...(block !== undefined && { block }),
      ...(opaque !== undefined && { opaque }),
    });
  add("a", 0);
  add("b", 0, "S0");
  add("", 1, "S1");
  add("c", 2);
  add("", 2, "S2");
  collector.add({ type: "text_delta", text: "x" });
  add("d");
  add("e", undefined, "S3");
  expect(collector.message().content).toEqual([
    { type: "reasoning", text: "ab", opaque: "S0" },
    { type: "reasoning", text: "", opaque: "S1" },
    { type: "reasoning", text: "c", opaque: "S2" },
    { type: "text", text: "x" },
    { type: "reasoning", text: "de", opaque: "S3" },
  ]);
});
