import { callChunk, chunk, eventStream, readmeCall, smallUsage } from "./composed.ts";
import { composed, played, type StreamSource } from "./streams.ts";

const finish = chunk({ content: null }, "tool_calls", { usage: smallUsage });
const { function: readme, ...head } = readmeCall;

/** Streams that call tools. The fixtures are loaded when they are played. */
const toolStreams: readonly StreamSource[] = [
  composed("chat.tool_one", "one tool call: read README.md", () =>
    eventStream([
      callChunk({ ...head, function: { name: "read", arguments: "" } }, { role: "assistant" }),
      callChunk({ index: 0, function: { arguments: '{"path":' } }),
      callChunk({ index: 0, function: { arguments: '"README.md"}' } }),
      finish,
    ]),
  ),
  played(
    "chat.tool_parallel",
    "three tool calls with indexes",
    () => import("../fixtures/parallel-tools.ts"),
  ),
  played(
    "chat.tool_claude_index0",
    "two tool calls, both with index 0",
    () => import("../fixtures/claude-index0-tools.ts"),
  ),
  played(
    "chat.tool_claude_split",
    "one choice for each tool call",
    () => import("../fixtures/claude-split-choices.ts"),
  ),
  composed("chat.tool_index_from_1", "the index of the only call is 1", () =>
    eventStream([
      callChunk({ ...head, index: 1, function: { name: "read", arguments: "" } }),
      callChunk({ index: 1, function: { arguments: readme.arguments ?? "" } }),
      finish,
    ]),
  ),
  composed("chat.tool_id_repeated_empty_name", "continuations repeat the id and bring an empty name", () =>
    eventStream([
      callChunk({ ...head, function: { name: "read", arguments: '{"path":' } }),
      callChunk({ ...head, function: { name: "", arguments: '"README.md"}' } }),
      finish,
    ]),
  ),
  composed("chat.tool_no_args", "a call whose arguments never come", () =>
    eventStream([callChunk({ ...head, function: { name: "glob" } }), finish]),
  ),
  composed("chat.tool_whole_in_one_chunk", "a whole call in one chunk", () =>
    eventStream([callChunk(readmeCall), finish]),
  ),
  composed("chat.tool_finish_stop", "a call, but the finish reason is stop", () =>
    eventStream([callChunk(readmeCall), chunk({ content: null }, "stop")]),
  ),
  composed("chat.tool_annotations", "annotations ride on a tool call chunk", () =>
    eventStream([
      callChunk(readmeCall, {
        copilot_annotations: {
          CodeVulnerability: [{ id: 1, start_offset: 0, end_offset: 4, details: { type: "sample" } }],
        },
      }),
      finish,
    ]),
  ),
  composed("chat.tool_bad_json_args", "arguments that are no JSON", () =>
    eventStream([
      callChunk({ ...head, function: { name: "read", arguments: '{"path":"README.md"' } }),
      finish,
    ]),
  ),
  played(
    "chat.tool_flattened_args",
    "arguments as flattened paths",
    () => import("../fixtures/flattened-args.ts"),
  ),
  played("chat.reasoning", "thinking, then a tool call", () => import("../fixtures/reasoning.ts")),
  played(
    "chat.reasoning_opaque_split",
    "opaque state in two pieces",
    () => import("../fixtures/reasoning-opaque-split.ts"),
  ),
].map((source) => ({ ...source, callsTools: true }));

const said = (text: string): Record<string, unknown> => chunk({ content: text, role: "assistant" });

/** Streams that speak, end strangely, or fail. */
const textStreams: readonly StreamSource[] = [
  played("chat.text", "a text with characters outside ASCII", () => import("../fixtures/text.ts")),
  played(
    "chat.text_old",
    "the older form, without object, model and finish keys",
    () => import("../fixtures/text-old.ts"),
  ),
  played("chat.n2", "two choices", () => import("../fixtures/n2.ts")),
  played(
    "chat.cot_after_finish",
    "the id of the thinking comes after the finish",
    () => import("../fixtures/cot-after-finish.ts"),
  ),
  played("chat.null_choices", "chunks whose choices are null", () => import("../fixtures/null-choices.ts")),
  played(
    "chat.empty_completion",
    "no text, finish reason stop",
    () => import("../fixtures/empty-completion.ts"),
  ),
  played("chat.content_filter", "filtered for violence", () => import("../fixtures/content-filter.ts")),
  played(
    "chat.content_filter_copyright",
    "filtered for copyright",
    () => import("../fixtures/content-filter-copyright.ts"),
  ),
  played(
    "chat.error_midstream",
    "an error event after half an answer",
    () => import("../fixtures/error-midstream.ts"),
  ),
  played(
    "chat.error_trailing_bare_json",
    "an error without data: at the end",
    () => import("../fixtures/error-trailing-json.ts"),
  ),
  played(
    "chat.no_finish_reason",
    "no finish reason and no [DONE]",
    () => import("../fixtures/no-finish-reason.ts"),
  ),
  composed("chat.usage_last_chunk", "usage in a chunk of its own", () =>
    eventStream([
      said("Counted."),
      chunk({ content: null }, "stop"),
      { ...chunk({}), choices: [], usage: smallUsage },
    ]),
  ),
  composed("chat.usage_in_finish", "usage in the finish chunk", () =>
    eventStream([said("Counted."), chunk({ content: null }, "stop", { usage: smallUsage })]),
  ),
  composed("chat.usage_missing", "no usage at all", () =>
    eventStream([said("Not counted."), chunk({ content: null }, "stop")]),
  ),
  composed("chat.no_done", "a finish reason but no [DONE]", () =>
    eventStream([said("No end mark."), chunk({ content: null }, "stop")], false),
  ),
  composed("chat.done_without_finish", "[DONE] without a finish reason", () =>
    eventStream([said("No reason.")]),
  ),
  composed("chat.finish_error", "finish reason error", () => eventStream([said("Half"), chunk({}, "error")])),
  composed("chat.length", "cut by the token limit", () =>
    eventStream([said("This answer was cut"), chunk({ content: null }, "length", { usage: smallUsage })]),
  ),
];

/** Every scenario that plays one stream. */
export const streamSources: readonly StreamSource[] = [...textStreams, ...toolStreams];
