import { namedEvent, type WireEvent } from "../copilot/model-call.ts";
import { responseEvents } from "../copilot/responses/events.ts";
import type { OutputItem } from "../copilot/responses/output.ts";
import type { ResponseContext } from "../copilot/responses/response-object.ts";
import { composed, played, type StreamSource } from "./streams.ts";

/** Encrypted reasoning that the simulator takes back. */
const ENCRYPTED = Buffer.from("fixture composed reasoning").toString("base64");

const said = (text: string): OutputItem => ({ type: "message", text, phase: "final_answer" });
const reading = (number: number, path: string): OutputItem => ({
  type: "function_call",
  callId: `call_COMPOSED${number}`,
  name: "read",
  arguments: JSON.stringify({ path }),
});

/** Unlike those of the service as it was recorded, these ids stay what they are. */
function eventsOf(items: readonly OutputItem[], finishReason = "stop"): WireEvent[] {
  const context: ResponseContext = {
    model: "gpt-5.2-codex",
    created: 1_790_000_000,
    usage: { promptTokens: 40, completionTokens: 8 },
    reasoningTokens: 0,
    finishReason,
    body: {},
    nextId: (kind, index) => `${kind}_COMPOSED${index ?? ""}`,
  };
  return [...responseEvents(items, context)];
}

function streamed(events: readonly WireEvent[]): string {
  return events.map(({ payload }) => namedEvent(payload)).join("");
}

/** One call: read README.md. */
export function readingResponse(number: number): string {
  return streamed(eventsOf([reading(number, "README.md")]));
}

/** The events of a text. */
export function saidResponse(text: string): WireEvent[] {
  return eventsOf([said(text)]);
}

/** Takes the events of all items in turn, instead of item after item. */
function interleaved(events: readonly WireEvent[]): WireEvent[] {
  const indexOf = ({ payload }: WireEvent): unknown => payload["output_index"];
  const frame = events.filter((event) => indexOf(event) === undefined);
  const lists = [
    ...Map.groupBy(
      events.filter((event) => indexOf(event) !== undefined),
      indexOf,
    ).values(),
  ];
  const longest = Math.max(...lists.map((list) => list.length));
  const mixed = Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat();
  // The frame is created, in_progress, and how it ended.
  return [...frame.slice(0, 2), ...mixed, ...frame.slice(2)].map((event, number) => ({
    ...event,
    payload: { ...event.payload, sequence_number: number },
  }));
}

const toolStreams: readonly StreamSource[] = [
  composed("responses.tools", "two parallel calls: read README.md and package.json", () =>
    streamed(eventsOf([reading(1, "README.md"), reading(2, "package.json")])),
  ),
  played(
    "responses.id_rotation",
    "thinking, a text and two calls; every id is another one on every event",
    () => import("../fixtures/responses.ts"),
  ),
  composed("responses.interleaved_outputs", "the events of a text and of two calls come in turn", () =>
    streamed(
      interleaved(
        eventsOf([said("Reading both files."), reading(1, "README.md"), reading(2, "package.json")]),
      ),
    ),
  ),
].map((source) => ({ ...source, callsTools: true }));

/** Every scenario that plays one stream of `/responses`. */
export const responsesStreams: readonly StreamSource[] = [
  composed("responses.text", "a text with characters outside ASCII; its ids stay what they are", () =>
    streamed(eventsOf([said("Hello from the simulator — naïve ✓ 日本.")])),
  ),
  ...toolStreams,
  composed("responses.reasoning", "a summary of thinking with its encrypted state, then a text", () =>
    streamed(
      eventsOf([
        { type: "reasoning", summary: "Weighing two options.", encrypted: ENCRYPTED },
        said("Option A."),
      ]),
    ),
  ),
  played(
    "responses.incomplete_max_tokens",
    "cut by the token limit",
    () => import("../fixtures/responses-incomplete.ts"),
  ),
  composed("responses.incomplete_filter", "cut by the content filter", () =>
    streamed(eventsOf([said("The first part of an answer")], "content_filter")),
  ),
  played(
    "responses.failed",
    "it fails after half an answer",
    () => import("../fixtures/responses-failed.ts"),
  ),
  composed("responses.cancelled", "the service cancels after half an answer", () =>
    streamed(eventsOf([said("Half an ")], "cancelled")),
  ),
  played(
    "responses.error_flat",
    "an error event after half an answer, flat",
    () => import("../fixtures/responses-error-flat.ts"),
  ),
  played(
    "responses.error_nested",
    "an error event after half an answer, nested",
    () => import("../fixtures/responses-error-nested.ts"),
  ),
  played(
    "responses.no_terminal",
    "it ends without an event that says so",
    () => import("../fixtures/responses-no-terminal.ts"),
  ),
  composed(
    "responses.done_line",
    "[DONE] after the last event",
    () => `${streamed(eventsOf([said("Ended twice.")]))}data: [DONE]\n\n`,
  ),
];
