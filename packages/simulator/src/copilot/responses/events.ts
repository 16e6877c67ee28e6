import { copilotUsage } from "../usage.ts";
import type { WireEvent } from "../model-call.ts";
import { pieces, words } from "../speech.ts";
import { openItem, wholeItem, type OutputItem } from "./output.ts";
import {
  responseObject,
  responseUsage,
  type ResponseContext,
  type ResponseStatus,
} from "./response-object.ts";

/** An event without its number. */
type Draft = Omit<WireEvent, "isDelta"> & { isDelta?: boolean };

/**
 * An answer as the events of a responses stream. Every id is new on every event, as in recorded traffic; what holds
 * an item together is its `output_index`.
 */
export function* responseEvents(
  items: readonly OutputItem[],
  context: ResponseContext,
): Generator<WireEvent> {
  let number = 0;
  for (const { payload, ...event } of drafts(items, context)) {
    const { copilot_usage: cost, ...fields } = payload;
    const numbered = {
      ...fields,
      sequence_number: number,
      ...(cost === undefined ? {} : { copilot_usage: cost }),
    };
    number += 1;
    yield { isDelta: false, ...event, payload: numbered };
  }
}

/** The whole answer, for requests that are not streamed. */
export function wholeResponse(
  items: readonly OutputItem[],
  context: ResponseContext,
): Record<string, unknown> {
  const { response, copilot_usage: cost } = ending(items, context);
  return { ...(response as Record<string, unknown>), ...(cost === undefined ? {} : { copilot_usage: cost }) };
}

function* drafts(items: readonly OutputItem[], context: ResponseContext): Generator<Draft> {
  yield { payload: { type: "response.created", response: responseObject(context, "in_progress") } };
  yield { payload: { type: "response.in_progress", response: responseObject(context, "in_progress") } };
  for (const [index, item] of items.entries()) {
    const opened = openItem(item, itemId(item, index, context));
    yield { payload: { type: "response.output_item.added", output_index: index, item: opened } };
    yield* itemDrafts(item, index, context);
    const closed = wholeItem(item, itemId(item, index, context));
    yield { payload: { type: "response.output_item.done", output_index: index, item: closed } };
  }
  yield { payload: ending(items, context) };
}

function itemDrafts(item: OutputItem, index: number, context: ResponseContext): Generator<Draft> {
  switch (item.type) {
    case "reasoning":
      return reasoningDrafts(item.summary, index, context);
    case "message":
      return messageDrafts(item.text, index, context);
    case "function_call":
      return callDrafts(item.arguments, index, context);
    default:
      return item satisfies never;
  }
}

function* reasoningDrafts(summary: string, index: number, context: ResponseContext): Generator<Draft> {
  if (summary === "") return;
  const at = (): Record<string, unknown> => ({
    item_id: context.nextId("rs", index),
    output_index: index,
    summary_index: 0,
  });
  const part = (text: string): Record<string, unknown> => ({ type: "summary_text", text });
  yield { payload: { type: "response.reasoning_summary_part.added", ...at(), part: part("") } };
  for (const delta of words(summary)) {
    const type = "response.reasoning_summary_text.delta";
    yield { isDelta: true, payload: { type, ...at(), delta, obfuscation: padding(delta) } };
  }
  yield { payload: { type: "response.reasoning_summary_text.done", ...at(), text: summary } };
  yield { payload: { type: "response.reasoning_summary_part.done", ...at(), part: part(summary) } };
}

function* messageDrafts(text: string, index: number, context: ResponseContext): Generator<Draft> {
  const at = (): Record<string, unknown> => ({
    item_id: context.nextId("msg", index),
    output_index: index,
    content_index: 0,
  });
  const part = (said: string): Record<string, unknown> => ({
    type: "output_text",
    text: said,
    annotations: [],
    logprobs: [],
  });
  yield { payload: { type: "response.content_part.added", ...at(), part: part("") } };
  for (const delta of words(text)) {
    const payload = {
      type: "response.output_text.delta",
      ...at(),
      delta,
      logprobs: [],
      obfuscation: padding(delta),
    };
    yield { isDelta: true, payload };
  }
  yield { payload: { type: "response.output_text.done", ...at(), text, logprobs: [] } };
  yield { payload: { type: "response.content_part.done", ...at(), part: part(text) } };
}

function* callDrafts(json: string, index: number, context: ResponseContext): Generator<Draft> {
  const at = (): Record<string, unknown> => ({ item_id: context.nextId("fc", index), output_index: index });
  for (const delta of pieces(json)) {
    const type = "response.function_call_arguments.delta";
    yield { isDelta: true, isCall: true, payload: { type, ...at(), delta, obfuscation: padding(delta) } };
  }
  yield { payload: { type: "response.function_call_arguments.done", ...at(), arguments: json } };
}

/** The last event: how it ended, with everything once more. */
function ending(items: readonly OutputItem[], context: ResponseContext): Record<string, unknown> {
  const { status, ...more } = endingOf(context.finishReason);
  const output = items.map((item, index) => wholeItem(item, itemId(item, index, context)));
  const response = responseObject(context, status, { output, usage: responseUsage(context), ...more });
  const cost = context.usage === null ? {} : { copilot_usage: copilotUsage(context.usage) };
  return { type: `response.${status}`, response, ...cost };
}

function endingOf(finishReason: string): { status: ResponseStatus } & Record<string, unknown> {
  switch (finishReason) {
    case "length":
      return { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    case "content_filter":
      return { status: "incomplete", incomplete_details: { reason: "content_filter" } };
    case "error":
      return { status: "failed", error: { code: "server_error", message: "sample failure" } };
    case "cancelled":
      return { status: "cancelled" };
    default:
      return { status: "completed" };
  }
}

function itemId(item: OutputItem, index: number, context: ResponseContext): string {
  const kinds = { reasoning: "rs", message: "msg", function_call: "fc" } as const;
  return context.nextId(kinds[item.type], index);
}

/** Hides how long a delta is. */
function padding(delta: string): string {
  return "z".repeat(16 - (delta.length % 16));
}
