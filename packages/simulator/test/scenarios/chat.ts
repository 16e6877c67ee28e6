import { expect } from "vitest";
import { answer } from "../../src/index.ts";
import { chat, parseStream, streamCalls, streamText } from "../client.ts";
import { ask, type Check } from "./check.ts";

const user = { role: "user", content: "hi" };

/** Expects exactly the bytes of a fixture. */
const plays =
  (load: () => Promise<{ stream: string }>): Check =>
  async (simulator) => {
    const got = await ask(simulator);
    expect(got.headers.get("content-type")).toBe("text/event-stream");
    expect(got.text).toBe((await load()).stream);
  };

/** As {@link plays}; and the results of the tools are answered by the script. */
const callsTools =
  (load: () => Promise<{ stream: string }>, names: readonly string[]): Check =>
  async (simulator) => {
    await plays(load)(simulator);
    await answersResults(names)(simulator);
  };

/** Expects calls of these tools, and that the script answers when their results come. */
const answersResults =
  (names: readonly string[]): Check =>
  async (simulator) => {
    simulator.answerWith(answer.text("That was all."));
    const calls = streamCalls((await ask(simulator)).text);
    expect(calls.map((call) => call.name)).toEqual(names);
    const asked = calls.map(({ id, name }) => ({
      id,
      type: "function",
      function: { name, arguments: "{}" },
    }));
    const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "x" }));
    const messages = [user, { role: "assistant", content: null, tool_calls: asked }, ...results];
    expect(streamText((await ask(simulator, { messages })).text)).toBe("That was all.");
  };

/** Expects the stream to hold some texts and not others. */
const streams =
  (holds: readonly string[], lacks: readonly string[] = []): Check =>
  async (simulator) => {
    const { status, text } = await ask(simulator);
    expect(status).toBe(200);
    for (const piece of holds) expect(text).toContain(piece);
    for (const piece of lacks) expect(text).not.toContain(piece);
  };

const both =
  (...checks: readonly Check[]): Check =>
  async (simulator) => {
    for (const check of checks) await check(simulator);
  };

const DONE = "data: [DONE]";
const README = String.raw`"arguments":"{\"path\":\"README.md\"}"`;

