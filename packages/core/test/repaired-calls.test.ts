import { readFile } from "node:fs/promises";
import { createCopilot } from "@zotpilot/provider";
import type { ToolCall } from "@zotpilot/provider/model";
import { createSimulator } from "@zotpilot/simulator";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createAgent, defineTool, toolRunner, type AgentEvent, type Tool } from "../src/index.ts";
import { repairArguments } from "../src/tools/repair-arguments.ts";

const expected = new URL("../../provider/test/__fixtures__/expected.json", import.meta.url);

/** Asks questions; tells what it was called with. */
function askTool(told: (input: unknown) => void) {
  const option = z.strictObject({ label: z.string() });
  return defineTool({
    name: "ask",
    description: "Asks.",
    input: z.strictObject({
      title: z.string(),
      questions: z.array(z.strictObject({ header: z.string(), options: z.array(option) })),
    }),
    run: (input) => {
      told(input);
      return "Tabs";
    },
  });
}

test("chat.tool_flattened_args: what is approved is the repaired call, which runs; the conversation keeps the model's", async () => {
  const { "chat-stream-flattened-args.sse": fixture } = JSON.parse(await readFile(expected, "utf8"));
  const simulator = await createSimulator({ scenarios: ["chat.tool_flattened_args"] });
  const provider = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  onTestFinished(() => simulator.close());
  const ran: unknown[] = [];
  const approved: unknown[] = [];
  const started: unknown[] = [];
  const agent = createAgent({
    provider,
    model: "gpt-4.1",
    tools: [askTool((input) => ran.push(input))],
    middleware: [
      (next) => (call, context) => {
        approved.push(JSON.parse(call.arguments));
        return next(call, context);
      },
    ],
  });
  agent.subscribe((event: AgentEvent) => {
    if (event.type === "tool_start") started.push(JSON.parse(event.call.arguments));
  });
  expect(await agent.prompt("ask me")).toEqual({ reason: "done" });
  expect(fixture.repaired_arguments).toMatchObject({ questions: [{ header: "Style" }] });
  expect(approved).toEqual([fixture.repaired_arguments]);
  expect(started).toEqual([fixture.repaired_arguments]);
  expect(ran).toEqual([fixture.repaired_arguments]);

  const calls = agent.transcript.messages.flatMap((message) =>
    message.role === "assistant" ? message.content.filter((part) => part.type === "tool_call") : [],
  );
  expect(calls.map((call) => JSON.parse(call.arguments))).toEqual([fixture.tool_calls[0].arguments]);
});

const list = { type: "array" };
const parameters = {
  type: "object",
  properties: {
    items: list,
    other: list,
    one: { type: "object" },
    text: { type: "string" },
    maybe: { anyOf: [list, { type: "null" }] },
    either: { type: ["string", "array"] },
    "items[1]": { type: "string" },
  },
};
const tool = { ...askTool(() => undefined), parameters };
const repaired = (given: Record<string, unknown>, asked: Tool = tool): unknown => {
  const call: ToolCall = { type: "tool_call", id: "c", name: "ask", arguments: JSON.stringify(given) };
  const done = repairArguments(asked, call);
  if (done === call) return "as it was";
  expect({ ...done, arguments: call.arguments }).toEqual(call);
  return JSON.parse(done.arguments);
};

test.for([
  [{ "items[0]": 1 }, { items: [1] }],
  [
    { "items[0].a.b": null, "items[0].a.c": [1], text: "t" },
    { items: [{ a: { b: null, c: [1] } }], text: "t" },
  ],
  [
    { "items[0][0]": "x", "items[0][1]": "y", "other[0]": {} },
    { items: [["x", "y"]], other: [{}] },
  ],
  [{ "maybe[0]": 1 }, { maybe: [1] }],
  [
    { items: "[1, 2]", one: ' {"a": 1}' },
    { items: [1, 2], one: { a: 1 } },
  ],
  [{ maybe: '["x"]' }, { maybe: ["x"] }],
  [{ text: null, one: null, either: null }, {}],
  [
    { items: null, "items[0]": 1, other: "[1]" },
    { items: [1], other: [1] },
  ],
])("repairs %j", ([given, wanted]) => {
  expect(repaired(given as Record<string, unknown>)).toEqual(wanted);
});

