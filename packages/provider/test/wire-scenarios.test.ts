import { answer, scenarioNames } from "@zotpilot/simulator";
import { describe, expect, test } from "vitest";
import {
  collectMessage,
  isProviderError,
  textOf,
  type Message,
  type ModelRequest,
  type ProviderErrorCode,
  type ToolCall,
} from "../src/index.ts";
import { expectNoSecret } from "./canary.ts";
import { hello, simulated } from "./simulated.ts";

/** What one request of a person comes to, by the names of the protocol reference. */
interface Row {
  text?: string;
  thoughts?: string;
  state?: string;
  calls?: readonly [name: string, given: unknown][];
  finish?: string;
  fails?: { code: ProviderErrorCode; retryable: boolean; serviceCode?: string };
}

const SAID = "Hello from the simulator — naïve ✓ 日本.";
const state = (text: string) => Buffer.from(text).toString("base64");
const reading: Row["calls"] = [
  ["read", { path: "README.md" }],
  ["read", { path: "package.json" }],
];

const ROWS: Record<string, Row> = {
  "responses.text": { text: SAID },
  "responses.tools": { calls: reading },
  "responses.id_rotation": {
    text: "Reading the file first.",
    thoughts: "**Check** read the file, then answer.",
    state: state("fixture encrypted reasoning state"),
    calls: [
      ["read_file", { path: "src/a.ts" }],
      ["read_file", { path: "src/b.ts" }],
    ],
  },
  "responses.interleaved_outputs": { text: "Reading both files.", calls: reading },
  "responses.reasoning": {
    text: "Option A.",
    thoughts: "Weighing two options.",
    state: `rs_COMPOSED0 ${state("fixture composed reasoning")}`,
  },
  "responses.incomplete_max_tokens": { text: "Half an ", finish: "length" },
  "responses.incomplete_filter": { text: "The first part of an answer", finish: "content_filter" },
  "responses.failed": { fails: { code: "server_error", retryable: true, serviceCode: "server_error" } },
  "responses.cancelled": { fails: { code: "server_error", retryable: true } },
  "responses.error_flat": {
    fails: { code: "rate_limited", retryable: true, serviceCode: "rate_limit_exceeded" },
  },
  "responses.error_nested": {
    fails: { code: "rate_limited", retryable: true, serviceCode: "user_model_rate_limited" },
  },
  "responses.no_terminal": { fails: { code: "invalid_response", retryable: true } },
  "responses.done_line": { text: "Ended twice." },
  "responses.store_check": { text: "From the script." },
  "responses.previous_response_not_found": { text: "From the script." },
  "messages.text": { text: SAID },
  "messages.tools": { calls: reading },
  "messages.thinking": {
    text: "I'll read both.",
    thoughts: "Two files to read.",
    state: state("fixture signature"),
    calls: [
      ["read_file", { path: "src/a.ts" }],
      ["list_dir", {}],
    ],
  },
  "messages.redacted_thinking": {
    text: "Option A.",
    thoughts: "",
    state: `redacted:${state("fixture redacted thinking")}`,
  },
  "messages.tool_no_input": { calls: [["glob", {}]] },
  "messages.ping": { text: "Still here." },
  "messages.refusal": { text: "", finish: "content_filter" },
  "messages.context_window_exceeded": { text: "This answer was cut", finish: "length" },
  "messages.error_event": {
    fails: { code: "rate_limited", retryable: true, serviceCode: "overloaded_error" },
  },
  "messages.done_line": { text: "Ended twice." },
  "messages.beta_refused": { text: "From the script." },
  "messages.cache_control_limit": { text: "From the script." },
  "messages.extra_inputs": { text: "From the script." },
  "messages.prefill_refused": { text: "From the script." },
  "messages.too_long": { fails: { code: "context_too_long", retryable: false } },
};

/** Scenarios of several requests have tests of their own below. */
const OWN = [
  "responses.encrypted_rejected",
  "responses.reasoning_id_check",
  "messages.invalid_signature_once",
];

const tools = ["read", "read_file", "list_dir", "glob"].map((name) => ({
  name,
  description: "Does it.",
  parameters: { type: "object" },
}));

function requestFor(name: string): ModelRequest {
  const model = name.startsWith("responses.") ? "gpt-5.2-codex" : "claude-haiku-4.5";
  const request: ModelRequest = { ...hello, model, system: "Be brief.", tools };
  if (name !== "messages.prefill_refused") return request;
  return {
    ...request,
    messages: [...hello.messages, { role: "assistant", content: [{ type: "text", text: "So " }] }],
  };
}

