import { isProviderError, type ProviderError } from "../src/errors.ts";
import { createMessageCollector, textOf, type ModelEvent } from "../src/model/index.ts";
import { anthropicMessages } from "../src/wire/anthropic-messages/anthropic-messages.ts";
import { chatCompletions } from "../src/wire/chat-completions/chat-completions.ts";
import { readAnswer } from "../src/wire/read-answer.ts";
import { responses } from "../src/wire/responses/responses.ts";
import type { DecodeContext, WireFormat } from "../src/wire/wire-format.ts";

/** The wires by the names that the fixtures have. */
export const wires = { chat: chatCompletions, responses, messages: anthropicMessages };

/** What came of an answer. */
export interface Decoded {
  events: ModelEvent[];
  error?: ProviderError;
}

/** Decodes bytes given in pieces; the generator stands for a body that ended as HTTP foresees it. */
export async function decode(
  wire: WireFormat,
  pieces: Iterable<Uint8Array>,
  context: Partial<DecodeContext> = {},
): Promise<Decoded> {
  const decoder = wire.createDecoder({
    model: "m",
    requestId: "req-1",
    what: "Asking",
    host: "host.example",
    account: "account-1",
    ...context,
  });
  const events: ModelEvent[] = [];
  async function* body() {
    for (const piece of pieces) yield piece;
  }
  try {
    for await (const event of readAnswer(body(), decoder)) events.push(event);
    return { events };
  } catch (error) {
    if (!isProviderError(error)) throw error;
    return { events, error };
  }
}

/** What a program that collects the events ends up with. Parses the arguments of every call that counts as complete. */
export function summary({ events, error }: Decoded) {
  const collector = createMessageCollector();
  for (const event of events) collector.add(event);
  const message = collector.message();
  const reasoning = message.content.filter((part) => part.type === "reasoning");
  return {
    text: textOf(message),
    reasoningText: reasoning.map((part) => part.text).join(""),
    opaque: reasoning.map((part) => part.opaque ?? "").join(""),
    calls: message.content.flatMap((part) =>
      part.type === "tool_call"
        ? [{ id: part.id, name: part.name, arguments: JSON.parse(part.arguments) as unknown }]
        : [],
    ),
    usage: collector.usage(),
    finish: collector.finishReason(),
    code: error?.code,
  };
}

/** Complains about events in an order that the port does not promise. */
export function grammarFaults({ events, error }: Decoded): string[] {
  const faults: string[] = [];
  const open = new Set<string>();
  const ended = new Set<string>();
  let closing: "usage" | "finish" | undefined;
  for (const event of events) {
    if (closing === "finish") faults.push(`${event.type} behind finish`);
    if (closing === "usage" && event.type !== "finish") faults.push(`${event.type} behind usage`);
    if (event.type === "usage" || event.type === "finish") closing = event.type;
    if (event.type === "tool_input_start") {
      if (open.has(event.callId) || ended.has(event.callId)) faults.push("a call began twice");
      open.add(event.callId);
    }
    if (event.type === "tool_input_delta" && !open.has(event.callId)) faults.push("arguments without a call");
    if (event.type === "tool_input_end") {
      if (!open.delete(event.callId)) faults.push("an end without a call");
      ended.add(event.callId);
    }
  }
  if ((closing === "finish") === (error !== undefined)) faults.push("neither or both of finish and error");
  if (error && ended.size > 0) faults.push("a call of a failed answer ended");
  return faults;
}

/** Events of a stream as bytes, one piece each. A string is sent as it is. */
export function frames(...events: unknown[]): Uint8Array[] {
  return events.map((event) =>
    Buffer.from(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`, "utf8"),
  );
}

/** Random numbers that are the same in every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
