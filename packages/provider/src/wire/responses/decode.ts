import { isRecord, parseJsonObject } from "../../errors/error-body.ts";
import { displayText } from "../../errors/redact.ts";
import type { FinishReason, ModelEvent } from "../../model/event.ts";
import { createAnswerErrors } from "../answer-error.ts";
import { originOf } from "../reasoning-state.ts";
import { list, record, text } from "../schema.ts";
import { readTypedEvents } from "../typed-events.ts";
import type { AnswerDecoder, DecodeContext } from "../wire-format.ts";
import { createItems } from "./items.ts";
import { RESPONSES_PATH } from "./path.ts";
import { readItem, readUsage } from "./schema.ts";

/** Decodes one answer of `/responses`, streamed or whole. An answer without its last event is an error. */
export function createResponsesDecoder(context: DecodeContext): AnswerDecoder {
  const errors = createAnswerErrors(context);
  const items = createItems(errors, originOf(context, RESPONSES_PATH));
  let begun = false;

  /** Where an event belongs. One that does not say cannot be put together with others. */
  function placeIn(event: Record<string, unknown>, field: string): number {
    const place = event[field];
    if (typeof place === "number" && Number.isInteger(place) && place >= 0) return place;
    throw errors.invalid(`an event of it has no ${field}`);
  }

  function part(event: Record<string, unknown>, field: string): number {
    const index = event[field];
    return typeof index === "number" ? index : 0;
  }

  /** True when the answer is complete. */
  function take(event: Record<string, unknown>, out: ModelEvent[]): boolean {
    const type = text(event["type"]);
    begun ||= type.startsWith("response.");
    switch (type) {
      case "response.output_text.delta":
        items.say(
          placeIn(event, "output_index"),
          part(event, "content_index"),
          text(event["delta"]),
          false,
          out,
        );
        return false;
      case "response.refusal.delta":
        items.say(
          placeIn(event, "output_index"),
          part(event, "content_index"),
          text(event["delta"]),
          true,
          out,
        );
        return false;
      case "response.function_call_arguments.delta":
        items.appendArguments(placeIn(event, "output_index"), text(event["delta"]), out);
        return false;
      case "response.reasoning_summary_text.delta":
        items.think(placeIn(event, "output_index"), part(event, "summary_index"), text(event["delta"]), out);
        return false;
      case "response.reasoning_text.delta":
        items.think(placeIn(event, "output_index"), part(event, "content_index"), text(event["delta"]), out);
        return false;
      case "response.function_call_arguments.done":
        items.settleArguments(placeIn(event, "output_index"), text(event["arguments"]), out);
        return false;
      case "response.output_item.added":
        items.begin(placeIn(event, "output_index"), readItem(event["item"]), out);
        return false;
      case "response.output_item.done":
        items.finish(placeIn(event, "output_index"), readItem(event["item"]), out);
        return false;
      case "response.completed":
      case "response.incomplete":
      case "response.done":
        checkStatus(record(event["response"]));
        end(record(event["response"]), event, out);
        return true;
      case "response.failed":
      case "response.cancelled":
      case "response.canceled":
        checkStatus({ ...record(event["response"]), status: type.slice("response.".length) });
        return false;
      default:
        if (type === "error" || isRecord(event["error"]) || type === "") refuse(event);
        return false;
    }
  }

  /** Whatever the event is called: an answer that says that it failed is none. */
  function checkStatus(response: Record<string, unknown>): void {
    const { status } = response;
    if (status === "failed") throw errors.reported({ error: failureOf(response) });
    if (status === "cancelled" || status === "canceled")
      throw errors.failed("the service cancelled the answer");
  }

  /** An error stands in the event itself or under `error`. */
  function refuse(event: Record<string, unknown>): void {
    if (event["type"] === undefined && !("error" in event)) return;
    const { code, message, type } = isRecord(event["error"]) ? event["error"] : event;
    throw errors.reported({
      error: { code: codeOf(code), type, message: text(message) || text(event["error"]) },
    });
  }

  function end(response: Record<string, unknown>, event: Record<string, unknown>, out: ModelEvent[]): void {
    const output = list(response["output"]);
    output.forEach((entry, index) => {
      const item = readItem(entry);
      if (!items.has(index)) items.finish(index, item, out);
      else if (item.type === "function_call") items.settleArguments(index, item.arguments, out);
    });
    const reason = reasonOf(response, event, out);
    if (reason === "end" && !items.hasText()) throw errors.invalid("the model answered with nothing");
    const usage = readUsage(response, event);
    if (usage) out.push({ type: "usage", usage });
    out.push({ type: "finish", reason });
  }

  function reasonOf(
    response: Record<string, unknown>,
    event: Record<string, unknown>,
    out: ModelEvent[],
  ): FinishReason {
    const why = text(record(response["incomplete_details"])["reason"]);
    if (why === "content_filter") return "content_filter";
    const cutShort = event["type"] === "response.incomplete" || response["status"] === "incomplete";
    const reason = items.calls.conclude(cutShort, out);
    return reason === "end" && items.refused() ? "content_filter" : reason;
  }

  return {
    ...readTypedEvents({ errors, take, refuse, hasBegun: () => begun }),
    json(body, out) {
      const value = parseJsonObject(body);
      if (!value) throw errors.invalid("the answer is JSON that was cut off or damaged");
      if (isRecord(value["error"]) && value["status"] !== "failed") refuse(value);
      const status = text(value["status"]) || "completed";
      if (!Array.isArray(value["output"]) && status !== "failed") {
        throw errors.invalid("the answer is JSON without any output");
      }
      const event = { type: `response.${status}`, response: value, copilot_usage: value["copilot_usage"] };
      if (!take(event, out)) throw errors.invalid(`the answer is "${displayText(status, 40)}"`);
    },
  };
}

function failureOf(response: Record<string, unknown>): Record<string, unknown> {
  const { code, message } = record(response["error"]);
  return { code: codeOf(code), message: text(message) };
}

/** A code may carry a detail behind a colon. */
function codeOf(code: unknown): string {
  return typeof code === "number" ? String(code) : (text(code).split(":", 1)[0] ?? "");
}
