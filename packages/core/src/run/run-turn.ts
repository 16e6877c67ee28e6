import {
  addUsage,
  createMessageCollector,
  type AssistantMessage,
  type ModelEvent,
  type ModelRequest,
  type StopReason,
  type Usage,
} from "@zotpilot/provider/model";
import { CoreError, serializeError, type SerializedError } from "../errors.ts";
import type { AgentEvent } from "../events/event.ts";
import { costOf, isMeasured, totalCost } from "../events/cost.ts";
import { maxAnswerLength, maxArgumentsLength } from "./limits.ts";
import { createRetries, wait } from "./retry.ts";
import type { RunOptions } from "./run-agent.ts";
import { untilAborted } from "./until-aborted.ts";

/** What the conversation has used so far. */
export interface Spent {
  usage: Usage;
  /** Model calls whose cost the service did not tell. */
  unmeasured: number;
}

/** How a model call went. `message` is what of it is kept. */
export interface TurnResult {
  message: AssistantMessage;
  stopReason: StopReason;
  error?: SerializedError;
  usage: Usage | null;
}

/** One model call: events as they come, then what is kept of it. Never throws. */
export async function* runTurn(
  options: RunOptions,
  request: ModelRequest,
  turn: number,
  before: Spent,
): AsyncGenerator<AgentEvent, TurnResult> {
  yield { type: "turn_start", turn };
  const result = yield* callModel(options, request, before);
  const { message, stopReason, error, usage } = result;
  // Also without content when it cost something: the sum of a conversation must survive a restart.
  if (message.content.length > 0 || usage) yield { type: "assistant_message", message, usage, stopReason };
  yield { type: "turn_end", turn, stopReason, ...(error && { error }) };
  return result;
}

async function* callModel(
  options: RunOptions,
  request: ModelRequest,
  before: Spent,
): AsyncGenerator<AgentEvent, TurnResult> {
  const retries = createRetries();
  for (;;) {
    const { attempt } = retries;
    const refusal = options.budget?.refusal();
    if (refusal) {
      const message: AssistantMessage = { role: "assistant", content: [] };
      return { message, stopReason: "error", error: serializeError(refusal), usage: null };
    }
    options.budget?.asked();
    const tooLong = createLengthGuard();
    const collector = createMessageCollector();
    let answered = false;
    let started = false;
    let failure: { error: unknown } | undefined;
    // A person asked once; trying again is the program's doing.
    const sent = attempt === 1 ? request : { ...request, initiator: "agent" as const };
    try {
      const events = options.provider.stream(sent, { signal: options.signal, quietRetries: false });
      for await (const event of untilAborted(events, options.signal)) {
        tooLong(event);
        collector.add(event);
        if (event.type === "response_start") started = true;
        else answered ||= event.type !== "usage" && event.type !== "finish";
        const shown = showModelEvent(event);
        if (shown) yield shown;
      }
      if (!collector.finishReason())
        failure = { error: new Error("the answer ended before it was finished") };
    } catch (error) {
      // Behind its end an answer is whole, whatever happens to the connection.
      if (!collector.finishReason()) failure = { error };
    }

    const delayMs =
      failure && !options.signal.aborted && !answered ? retries.after(failure.error) : undefined;
    if (failure && delayMs !== undefined) {
      yield { type: "retry", attempt, delayMs, error: serializeError(failure.error) };
      if (await wait(delayMs, options.signal)) continue;
    }

    const usage = collector.usage() ?? null;
    if (started) {
      const blind = options.budget?.spent(usage);
      if (blind !== undefined) yield { type: "notice", level: "warning", text: blind };
      const total = usage ? addUsage(before.usage, usage) : before.usage;
      const cost = {
        turn: costOf(usage),
        total: totalCost(total, before.unmeasured + (isMeasured(usage) ? 0 : 1)),
      };
      yield { type: "usage", turn: usage, total, cost };
    }
    const at = options.now().toISOString();
    if (options.signal.aborted && failure) {
      return { message: { ...textOnly(collector.message()), at }, stopReason: "aborted", usage };
    }
    if (failure) {
      const error = serializeError(failure.error);
      return { message: { ...textOnly(collector.message()), at }, stopReason: "error", error, usage };
    }
    const message = collector.message();
    const reason = collector.finishReason() ?? "end";
    // A cut answer may have cut a call as well: such calls never run, and none is left without a result.
    const complete = reason === "length" || reason === "content_filter" ? textOnly(message) : message;
    return { message: { ...complete, at }, stopReason: reason, usage };
  }
}

/** Throws when an answer grows beyond what any answer needs: nobody could keep, read or run it. */
function createLengthGuard(): (event: ModelEvent) => void {
  let length = 0;
  const argumentLengths = new Map<string, number>();
  return (event) => {
    if (event.type === "text_delta" || event.type === "reasoning_delta") length += event.text.length;
    if (length > maxAnswerLength) {
      throw new CoreError("answer_too_long", `the answer is longer than ${maxAnswerLength} characters`);
    }
    if (event.type !== "tool_input_delta") return;
    const sum = (argumentLengths.get(event.callId) ?? 0) + event.json.length;
    argumentLengths.set(event.callId, sum);
    if (sum > maxArgumentsLength) {
      throw new CoreError(
        "answer_too_long",
        `the arguments of a call are longer than ${maxArgumentsLength} characters`,
      );
    }
  };
}

/** What may stay of an answer that did not end well: its text. Half a thought or half a call is of no use. */
function textOnly(message: AssistantMessage): AssistantMessage {
  return { ...message, content: message.content.filter((part) => part.type === "text") };
}

function showModelEvent(event: ModelEvent): AgentEvent | undefined {
  switch (event.type) {
    case "response_start":
      return { type: "response_start" };
    case "text_delta":
    case "tool_input_start":
    case "tool_input_delta":
    case "tool_input_end":
      return event;
    case "reasoning_delta":
      return event.text === "" ? undefined : { type: "reasoning_delta", text: event.text };
    case "usage":
    case "finish":
      return undefined;
  }
}
