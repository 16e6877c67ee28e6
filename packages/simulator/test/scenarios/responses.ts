import { expect } from "vitest";
import { answer, type Simulator } from "../../src/index.ts";
import { parseEvents, respond, type NamedEvent } from "../client.ts";
import { read, type Check, type Got } from "./check.ts";

const user = { role: "user", content: "hi" };

const ask = (simulator: Simulator, body: Record<string, unknown> = {}): Promise<Got> =>
  read(respond(simulator, body));

const items = (text: string): Record<string, unknown>[] =>
  parseEvents(text)
    .filter((event) => event.type === "response.output_item.done")
    .map((event) => event["item"] as Record<string, unknown>);

/** Expects exactly the bytes of a fixture. */
const plays =
  (load: () => Promise<{ stream: string }>): Check =>
  async (simulator) => {
    const got = await ask(simulator);
    expect(got.headers.get("content-type")).toBe("text/event-stream");
    expect(got.text).toBe((await load()).stream);
  };

/** Expects events that {@link parseEvents} can read, and looks at them. */
const streams =
  (look: (events: readonly NamedEvent[], text: string) => void): Check =>
  async (simulator) => {
    const { status, text } = await ask(simulator);
    expect(status).toBe(200);
    look(parseEvents(text), text);
  };

/** Expects calls of these tools with their paths, and that the script answers when their outputs come. */
const callsTools =
  (expected: readonly (readonly [string, string])[]): Check =>
  async (simulator) => {
    simulator.answerWith(answer.text("That was all."));
    const said = items((await ask(simulator)).text);
    const calls = said.filter((item) => item["type"] === "function_call");
    expect(
      calls.map(({ name, arguments: json }) => [name, (JSON.parse(String(json)) as { path: string }).path]),
    ).toEqual(expected);
    const outputs = calls.map(({ call_id }) => ({ type: "function_call_output", call_id, output: "x" }));
    const next = await ask(simulator, { input: [user, ...said, ...outputs] });
    expect([next.status, next.text]).toEqual([200, expect.stringContaining("That was all.")]);
  };

const both =
  (...checks: readonly Check[]): Check =>
  async (simulator) => {
    for (const check of checks) await check(simulator);
  };

const joined = (events: readonly NamedEvent[], index: number): string =>
  events
    .filter((event) => typeof event["delta"] === "string" && event["output_index"] === index)
    .map((event) => String(event["delta"]))
    .join("");

const README = ["read", "README.md"] as const;
const PACKAGE = ["read", "package.json"] as const;
const SOURCES = [
  ["read_file", "src/a.ts"],
  ["read_file", "src/b.ts"],
] as const;

/** Asks until the tools of the fixture are called, and gives what brings their results, with the thinking changed. */
async function secondTurn(
  simulator: Simulator,
  change: (reasoning: Record<string, unknown>) => Record<string, unknown>[],
): Promise<Record<string, unknown>[]> {
  const said = items((await ask(simulator)).text);
  expect(said[0]).toMatchObject({ type: "reasoning" });
  const calls = said.filter((item) => item["type"] === "function_call");
  const outputs = calls.map(({ call_id }) => ({ type: "function_call_output", call_id, output: "x" }));
  return [user, ...change(said[0] ?? {}), ...said.slice(1), ...outputs];
}

