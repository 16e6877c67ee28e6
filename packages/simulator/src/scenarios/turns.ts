import { answer } from "../answer/build.ts";
import { namedEvent, STREAM_HEADERS, streamEvents } from "../copilot/model-call.ts";
import { isRecord, type Call } from "../http/call.ts";
import type { Reply, Step } from "../http/reply.ts";
import { callChunk, chunk, eventStream, readmeCall } from "./composed.ts";
import { readingMessage, saidMessage } from "./messages-streams.ts";
import { readingResponse, saidResponse } from "./responses-streams.ts";
import type { Hook, Hooks, Scenario } from "./scenario.ts";
import { streamOf } from "./streams.ts";
import { asksForStream, turnsOf } from "./tools.ts";

const WORDS = Array.from({ length: 500 }, (_, index) => `${index + 1} `);
const PAUSE_MS = 10;

/** What happens over several requests of one turn, and in the middle of an answer. */
export const turnScenarios: readonly Scenario[] = [
  {
    name: "capi.initiator_log",
    summary:
      "a turn of three model calls: a tool call, another one, then the answer; the log has the x-initiator of each",
    play: () => ({
      chat: callsTwice(readingChat),
      responses: callsTwice(readingResponse),
      messages: callsTwice(readingMessage),
    }),
  },
  {
    name: "abort",
    summary: "a slow answer of 500 words, for clients that cancel; the log says that the client gave up",
    play: (): Hooks => {
      const text = WORDS.join("");
      const slow = answer.text("", { delayMs: PAUSE_MS });
      return {
        chat: whenStreamed(() => ({
          type: "stream",
          status: 200,
          headers: STREAM_HEADERS,
          steps: slowChat(),
        })),
        responses: whenStreamed(() => streamEvents(saidResponse(text), slow, 0, namedEvent)),
        messages: whenStreamed(() => streamEvents(saidMessage(text), slow, 0, namedEvent)),
      };
    },
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

function whenStreamed(reply: () => Reply): Hook {
  return (call, next) => (asksForStream(call) ? reply() : next());
}

/** Calls a tool until two results have come. */
function callsTwice(reading: (number: number) => string): Hook {
  return (call, next) => {
    const results = resultsSincePrompt(call);
    return results < 2 && asksForStream(call) ? streamOf(reading(results + 1)) : next();
  };
}

/** Counts the tool results behind the last prompt, in each of the forms in which they come. */
function resultsSincePrompt(call: Call): number {
  let results = 0;
  for (const turn of turnsOf(call)) {
    const brought = resultsIn(turn);
    results = brought === 0 && turn["role"] === "user" ? 0 : results + brought;
  }
  return results;
}

function resultsIn(turn: Record<string, unknown>): number {
  if (turn["role"] === "tool" || turn["type"] === "function_call_output") return 1;
  const content: unknown[] = Array.isArray(turn["content"]) ? turn["content"] : [];
  return content.filter((block) => isRecord(block) && block["type"] === "tool_result").length;
}

function readingChat(number: number): string {
  const part = { ...readmeCall, id: `call_COMPOSED${number}` };
  return eventStream([callChunk(part), chunk({ content: null }, "tool_calls")]);
}

function* slowChat(): Generator<Step> {
  for (const word of WORDS) {
    yield { type: "wait", ms: PAUSE_MS };
    yield { type: "data", bytes: eventStream([chunk({ content: word })], false) };
  }
  yield { type: "data", bytes: eventStream([chunk({ content: null }, "stop")]) };
}
