import { expect } from "vitest";
import { answer, type Simulator } from "../../src/index.ts";
import { message, parseEvents, type NamedEvent } from "../client.ts";
import { read, type Check, type Got } from "./check.ts";

interface Block {
  type: string;
  [field: string]: unknown;
}

const user = { role: "user", content: "hi" };
const mark = { cache_control: { type: "ephemeral" } };

const ask = (
  simulator: Simulator,
  body: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Got> => read(message(simulator, body, { headers }));

/** Expects exactly the bytes of a fixture. */
const plays =
  (load: () => Promise<{ stream: string }>): Check =>
  async (simulator) => {
    const got = await ask(simulator);
    expect(got.headers.get("content-type")).toBe("text/event-stream");
    expect(got.text).toBe((await load()).stream);
  };

const streams =
  (look: (events: readonly NamedEvent[], blocks: readonly Block[]) => void): Check =>
  async (simulator) => {
    const { status, text } = await ask(simulator);
    expect(status).toBe(200);
    const events = parseEvents(text);
    look(events, blocksOf(events));
  };

/** Puts the blocks of a stream together. */
function blocksOf(events: readonly NamedEvent[]): Block[] {
  const blocks: Record<string, string>[] = [];
  for (const event of events) {
    const index = Number(event["index"]);
    if (event.type === "content_block_start") {
      blocks[index] = { ...(event["content_block"] as Record<string, string>), json: "" };
    }
    const block = blocks[index];
    if (event.type !== "content_block_delta" || block === undefined) continue;
    const { type: _, partial_json: json = "", ...rest } = event["delta"] as Record<string, string>;
    block["json"] += json;
    for (const [name, value] of Object.entries(rest)) {
      if (typeof value === "string") block[name] = (block[name] ?? "") + value;
    }
  }
  return blocks.map(({ json = "", type = "", ...block }) =>
    type === "tool_use"
      ? { ...block, type, input: JSON.parse(json === "" ? "{}" : json) as unknown }
      : { ...block, type },
  );
}

/** Expects calls of these tools, and that the script answers when their results come. */
const callsTools =
  (expected: readonly (readonly [string, Record<string, unknown>])[]): Check =>
  async (simulator) => {
    simulator.answerWith(answer.text("That was all."));
    const { messages, calls } = await secondTurn(simulator);
    expect(calls.map(({ name, input }) => [name, input])).toEqual(expected);
    const next = await ask(simulator, { messages });
    expect(next.status).toBe(200);
    expect(blocksOf(parseEvents(next.text))).toMatchObject([{ text: "That was all." }]);
  };

/** Asks, and gives what brings the results of the calls that come. */
async function secondTurn(
  simulator: Simulator,
): Promise<{ messages: Record<string, unknown>[]; content: Block[]; calls: Block[]; results: Block[] }> {
  const content = blocksOf(parseEvents((await ask(simulator)).text));
  const calls = content.filter((block) => block.type === "tool_use");
  const results = calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "x" }));
  const messages = [user, { role: "assistant", content }, { role: "user", content: results }];
  return { messages, content, calls, results };
}

const both =
  (...checks: readonly Check[]): Check =>
  async (simulator) => {
    for (const check of checks) await check(simulator);
  };

const stops = (reason: string) => (events: readonly NamedEvent[]) =>
  expect(events.at(-2)).toMatchObject({ type: "message_delta", delta: { stop_reason: reason } });

