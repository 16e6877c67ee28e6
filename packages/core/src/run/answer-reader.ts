import { randomUUID } from "node:crypto";
import {
  createMessageCollector,
  type AssistantMessage,
  type FinishReason,
  type ModelEvent,
  type ReasoningOrigin,
  type Usage,
} from "@zotpilot/provider/model";
import { CoreError } from "../errors.ts";
import { maxAnswerLength, maxArgumentsLength } from "./limits.ts";

/** Takes in one answer: what comes out of it can be kept, read back, and sent to any service. */
export interface AnswerReader {
  /**
   * Checks what a provider says next, and returns it as far as it counts. Throws when nobody could make sense of it, or
   * when the answer grows beyond what any answer needs.
   */
  take(said: unknown): ModelEvent | undefined;
  /** What of the answer is whole so far; see `MessageCollector`. */
  message(): AssistantMessage;
  usage(): Usage | undefined;
  finishReason(): FinishReason | undefined;
}

/**
 * Begins an answer. A provider may be anybody's: event types that nobody knows are passed over, a usage with holes counts
 * as far as it goes, and calls that share an id or have none get one of their own. Checked by hand and not by a schema,
 * because an answer has thousands of events.
 */
export function createAnswerReader(): AnswerReader {
  const collector = createMessageCollector();
  /** Calls by the id that the provider uses now. */
  const calls = new Map<string, { id: string; length: number }>();
  const taken = new Set<string>();
  let length = 0;

  function grow(by: number): void {
    length += by;
    if (length > maxAnswerLength) {
      throw new CoreError("answer_too_long", `the answer is longer than ${maxAnswerLength} characters`);
    }
  }

  function check(said: Record<string, unknown>): ModelEvent | undefined {
    switch (said["type"]) {
      case "response_start":
        return { type: "response_start" };
      case "text_delta": {
        const text = textOf(said, "text");
        grow(text.length);
        return { type: "text_delta", text };
      }
      case "reasoning_delta": {
        const { opaque, origin, block } = said;
        const text = textOf(said, "text");
        grow(text.length + (typeof opaque === "string" ? opaque.length : 0));
        return {
          type: "reasoning_delta",
          text,
          ...(typeof opaque === "string" && { opaque }),
          ...(isOrigin(origin) && { origin }),
          ...(typeof block === "number" && { block }),
        };
      }
      case "tool_input_start": {
        const given = textOf(said, "callId");
        const id = given === "" || taken.has(given) ? `call_${randomUUID()}` : given;
        taken.add(id);
        calls.set(given, { id, length: 0 });
        return { type: "tool_input_start", callId: id, name: textOf(said, "name") };
      }
      case "tool_input_delta": {
        const call = calls.get(textOf(said, "callId"));
        const json = textOf(said, "json");
        if (!call) return undefined;
        call.length += json.length;
        if (call.length <= maxArgumentsLength) return { type: "tool_input_delta", callId: call.id, json };
        const message = `the arguments of a call are longer than ${maxArgumentsLength} characters`;
        throw new CoreError("answer_too_long", message);
      }
      case "tool_input_end": {
        const call = calls.get(textOf(said, "callId"));
        return call && { type: "tool_input_end", callId: call.id };
      }
      case "usage": {
        const usage = usageFrom(said["usage"]);
        return usage && { type: "usage", usage };
      }
      case "finish": {
        const reason = said["reason"];
        if (isFinishReason(reason)) return { type: "finish", reason };
        throw new Error(`the provider named no reason why the model stopped: ${String(reason)}`);
      }
      default:
        return undefined;
    }
  }

  return {
    take(said) {
      if (typeof said !== "object" || said === null) return undefined;
      const event = check(said as Record<string, unknown>);
      // Behind its end nothing belongs to an answer but what it cost.
      if (!event || (collector.finishReason() && event.type !== "usage")) return undefined;
      collector.add(event);
      return event;
    },
    message: collector.message,
    usage: collector.usage,
    finishReason: collector.finishReason,
  };
}

function textOf(said: Record<string, unknown>, field: string): string {
  const text = said[field];
  if (typeof text === "string") return text;
  throw new Error(`the provider sent a ${String(said["type"])} whose ${field} is no text`);
}

function isFinishReason(reason: unknown): reason is FinishReason {
  return reason === "end" || reason === "length" || reason === "tool_calls" || reason === "content_filter";
}

function isOrigin(origin: unknown): origin is ReasoningOrigin {
  if (typeof origin !== "object" || origin === null) return false;
  const { model, endpoint, account } = origin as Record<string, unknown>;
  return (
    typeof model === "string" &&
    typeof endpoint === "string" &&
    (account === undefined || typeof account === "string")
  );
}

/** What was told of the usage; undefined when it does not even say how many tokens came and went. */
function usageFrom(given: unknown): Usage | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const told = given as Record<string, unknown>;
  const inputTokens = amount(told["inputTokens"]);
  const outputTokens = amount(told["outputTokens"]);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cacheWriteTokens = amount(told["cacheWriteTokens"]);
  const nanoAiu = amount(told["nanoAiu"]);
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: amount(told["cachedInputTokens"]) ?? 0,
    reasoningTokens: amount(told["reasoningTokens"]) ?? 0,
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(nanoAiu !== undefined && { nanoAiu }),
  };
}

function amount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
