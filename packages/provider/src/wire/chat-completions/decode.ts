import { isRecord, parseJsonObject } from "../../errors/error-body.ts";
import type { FinishReason, ModelEvent } from "../../model/event.ts";
import type { Usage } from "../../model/usage.ts";
import { createAnswerErrors, createTextMeter } from "../answer-error.ts";
import { createGrowingCalls } from "../growing-calls.ts";
import { originOf } from "../reasoning-state.ts";
import type { AnswerDecoder, DecodeContext } from "../wire-format.ts";
import { CHAT_PATH, cotPrefix } from "./path.ts";
import { readChoice, type Choice } from "./schema.ts";
import { createTextTemplate } from "./text-template.ts";
import { createToolCallJoiner } from "./tool-calls.ts";
import { readUsage } from "./usage.ts";

/** Most choices of one answer. */
const CHOICE_LIMIT = 10_000;

/** Decodes one answer of `/chat/completions`, streamed or whole. */
export function createChatDecoder(context: DecodeContext): AnswerDecoder {
  const errors = createAnswerErrors(context);
  const measure = createTextMeter(errors);
  const calls = createGrowingCalls(errors);
  const joiner = createToolCallJoiner(calls, errors);
  const template = createTextTemplate();
  const origin = originOf(context, CHAT_PATH);
  let usage: Usage | undefined;
  let finishReason = "";
  let namesFinish = false;
  let hasText = false;
  let tornLineHarmless = false;
  let skipped = false;
  const begun = new Set<number>();
  const ended = new Set<number>();

  function say(text: string, out: ModelEvent[]): void {
    measure(text.length);
    out.push({ type: "text_delta", text });
    hasText = true;
  }

  function choice(choice: Choice, out: ModelEvent[]): void {
    const { delta } = choice;
    namesFinish ||= choice.namesFinish;
    begun.add(choice.index);
    if (begun.size > CHOICE_LIMIT) throw errors.invalid("it has too many parts", { retryable: false });
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
      measure(delta.reasoningText.length);
    }
    if (delta.content !== "") say(delta.content, out);
    for (const call of delta.toolCalls) joiner.add(choice.index, call, out);
  }

  function chunk(value: Record<string, unknown>, data: string, out: ModelEvent[]): void {
    const choices = value["choices"];
    if (isRecord(value["error"]) || (typeof value["error"] === "string" && !Array.isArray(choices))) {
      throw errors.reported(value);
    }
    const counted = readUsage(value);
    usage = counted ?? usage;
    if (!Array.isArray(choices)) return;
    const before = out.length;
    for (const entry of choices) {
      const read = readChoice(entry);
      if (read) choice(read, out);
    }
    // A chunk that has said one text and nothing else stands for those that follow.
    const [event] = out.length === before + 1 ? out.slice(-1) : [];
    if (event?.type === "text_delta" && choices.length === 1 && !counted && !ended.size) {
      template.learn(data, event.text);
    }
  }

  /** The answer has ended. `said`: the service said so itself, by a reason or by [DONE]. */
  function finish(said: boolean, out: ModelEvent[]): void {
    if (!said) {
      if (!hasText && calls.all.length === 0) throw errors.invalid("the answer ended before it began");
      // The protocol lets a text end without a word. A service that does announce its ends was cut off.
      if (namesFinish || context.announcesEnd === true || calls.all.length > 0) {
        throw errors.invalid("the answer was cut off before the model finished");
      }
    }
    if (finishReason === "error") {
      throw errors.failed("the model stopped with an error");
    }
    const reason = conclude(out);
    if (!hasText && calls.all.length === 0 && reason === "end") {
      throw errors.invalid("the model answered with nothing");
    }
    if (usage) out.push({ type: "usage", usage });
    out.push({ type: "finish", reason });
  }

  /** Decides by the collected calls, not by the reason: tool calls often end with `stop`. */
  function conclude(out: ModelEvent[]): FinishReason {
    if (finishReason === "content_filter") return "content_filter";
    // What was skipped may have been a piece of the arguments.
    if (skipped && calls.all.length > 0) throw errors.invalid("a part of its tool calls could not be read");
    return calls.conclude(finishReason === "length", out);
  }

  return {
    skim(stream, at, out) {
      const { text, next } = template.skim(stream, at);
      if (text !== "") say(text, out);
      return next;
    },
    data(data, torn, out) {
      if (data.trim() === "[DONE]") {
        finish(true, out);
        return true;
      }
      const value = parseJsonObject(data);
      // A whole line that is not JSON is skipped, as the official client does; a torn one is judged by end().
      if (value) chunk(value, data, out);
      else if (data.trim() !== "") skipped = true;
      if (torn) tornLineHarmless = value !== undefined || addsNothing(data);
      return false;
    },
    strayLine(line) {
      const value = parseJsonObject(line);
      if (value && "error" in value) throw errors.reported(value);
    },
    json(text, out) {
      const value = parseJsonObject(text);
      if (!value) throw errors.invalid("the answer is JSON that was cut off or damaged");
      chunk(value, text, out);
      if (!Array.isArray(value["choices"])) throw errors.invalid("the answer is JSON without any choices");
      finish(true, out);
    },
    end(torn, out) {
      const said = finishReason !== "";
      const open = said && [...begun].some((index) => !ended.has(index));
      if (open || (torn && !(said && tornLineHarmless))) {
        throw errors.invalid("the answer was cut off in the middle");
      }
      finish(said, out);
    },
  };
}

/** Whether the beginning of a line can only be the end mark or a chunk without a choice, such as the usage. */
function addsNothing(data: string): boolean {
  return (data !== "" && "[DONE]".startsWith(data)) || /"choices": ?\[\]/.test(data);
}