async function start(name: string) {
  const all = await simulated({ scenarios: [name], answer: answer.text("From the script.") });
  await all.copilot.listModels();
  return all;
}

/** The conversation with an answer and the results of its calls. */
function continued(request: ModelRequest, message: Message): ModelRequest {
  const results = message.content.filter((part): part is ToolCall => part.type === "tool_call");
  const messages: Message[] = [
    ...request.messages,
    message,
    ...results.map(({ id, name }): Message => ({
      role: "tool",
      callId: id,
      name,
      content: [{ type: "text", text: "x" }],
      isError: false,
    })),
  ];
  return { ...request, messages: results.length > 0 ? messages : [...messages, ...hello.messages] };
}

describe("one answer", () => {
  test.each(Object.entries(ROWS))("%s", async (name, row) => {
    const { copilot, secrets } = await start(name);
    const request = requestFor(name);
    const outcome = await collectMessage(copilot.stream(request)).catch((error: unknown) => ({ error }));
    if (row.fails) {
      if (!("error" in outcome) || !isProviderError(outcome.error)) throw new Error("it did not fail");
      expect(outcome.error).toMatchObject(row.fails);
      expectNoSecret(outcome.error, secrets());
      return;
    }
    if ("error" in outcome) throw outcome.error;
    const { content } = outcome.message;
    const thoughts = content.filter((part) => part.type === "reasoning");
    expect(textOf(outcome.message)).toBe(row.text ?? "");
    expect(thoughts.map(({ text }) => text).join("")).toBe(row.thoughts ?? "");
    expect(thoughts.map(({ opaque }) => opaque ?? "").join("")).toBe(row.state ?? "");
    expect(
      content.flatMap((part) =>
        part.type === "tool_call" ? [[part.name, JSON.parse(part.arguments) as unknown]] : [],
      ),
    ).toEqual(row.calls ?? []);
    expect(outcome.finishReason).toBe(row.finish ?? (row.calls ? "tool_calls" : "end"));
    if (row.finish !== undefined) return;
    // What came is taken when it goes back.
    const next = await collectMessage(copilot.stream(continued(request, outcome.message)));
    expect(next.finishReason).toBeDefined();
  });

  test("every scenario of these wires has a row, and every row a scenario", () => {
    const played = scenarioNames.filter((name) => /^(?:responses|messages)\./.test(name));
    expect([...Object.keys(ROWS), ...OWN].toSorted()).toEqual(played.toSorted());
  });
});

describe("state that is not taken back", () => {
  test.each(["responses.encrypted_rejected", "messages.invalid_signature_once"])(
    "%s: left out once and for all, and asked again once",
    async (name) => {
      const { copilot, simulator } = await start(name);
      const request = requestFor(name);
      const first = await collectMessage(copilot.stream(request));
      expect(first.finishReason).toBe("tool_calls");
      const second = continued(request, first.message);
      const before = simulator.requests.length;
      expect(textOf((await collectMessage(copilot.stream(second))).message)).toBe("From the script.");
      expect(simulator.requests.slice(before).map(({ status }) => status)).toEqual([400, 200]);
      // The conversation goes on with the same history, and is not refused again.
      expect(textOf((await collectMessage(copilot.stream(second))).message)).toBe("From the script.");
      expect(simulator.requests.slice(before).map(({ status }) => status)).toEqual([400, 200, 200]);
      const initiators = simulator.requests.slice(before).map(({ headers }) => headers["x-initiator"]);
      expect(new Set(initiators)).toEqual(new Set(["agent"]));
    },
  );

  test("responses.reasoning_id_check: an id that may be sent again goes back as it was when the item was done", async () => {
    const { copilot, simulator } = await start("responses.reasoning_id_check");
    const request = requestFor("responses.reasoning_id_check");
    const first = await collectMessage(copilot.stream(request));
    const second = await collectMessage(copilot.stream(continued(request, first.message)));
    expect(textOf(second.message)).toBe("From the script.");
    expect(simulator.requests.at(-1)?.status).toBe(200);
    expect(JSON.stringify(simulator.requests.at(-1)?.body)).toMatch(/"id":"rs_[0-9a-f]{48}"/);
  });
});