/** What answers look like. */
export const chatChecks: Record<string, Check> = {
  "chat.text": plays(() => import("../../src/fixtures/text.ts")),
  "chat.text_old": plays(() => import("../../src/fixtures/text-old.ts")),
  "chat.n2": plays(() => import("../../src/fixtures/n2.ts")),
  "chat.cot_after_finish": plays(() => import("../../src/fixtures/cot-after-finish.ts")),
  "chat.null_choices": plays(() => import("../../src/fixtures/null-choices.ts")),
  "chat.empty_completion": plays(() => import("../../src/fixtures/empty-completion.ts")),
  "chat.content_filter": plays(() => import("../../src/fixtures/content-filter.ts")),
  "chat.content_filter_copyright": plays(() => import("../../src/fixtures/content-filter-copyright.ts")),
  "chat.error_midstream": plays(() => import("../../src/fixtures/error-midstream.ts")),
  "chat.error_trailing_bare_json": plays(() => import("../../src/fixtures/error-trailing-json.ts")),
  "chat.no_finish_reason": plays(() => import("../../src/fixtures/no-finish-reason.ts")),
  "chat.content_filter_once": async (simulator) => {
    await plays(() => import("../../src/fixtures/content-filter.ts"))(simulator);
    await streams([DONE], ['"filtered":true'])(simulator);
  },
  "chat.usage_last_chunk": streams(['"choices":[],', '"usage":{"prompt_tokens":40', "Counted."]),
  "chat.usage_in_finish": streams(
    ['"finish_reason":"stop"}],', '"usage":{"prompt_tokens":40'],
    ['"choices":[]'],
  ),
  "chat.usage_missing": streams(["Not counted.", DONE], ['"usage":{']),
  "chat.no_done": streams(["No end mark.", '"finish_reason":"stop"'], [DONE]),
  "chat.done_without_finish": streams(["No reason.", DONE], ['"finish_reason":"']),
  "chat.finish_error": streams(['"finish_reason":"error"']),
  "chat.length": streams(['"finish_reason":"length"']),
  "chat.tool_one": both(answersResults(["read"]), streams([String.raw`"arguments":"{\"path\":"`])),
  "chat.tool_parallel": callsTools(
    () => import("../../src/fixtures/parallel-tools.ts"),
    ["read_file", "read_file", "list_dir"],
  ),
  "chat.tool_claude_index0": callsTools(
    () => import("../../src/fixtures/claude-index0-tools.ts"),
    ["read_file", "read_file"],
  ),
  "chat.tool_claude_split": callsTools(
    () => import("../../src/fixtures/claude-split-choices.ts"),
    ["read_file", "read_file"],
  ),
  "chat.tool_index_from_1": both(answersResults(["read"]), streams(['"index":1'])),
  "chat.tool_id_repeated_empty_name": async (simulator) => {
    const parts = parseStream((await ask(simulator)).text).flatMap(
      (chunk) => chunk.choices[0]?.delta.tool_calls ?? [],
    );
    expect(parts.map((part) => [part.id, part.function.name])).toEqual([
      ["call_COMPOSED1", "read"],
      ["call_COMPOSED1", ""],
    ]);
  },
  "chat.tool_no_args": both(answersResults(["glob"]), streams(['"name":"glob"'], ['"arguments"'])),
  "chat.tool_whole_in_one_chunk": both(answersResults(["read"]), streams([README, '"name":"read"'])),
  "chat.tool_finish_stop": streams([README, '"finish_reason":"stop"'], ['"finish_reason":"tool_calls"']),
  "chat.tool_annotations": both(answersResults(["read"]), streams(["copilot_annotations"])),
  "chat.tool_bad_json_args": async (simulator) => {
    const [call] = streamCalls((await ask(simulator)).text);
    expect(call?.arguments).toBe('{"path":"README.md"');
  },
  "chat.tool_flattened_args": callsTools(() => import("../../src/fixtures/flattened-args.ts"), ["ask"]),
  "chat.reasoning": callsTools(() => import("../../src/fixtures/reasoning.ts"), ["read_file"]),
  "chat.reasoning_opaque_split": callsTools(
    () => import("../../src/fixtures/reasoning-opaque-split.ts"),
    ["read_file", "read_file"],
  ),
  "chat.reasoning_echo_required": async (simulator) => {
    simulator.answerWith(answer.text("Thank you."));
    const [call] = streamCalls((await ask(simulator)).text);
    const asked = { id: call?.id, type: "function", function: { name: "read_file", arguments: "{}" } };
    const said = (more: Record<string, unknown>) =>
      ask(simulator, {
        messages: [
          user,
          { role: "assistant", content: null, tool_calls: [asked], ...more },
          { role: "tool", tool_call_id: call?.id, content: "x" },
        ],
      });
    expect(streamText((await said({})).text)).toBe("");
    expect(streamText((await said({ reasoning_opaque: "b3BhcXVl" })).text)).toBe("Thank you.");
  },
  "chat.stream_asked_json_given": async (simulator) => {
    const got = await ask(simulator, { stream: true });
    expect(got.headers.get("content-type")).toContain("application/json");
    expect(JSON.parse(got.text)).toMatchObject({ choices: [{ message: { content: "Not streamed." } }] });
  },
  "chat.nonstream_split": async (simulator) => {
    const got = await ask(simulator, { stream: false });
    const { choices } = JSON.parse(got.text) as { choices: { message: { tool_calls?: unknown[] } }[] };
    expect(choices.map(({ message }) => message.tool_calls?.length ?? 0)).toEqual([0, 1, 1]);
  },
  "chat.strict_schema_gemini": async (simulator) => {
    const tools = (type: unknown) => [
      {
        type: "function",
        function: {
          name: "ask",
          parameters: { type: "object", properties: { list: { type: "array", items: { type } } } },
        },
      },
    ];
    const refused = await ask(simulator, { tools: tools(["object", "null"]) });
    expect([refused.status, refused.text]).toEqual([400, "Bad Request\n"]);
    expect((await ask(simulator, { tools: tools("object") })).status).toBe(200);
  },
  abort: async (simulator) => {
    const stop = new AbortController();
    const response = await chat(simulator, {}, { signal: stop.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader?.read();
    expect(first?.value).toContain('"content":"1 "');
    stop.abort();
    await expect(reader?.read()).rejects.toThrow("aborted");
    // The server sees the end when its socket does.
    await expect
      .poll(() => simulator.requests.at(-1), { timeout: 20_000, interval: 5 })
      .toMatchObject({ path: "/chat/completions", aborted: true });
  },
};
