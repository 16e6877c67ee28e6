import { messageEvents } from "../copilot/messages/events.ts";
import type { ContentBlock } from "../copilot/messages/content.ts";
import { namedEvent, type WireEvent } from "../copilot/model-call.ts";
import { composed, played, type StreamSource } from "./streams.ts";

/** Redacted thinking that the simulator takes back. */
const REDACTED = Buffer.from("fixture redacted thinking").toString("base64");

const said = (text: string): ContentBlock => ({ type: "text", text });
const using = (number: number, name: string, json: string): ContentBlock => ({
  type: "tool_use",
  id: `toolu_COMPOSED${number}`,
  name,
  json,
});

function eventsOf(blocks: readonly ContentBlock[], stopReason = "end_turn"): string[] {
  return wireEvents(blocks, stopReason).map(({ payload }) => namedEvent(payload));
}

function wireEvents(blocks: readonly ContentBlock[], stopReason: string): WireEvent[] {
  const context = {
    id: "msg_COMPOSED",
    model: "claude-haiku-4.5",
    usage: { promptTokens: 40, completionTokens: 8 },
    stopReason,
  };
  return [...messageEvents(blocks, context)];
}

/** One call: read README.md. */
export function readingMessage(number: number): string {
  return eventsOf([using(number, "read", '{"path":"README.md"}')], "tool_use").join("");
}

/** The events of a text. */
export function saidMessage(text: string): WireEvent[] {
  return wireEvents([said(text)], "end_turn");
}

const ping = namedEvent({ type: "ping" });

const toolStreams: readonly StreamSource[] = [
  composed("messages.tools", "two parallel calls: read README.md and package.json", () =>
    eventsOf(
      [using(1, "read", '{"path":"README.md"}'), using(2, "read", '{"path":"package.json"}')],
      "tool_use",
    ).join(""),
  ),
  played(
    "messages.thinking",
    "thinking with its signature, a text and two calls",
    () => import("../fixtures/messages.ts"),
  ),
  composed("messages.tool_no_input", "a call whose input never comes", () =>
    eventsOf([using(1, "glob", "")], "tool_use")
      .filter((event) => !event.startsWith("event: content_block_delta\n"))
      .join(""),
  ),
].map((source) => ({ ...source, callsTools: true }));

/** Every scenario that plays one stream of `/v1/messages`. */
export const messagesStreams: readonly StreamSource[] = [
  composed("messages.text", "a text with characters outside ASCII", () =>
    eventsOf([said("Hello from the simulator — naïve ✓ 日本.")]).join(""),
  ),
  ...toolStreams,
  composed("messages.redacted_thinking", "thinking that nobody can read, then a text", () =>
    eventsOf([{ type: "redacted_thinking", data: REDACTED }, said("Option A.")]).join(""),
  ),
  composed("messages.ping", "a ping after every event", () =>
    eventsOf([said("Still here.")])
      .flatMap((event) => (event === ping ? [event] : [event, ping]))
      .join(""),
  ),
  played(
    "messages.refusal",
    "the model refuses, without a word",
    () => import("../fixtures/messages-refusal.ts"),
  ),
  composed("messages.context_window_exceeded", "cut by the context window", () =>
    eventsOf([said("This answer was cut")], "model_context_window_exceeded").join(""),
  ),
  played(
    "messages.error_event",
    "an error event, overloaded, while it thinks",
    () => import("../fixtures/messages-error.ts"),
  ),
  composed(
    "messages.done_line",
    "[DONE] after the last event",
    () => `${eventsOf([said("Ended twice.")]).join("")}data: [DONE]\n\n`,
  ),
];