/** How `/v1/messages` answers. */
export const messagesChecks: Record<string, Check> = {
  "messages.text": streams((events, blocks) => {
    expect(blocks).toEqual([{ type: "text", text: "Hello from the simulator — naïve ✓ 日本." }]);
    stops("end_turn")(events);
  }),
  "messages.tools": both(
    streams(stops("tool_use")),
    callsTools([
      ["read", { path: "README.md" }],
      ["read", { path: "package.json" }],
    ]),
  ),
  "messages.thinking": both(
    plays(() => import("../../src/fixtures/messages.ts")),
    callsTools([
      ["read_file", { path: "src/a.ts" }],
      ["list_dir", {}],
    ]),
  ),
  "messages.redacted_thinking": async (simulator) => {
    const content = blocksOf(parseEvents((await ask(simulator)).text));
    expect(content).toEqual([
      { type: "redacted_thinking", data: Buffer.from("fixture redacted thinking").toString("base64") },
      { type: "text", text: "Option A." },
    ]);
    const messages = [user, { role: "assistant", content }, user];
    expect((await ask(simulator, { messages })).status).toBe(200);
  },
  "messages.tool_no_input": both(
    streams((events) => expect(events.map((event) => event.type)).not.toContain("content_block_delta")),
    callsTools([["glob", {}]]),
  ),
  "messages.ping": streams((events, blocks) => {
    expect(blocks).toMatchObject([{ text: "Still here." }]);
    const pings = events.filter((event) => event.type === "ping");
    expect(pings.length).toBeGreaterThanOrEqual(events.length / 2);
    expect(events.at(-1)?.type).toBe("ping");
  }),
  "messages.refusal": plays(() => import("../../src/fixtures/messages-refusal.ts")),
  "messages.context_window_exceeded": streams(stops("model_context_window_exceeded")),
  "messages.error_event": plays(() => import("../../src/fixtures/messages-error.ts")),
  "messages.done_line": async (simulator) => {
    const { text } = await ask(simulator);
    expect(text.endsWith("\n\ndata: [DONE]\n\n")).toBe(true);
    expect(parseEvents(text.replace("data: [DONE]\n\n", "")).at(-1)?.type).toBe("message_stop");
  },
  "messages.prefill_refused": async (simulator) => {
    const got = await ask(simulator, { messages: [user, { role: "assistant", content: "So" }] });
    expect([got.status, got.text]).toEqual([400, expect.stringContaining("assistant message prefill")]);
  },
  "messages.invalid_signature_once": async (simulator) => {
    simulator.answerWith(answer.text("That was all."));
    const { messages, content, results } = await secondTurn(simulator);
    for (let times = 0; times < 2; times += 1) {
      const got = await ask(simulator, { messages });
      expect([got.status, got.text]).toEqual([
        400,
        '{"error":{"message":"messages.1.content.0: Invalid signature in thinking block","code":"invalid_request_body"}}',
      ]);
    }
    const without = (blocks: readonly Block[]) => [
      user,
      { role: "assistant", content: blocks },
      { role: "user", content: results },
    ];
    expect((await ask(simulator, { messages: without(content.slice(1)) })).status).toBe(200);
    // What is thought from then on is good.
    const fresh = {
      ...content[0],
      type: "thinking",
      signature: Buffer.from("fixture other").toString("base64"),
    };
    expect((await ask(simulator, { messages: without([fresh, ...content.slice(1)]) })).status).toBe(200);
  },
  "messages.beta_refused": async (simulator) => {
    expect((await ask(simulator)).status).toBe(200);
    const got = await ask(simulator, {}, { "anthropic-beta": "interleaved-thinking-2025-05-14" });
    expect([got.status, got.text]).toEqual([
      400,
      '{"error":{"message":"unsupported beta header(s): interleaved-thinking-2025-05-14","code":"invalid_request_body"}}',
    ]);
  },
  "messages.cache_control_limit": async (simulator) => {
    const marked = (count: number) => ({
      messages: [
        {
          role: "user",
          content: Array.from({ length: count }, () => ({ type: "text", text: "x", ...mark })),
        },
      ],
    });
    expect((await ask(simulator, marked(4))).status).toBe(200);
    const got = await ask(simulator, marked(5));
    expect([got.status, got.text]).toEqual([400, expect.stringContaining("A maximum of 4 blocks")]);
  },
  "messages.too_long": async (simulator) => {
    const got = await ask(simulator);
    expect([got.status, got.headers.get("content-type"), got.text]).toEqual([
      400,
      "application/json; charset=utf-8",
      '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210194 tokens > 200000 maximum"},"request_id":"req_FIXTURE"}',
    ]);
    expect((await ask(simulator)).status).toBe(200);
  },
  "messages.extra_inputs": async (simulator) => {
    expect((await ask(simulator, { temperature: 1 })).status).toBe(200);
    const got = await ask(simulator, { user: "somebody" });
    expect([got.status, got.text]).toEqual([
      400,
      expect.stringContaining("user: Extra inputs are not permitted"),
    ]);
  },
};
