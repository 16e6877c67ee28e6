import { isRecord, parseJsonObject } from "../../errors/error-body.ts";
import { ProviderError, type ProviderErrorOptions } from "../../errors/provider-error.ts";
import { displayText } from "../../errors/redact.ts";
import { errorFromResponse } from "../../errors/response-error.ts";
import type { FinishReason, ModelEvent } from "../../model/event.ts";
import type { ReasoningOrigin } from "../../model/message.ts";
import type { Usage } from "../../model/usage.ts";
import type { AnswerDecoder, DecodeContext } from "../wire-format.ts";
import { CHAT_PATH, cotPrefix } from "./path.ts";
import { readChoice, type Choice } from "./schema.ts";
import { createToolCallJoiner, type GrowingCall } from "./tool-calls.ts";
import { readUsage } from "./usage.ts";

const TEXT_LIMIT = 8 * 1024 * 1024;

/** Decodes one answer of `/chat/completions`, streamed or whole. */
export function createChatDecoder(context: DecodeContext): AnswerDecoder {
  const joiner = createToolCallJoiner();
  const origin: ReasoningOrigin = { model: context.model, endpoint: CHAT_PATH };
  let usage: Usage | undefined;
  let finishReason = "";
  let namesFinish = false;
  let textLength = 0;
  let hasText = false;
  let tornLineHarmless = false;
  const begun = new Set<number>();
  const ended = new Set<number>();

  function choice(choice: Choice, out: ModelEvent[]): void {
    const { delta } = choice;
    namesFinish ||= choice.namesFinish;
    begun.add(choice.index);
    if (choice.finishReason !== "") ended.add(choice.index);
    // Several choices are one answer (we never ask for alternatives); a plain stop of one does not outweigh the others.
    if (choice.finishReason !== "" && (finishReason === "" || finishReason === "stop")) {
      finishReason = choice.finishReason;
    }
    if (delta.reasoningText !== "" || delta.reasoningOpaque !== "" || delta.cotId !== "") {
      const opaque = delta.reasoningOpaque || (delta.cotId === "" ? "" : cotPrefix + delta.cotId);
      out.push({
        type: "reasoning_delta",
        text: delta.reasoningText,
        ...(opaque !== "" && { opaque }),
        origin,
      });
      textLength += delta.reasoningText.length;
    }
    if (delta.content !== "") {
      textLength += delta.content.length;
      out.push({ type: "text_delta", text: delta.content });
      hasText = true;
    }
    if (textLength > TEXT_LIMIT) throw invalid("it is longer than 8 MB", { retryable: false });
    for (const call of delta.toolCalls) joiner.add(choice.index, call, out);
  }

  function chunk(value: Record<string, unknown>, out: ModelEvent[]): void {
    const choices = value["choices"];
    if (isRecord(value["error"]) || (typeof value["error"] === "string" && !Array.isArray(choices))) {
      throw inBand(value);
    }
    usage = readUsage(value) ?? usage;
    if (!Array.isArray(choices)) return;
    for (const entry of choices) {
      const read = readChoice(entry);
      if (read) choice(read, out);
    }
  }

  function inBand(value: Record<string, unknown>): ProviderError {
    return errorFromResponse({
      status: 0,
      headers: context.requestId === undefined ? {} : { "x-request-id": context.requestId },
      body: JSON.stringify(value),
      host: context.host,
      what: context.what,
    });
  }

  function invalid(why: string, options: ProviderErrorOptions = {}): ProviderError {
    return new ProviderError("invalid_response", `${context.what} failed: ${why}.`, {
      retryable: true,
      ...(context.requestId !== undefined && { requestId: context.requestId }),
      ...options,
    });
  }

  /** The answer has ended. `said`: the service said so itself, by a reason or by [DONE]. */
  function finish(said: boolean, out: ModelEvent[]): void {
    const { calls } = joiner;
    if (!said) {
      if (!hasText && calls.length === 0) throw invalid("the answer ended before it began");
      // The protocol lets a text end without a word. A service that does announce its ends was cut off.
      if (namesFinish || calls.length > 0) throw invalid("the answer was cut off before the model finished");
    }
    if (finishReason === "error") {
      throw new ProviderError("server_error", `${context.what} failed: the model stopped with an error.`, {
        retryable: true,
        ...(context.requestId !== undefined && { requestId: context.requestId }),
      });
    }
    const reason = conclude(calls, out);
    if (!hasText && calls.length === 0 && reason === "end") {
      throw invalid("the model answered with nothing");
    }
    if (usage) out.push({ type: "usage", usage });
    out.push({ type: "finish", reason });
  }

  /** Decides by the collected calls, not by the reason: tool calls often end with `stop`. */
  function conclude(calls: readonly GrowingCall[], out: ModelEvent[]): FinishReason {
    if (finishReason === "content_filter") return "content_filter";
    const unfinished = finishReason === "length";
    if (calls.length === 0) return unfinished ? "length" : "end";
    for (const call of calls) {
      if (unfinished && !isJson(call.arguments)) return "length";
      if (call.name === "") throw invalid("the model called a tool without a name");
      if (call.arguments.trim() !== "" && !isJson(call.arguments)) {
        throw invalid(
          `the arguments that the model wrote for the tool ${displayText(call.name, 64)} are not JSON`,
        );
      }
    }
    for (const call of calls) {
      if (call.arguments.trim() === "") out.push({ type: "tool_input_delta", callId: call.id, json: "{}" });
      out.push({ type: "tool_input_end", callId: call.id });
    }
    return "tool_calls";
  }

  return {
    data(data, torn, out) {
      if (data.trim() === "[DONE]") {
        finish(true, out);
        return true;
      }
      const value = parseJsonObject(data);
      // A whole line that is not JSON is skipped, as the official client does; a torn one is judged by end().
      if (value) chunk(value, out);
      if (torn) tornLineHarmless = value !== undefined || addsNothing(data);
      return false;
    },
    strayLine(line) {
      const value = parseJsonObject(line);
      if (value && "error" in value) throw inBand(value);
    },
    json(text, out) {
      const value = parseJsonObject(text);
      if (!value) throw invalid("the answer is JSON that was cut off or damaged");
      chunk(value, out);
      if (!Array.isArray(value["choices"])) throw invalid("the answer is JSON without any choices");
      finish(true, out);
    },
    end(torn, out) {
      const said = finishReason !== "";
      const open = said && [...begun].some((index) => !ended.has(index));
      if (open || (torn && !(said && tornLineHarmless))) {
        throw invalid("the answer was cut off in the middle");
      }
      finish(said, out);
    },
  };
}

/** Whether the beginning of a line can only be the end mark or a chunk without a choice, such as the usage. */
function addsNothing(data: string): boolean {
  return (data !== "" && "[DONE]".startsWith(data)) || /"choices": ?\[\]/.test(data);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