/** How `/responses` answers. */
export const responsesChecks: Record<string, Check> = {
  "responses.text": streams((events) => {
    expect(joined(events, 0)).toBe("Hello from the simulator — naïve ✓ 日本.");
    const ids = new Set(events.map((event) => event["item_id"]).filter((id) => id !== undefined));
    expect(ids).toEqual(new Set(["msg_COMPOSED0"]));
    expect(events.at(-1)?.type).toBe("response.completed");
  }),
  "responses.tools": callsTools([README, PACKAGE]),
  "responses.reasoning": streams((events, text) => {
    expect(joined(events, 0)).toBe("Weighing two options.");
    expect(joined(events, 1)).toBe("Option A.");
    expect(items(text)[0]).toMatchObject({
      type: "reasoning",
      id: "rs_COMPOSED0",
      summary: [{ text: "Weighing two options." }],
      encrypted_content: Buffer.from("fixture composed reasoning").toString("base64"),
    });
  }),
  "responses.id_rotation": both(
    plays(() => import("../../src/fixtures/responses.ts")),
    callsTools(SOURCES),
  ),
  "responses.interleaved_outputs": both(
    streams((events) => {
      const order = events.map((event) => event["output_index"]).filter((index) => index !== undefined);
      expect(order.slice(0, 6)).toEqual([0, 1, 2, 0, 1, 2]);
      expect(joined(events, 0)).toBe("Reading both files.");
      expect(joined(events, 2)).toBe('{"path":"package.json"}');
      expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_, index) => index));
      expect(events.at(-1)?.type).toBe("response.completed");
    }),
    callsTools([README, PACKAGE]),
  ),
  "responses.incomplete_max_tokens": plays(() => import("../../src/fixtures/responses-incomplete.ts")),
  "responses.incomplete_filter": streams((events) =>
    expect(events.at(-1)).toMatchObject({
      type: "response.incomplete",
      response: { status: "incomplete", incomplete_details: { reason: "content_filter" } },
    }),
  ),
  "responses.failed": plays(() => import("../../src/fixtures/responses-failed.ts")),
  "responses.cancelled": streams((events) =>
    expect(events.at(-1)).toMatchObject({ type: "response.cancelled", response: { status: "cancelled" } }),
  ),
  "responses.error_flat": plays(() => import("../../src/fixtures/responses-error-flat.ts")),
  "responses.error_nested": plays(() => import("../../src/fixtures/responses-error-nested.ts")),
  "responses.no_terminal": plays(() => import("../../src/fixtures/responses-no-terminal.ts")),
  "responses.done_line": async (simulator) => {
    const { text } = await ask(simulator);
    expect(text.endsWith("\n\ndata: [DONE]\n\n")).toBe(true);
    const events = parseEvents(text.replace("data: [DONE]\n\n", ""));
    expect(events.at(-1)?.type).toBe("response.completed");
  },
  "responses.encrypted_rejected": async (simulator) => {
    simulator.answerWith(answer.text("That was all."));
    const kept = await secondTurn(simulator, (reasoning) => [reasoning]);
    for (let times = 0; times < 2; times += 1) {
      const got = await ask(simulator, { input: kept });
      expect([got.status, got.text]).toEqual([400, expect.stringContaining("invalid_encrypted_content")]);
    }
    const stripped = kept.filter((item) => item["type"] !== "reasoning");
    expect((await ask(simulator, { input: stripped })).text).toContain("That was all.");
    // What is thought from then on is good.
    const fresh = { ...kept[1], encrypted_content: Buffer.from("fixture other").toString("base64") };
    expect((await ask(simulator, { input: [...stripped, fresh, user] })).status).toBe(200);
  },
  "responses.reasoning_id_check": async (simulator) => {
    simulator.answerWith(answer.text("That was all."));
    const events = parseEvents((await ask(simulator)).text);
    const added = events.find((event) => event.type === "response.output_item.added")?.["item"] as {
      id: string;
    };
    expect(added.id).toMatch(/^rs_/);
    const bring = async (change: (reasoning: Record<string, unknown>) => Record<string, unknown>) =>
      ask(simulator, { input: await secondTurn(simulator, (reasoning) => [change(reasoning)]) });
    expect((await bring((reasoning) => reasoning)).text).toContain("That was all.");
    expect((await bring((reasoning) => ({ ...reasoning, id: undefined }))).status).toBe(200);
    for (const id of [added.id, "thinking_0"]) {
      const got = await bring((reasoning) => ({ ...reasoning, id }));
      expect([got.status, got.text]).toEqual([
        400,
        JSON.stringify({
          error: {
            message: `Invalid 'input[1].id': '${id}'. Expected an ID that begins with 'rs'.`,
            code: "invalid_request_body",
          },
        }),
      ]);
    }
  },
  "responses.store_check": async (simulator) => {
    expect((await ask(simulator, { store: false })).status).toBe(200);
    for (const store of [true, undefined]) {
      const got = await ask(simulator, { store });
      expect([got.status, got.text]).toEqual([400, expect.stringContaining("'store' must be false")]);
    }
  },
  "responses.previous_response_not_found": async (simulator) => {
    const got = await ask(simulator, { previous_response_id: "resp_1" });
    expect([got.status, got.text]).toEqual([
      400,
      '{"error":{"message":"Previous response was not found. (sample)","code":"previous_response_not_found"}}',
    ]);
  },
};
