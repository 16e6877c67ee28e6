import { isRecord, type Call } from "../http/call.ts";
import { capiError, json, type FullReply } from "../http/reply.ts";
import { streamSources } from "./chat-streams.ts";
import type { Scenario } from "./scenario.ts";
import { streamed, streamOf } from "./streams.ts";
import { asksForStream, bringsToolResults } from "./tools.ts";

/** How chat answers look. */
export const chatScenarios: readonly Scenario[] = [
  ...streamSources.map((source) => streamed("chat", source)),
  {
    name: "chat.content_filter_once",
    summary: "filtered once, then as usual",
    play() {
      let played = false;
      return {
        chat: async (call, next) => {
          if (played || !asksForStream(call)) return next();
          played = true;
          return streamOf((await import("../fixtures/content-filter.ts")).stream);
        },
      };
    },
  },
  {
    name: "chat.stream_asked_json_given",
    summary: "one JSON body although a stream was asked for",
    play: () => ({ chat: () => whole("Not streamed.") }),
  },
  {
    name: "chat.nonstream_split",
    summary: "a body that is not streamed is split over several choices, one for each tool call",
    play: () => ({
      chat: (call, next) => (asksForStream(call) || bringsToolResults(call) ? next() : splitChoices()),
    }),
  },
  {
    name: "chat.reasoning_echo_required",
    summary:
      "thinks and calls a tool; an answer to the results that does not bring the opaque state back is empty",
    play: () => ({
      chat: async (call, next) => {
        if (!bringsToolResults(call)) return streamOf((await import("../fixtures/reasoning.ts")).stream);
        if (bringsOpaqueState(call)) return next();
        return streamOf((await import("../fixtures/empty-completion.ts")).stream);
      },
    }),
  },
  {
    name: "chat.strict_schema_gemini",
    summary: "refuses union types in array items, naming nothing",
    play: () => ({
      chat: (call, next) =>
        isRecord(call.body) && hasUnionItems(call.body["tools"])
          ? {
              type: "full",
              status: 400,
              headers: { "content-type": "text/plain; charset=utf-8" },
              body: "Bad Request\n",
            }
          : next(),
    }),
  },
  {
    name: "error.text_plain_json",
    summary: "a JSON error as text/plain",
    play: () => ({ capi: () => capiError(400, "invalid_request_body", "sample: refused") }),
  },
  {
    name: "error.empty_body",
    summary: "a 400 without a body",
    play: () => ({ capi: () => ({ type: "full", status: 400, headers: {}, body: "" }) }),
  },
  {
    name: "error.html",
    summary: "a 500 with a page",
    play: () => ({
      capi: () => ({
        type: "full",
        status: 500,
        headers: { "content-type": "text/html" },
        body: "<html><body><h1>500</h1></body></html>",
      }),
    }),
  },
];

function bringsOpaqueState(call: Call): boolean {
  const messages = isRecord(call.body) ? call.body["messages"] : undefined;
  if (!Array.isArray(messages)) return false;
  const callers = messages.filter(
    (message: unknown) => isRecord(message) && Array.isArray(message["tool_calls"]),
  );
  const last: unknown = callers.at(-1);
  return isRecord(last) && typeof last["reasoning_opaque"] === "string" && last["reasoning_opaque"] !== "";
}

function hasUnionItems(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnionItems);
  if (!isRecord(value)) return false;
  const items = value["items"];
  if (isRecord(items) && (Array.isArray(items["type"]) || Array.isArray(items["anyOf"]))) return true;
  return Object.values(value).some(hasUnionItems);
}

function whole(content: string): FullReply {
  return json(200, {
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    created: 1_790_000_000,
    id: "chatcmpl-COMPOSED",
    model: "gpt-4.1-2025-04-14",
    object: "chat.completion",
    usage: { completion_tokens: 4, prompt_tokens: 21, total_tokens: 25 },
  });
}

function splitChoices(): FullReply {
  const call = (id: string, path: string): Record<string, unknown> => ({
    finish_reason: "tool_calls",
    message: {
      role: "assistant",
      tool_calls: [
        { function: { arguments: JSON.stringify({ path }), name: "read_file" }, id, type: "function" },
      ],
    },
  });
  return json(200, {
    choices: [
      { finish_reason: "tool_calls", message: { content: "I'll look at both files.", role: "assistant" } },
      call("toolu_FIXTURE01", "src/a.ts"),
      call("toolu_FIXTURE02", "src/b.ts"),
    ],
    created: 1_790_000_000,
    id: "00000000-0000-4000-8000-000000000001",
    usage: {
      completion_tokens: 96,
      prompt_tokens: 1412,
      prompt_tokens_details: { cached_tokens: 1100 },
      total_tokens: 1508,
    },
    model: "claude-sonnet-4.5",
  });
}
