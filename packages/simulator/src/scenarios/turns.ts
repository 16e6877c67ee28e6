import { isRecord, type Call } from "../http/call.ts";
import { STREAM_HEADERS } from "../copilot/model-call.ts";
import type { Reply, Step } from "../http/reply.ts";
import { callChunk, chunk, eventStream, readmeCall } from "./composed.ts";
import type { Scenario } from "./scenario.ts";
import { streamOf } from "./streams.ts";
import { asksForStream } from "./tools.ts";

const WORDS = 500;

/** What happens over several requests of one turn, and in the middle of an answer. */
export const turnScenarios: readonly Scenario[] = [
  {
    name: "capi.initiator_log",
    summary:
      "a turn of three model calls: a tool call, another one, then the answer; the log has the x-initiator of each",
    play: () => ({
      chat: (call, next) => {
        const results = resultsSincePrompt(call);
        return results < 2 && asksForStream(call) ? toolCall(results + 1) : next();
      },
    }),
  },
  {
    name: "abort",
    summary: "a slow answer of 500 words, for clients that cancel; the log says that the client gave up",
    play: () => ({
      chat: (call, next) =>
        asksForStream(call)
          ? { type: "stream", status: 200, headers: STREAM_HEADERS, steps: slowWords() }
          : next(),
    }),
  },
  {
    name: "chat.orphan_tool_result",
    summary: "a tool result without its call is refused, as without a scenario",
    play: () => ({}),
  },
  {
    name: "chat.missing_tool_result",
    summary: "a tool call without its result is refused, as without a scenario",
    play: () => ({}),
  },
];

function resultsSincePrompt(call: Call): number {
  const messages = isRecord(call.body) ? call.body["messages"] : undefined;
  const roles = Array.isArray(messages)
    ? messages.map((message: unknown) => (isRecord(message) ? message["role"] : undefined))
    : [];
  return roles.slice(roles.lastIndexOf("user") + 1).filter((role) => role === "tool").length;
}

function toolCall(number: number): Reply {
  const part = { ...readmeCall, id: `call_COMPOSED${number}` };
  return streamOf(eventStream([callChunk(part), chunk({ content: null }, "tool_calls")]));
}

function* slowWords(): Generator<Step> {
  for (let word = 1; word <= WORDS; word += 1) {
    yield { type: "wait", ms: 10 };
    yield { type: "data", bytes: eventStream([chunk({ content: `${word} ` })], false) };
  }
  yield { type: "data", bytes: eventStream([chunk({ content: null }, "stop")]) };
}