test.for([
  [{ "items[1]": "a field of that name" }],
  [{ "items[0]": 1, items: [] }],
  [{ "items[2]": 1 }],
  [{ "items[0]": 1, "items[2]": 1 }],
  [{ "items[1000]": 1 }],
  [{ "items[99999999999999999999]": 1 }],
  [{ "items[0]": 1, "items[0].a": 1 }],
  [{ "items[0][0]": 1, "items[0].a": 1 }],
  [{ "items[0].__proto__.polluted": 1 }],
  [{ "items[0].constructor": 1 }],
  [{ "items[0].prototype": 1 }],
  [{ "constructor[0]": 1 }],
  [{ "unknown[0]": 1 }],
  [{ "text[0]": 1 }],
  [{ "one[0]": 1 }],
  [{ "either[0]": 1, either: "[1]" }],
  [{ "items[-1]": 1 }],
  [{ "items[0]x": 1 }],
  [{ [`items[0]${".a".repeat(40)}`]: 1 }],
  [{ items: "[1", one: "[1]", text: "[1]" }],
  [{ items: [1], text: "t" }],
  [{ maybe: null, unknown: null, toString: null, one: { a: null }, items: [null], text: "null" }],
] as const)("leaves %j to the tool", ([given]) => {
  expect(repaired(given)).toBe("as it was");
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("null is left out where a property is optional and does not take it, also when all take plain values", () => {
  const properties = {
    path: { type: "string" },
    limit: { type: "integer" },
    kind: { type: "string", enum: ["a", "b"] },
    list: { type: ["string", "null"] },
    mark: { type: "string", nullable: true },
    any: {},
    some: { enum: ["a", null] },
    other: { anyOf: [{ type: "string" }, { $ref: "#/definitions/x" }] },
    all: { allOf: [{ type: "string" }] },
  };
  const plain = { ...tool, parameters: { type: "object", properties, required: ["path"] } };
  const given = Object.fromEntries(Object.keys(properties).map((name) => [name, null]));
  const { limit: _, kind: __, ...left } = given;
  expect(repaired({ ...given, unknown: null }, plain)).toEqual({ ...left, unknown: null });
  expect(repaired({ path: null, list: null }, plain)).toBe("as it was");
  expect(repaired({ path: "null", limit: 1 }, plain)).toBe("as it was");
  const odd = { ...tool, parameters: { type: "object", properties, required: "path" } };
  expect(repaired({ path: null, limit: null }, odd)).toBe("as it was");
});

test("a tool of zod is told nothing of what was null, and takes its own default", async () => {
  const told: unknown[] = [];
  const zod = defineTool({
    name: "ask",
    description: "Asks.",
    input: z.object({ path: z.string(), limit: z.int().default(7), mark: z.string().nullable().optional() }),
    run: (input) => {
      told.push(input);
      return "";
    },
  });
  const call: ToolCall = {
    type: "tool_call",
    id: "c",
    name: "ask",
    arguments: '{"path":"a","limit":null,"mark":null}',
  };
  const context = { cwd: "/", signal: new AbortController().signal, progress: () => undefined };
  await toolRunner([zod])(repairArguments(zod, call), context);
  expect(told).toEqual([{ path: "a", limit: 7, mark: null }]);
});

test("what is no JSON, no object, or of no tool stays as it is", () => {
  for (const text of ["", "{", "[1]", '"x"']) {
    const call: ToolCall = { type: "tool_call", id: "c", name: "ask", arguments: text };
    expect(repairArguments(tool, call)).toBe(call);
    expect(repairArguments(undefined, call)).toBe(call);
  }
});
