import {
  addUsage,
  type AssistantMessage,
  type ModelEvent,
  type ModelRequest,
  type StopReason,
  type Usage,
} from "@zotpilot/provider/model";
import { serializeError, type SerializedError } from "../errors.ts";
import type { AgentEvent } from "../events/event.ts";
import { costOf, isMeasured, totalCost } from "../events/cost.ts";
import { createAnswerReader, type AnswerReader } from "./answer-reader.ts";
import { createRetries, wait } from "./retry.ts";
import type { RunOptions } from "./run-agent.ts";
import { untilAborted } from "./until-aborted.ts";

/** What the conversation has used so far. */
export interface Spent {
  usage: Usage;
  /** Model calls whose cost the service did not tell. */
  unmeasured: number;
  /** The premium requests that are known of; absent when none is. */
  premiumRequests?: number;
}

/** What one model call has cost, as far as anybody says. */
interface CallCost {
  usage: Usage | null;
  premiumRequests?: number;
}

/** How a model call went. `message` is what of it is kept. */
export interface TurnResult extends CallCost {
  message: AssistantMessage;
  stopReason: StopReason;
  error?: SerializedError;
  /** Whether a service has taken the request, and so counted it. */
  taken: boolean;
}

/** One model call: events as they come, then what is kept of it. Never throws. */
export async function* runTurn(
  options: RunOptions,
  request: ModelRequest,
  turn: number,
  spent: Spent,
): AsyncGenerator<AgentEvent, TurnResult> {
  yield { type: "turn_start", turn };
  const result = yield* callModel(options, request, spent);
  const { message, stopReason, error } = result;
  if (isKept(result)) yield { type: "assistant_message", message, ...costFields(result), stopReason };
  yield { type: "turn_end", turn, stopReason, ...(error && { error }) };
  return result;
}

async function* callModel(
  options: RunOptions,
  request: ModelRequest,
  spent: Spent,
): AsyncGenerator<AgentEvent, TurnResult> {
  const retries = createRetries();
  const counted =
    request.initiator === "user" ? options.premiumRequests?.(request.model, options.signal) : undefined;
  let taken = false;
  for (;;) {
    const { attempt } = retries;
    const refusal = options.budget?.refusal();
    if (refusal) {
      const message: AssistantMessage = { role: "assistant", content: [] };
      return { message, stopReason: "error", error: serializeError(refusal), usage: null, taken };
    }
    options.budget?.asked();
    const sent: ModelRequest = taken ? { ...request, initiator: "agent" } : request;
    const { reader, started, answered, failure } = yield* tryOnce(options, sent);
    const cost: CallCost = { usage: reader.usage() ?? null };
    if (started && !taken) {
      // A service that began to answer has counted the prompt; asked again, it is not to count it twice.
      taken = true;
      const premiumRequests = await counted;
      if (premiumRequests !== undefined) cost.premiumRequests = premiumRequests;
    }
    if (started || cost.usage) yield* tellUsage(options, cost, spent);
    const at = options.now().toISOString();
    const delayMs =
      failure && !options.signal.aborted && !answered ? retries.after(failure.error) : undefined;
    if (failure && delayMs !== undefined) {
      const message: AssistantMessage = { role: "assistant", content: [], at };
      if (isKept({ message, ...cost })) {
        // What came to nothing has cost something all the same.
        count(spent, cost);
        yield { type: "assistant_message", message, ...cost, stopReason: "error" };
        cost.usage = null;
        delete cost.premiumRequests;
      }
      yield { type: "retry", attempt, delayMs, error: serializeError(failure.error) };
      if (await wait(delayMs, options.signal)) continue;
    }
    const message = { ...reader.message(), at };
    if (failure) {
      const kept = { message: textOnly(message), ...cost, taken };
      if (options.signal.aborted) return { ...kept, stopReason: "aborted" };
      return { ...kept, stopReason: "error", error: serializeError(failure.error) };
    }
    const stopReason = reader.finishReason() ?? "end";
    // A cut answer may have cut a call as well: such calls never run, and none is left without a result.
    const isCut = stopReason === "length" || stopReason === "content_filter";
    return { message: isCut ? textOnly(message) : message, stopReason, ...cost, taken };
  }
}

/** How one try went. */
interface Try {
  reader: AnswerReader;
  /** Whether the service has taken the request. */
  started: boolean;
  /** Whether something of an answer came. */
  answered: boolean;
  failure?: { error: unknown };
}

async function* tryOnce(options: RunOptions, request: ModelRequest): AsyncGenerator<AgentEvent, Try> {
  const reader = createAnswerReader();
  let started = false;
  let answered = false;
  try {
    const events = options.provider.stream(request, { signal: options.signal, quietRetries: false });
    for await (const said of untilAborted(events, options.signal)) {
      const event = reader.take(said);
      if (!event) continue;
      started ||= event.type !== "usage";
      answered ||= event.type !== "response_start" && event.type !== "usage" && event.type !== "finish";
      const shown = showModelEvent(event);
      if (shown) yield shown;
    }
    if (!reader.finishReason()) throw new Error("the answer ended before it was finished");
  } catch (error) {
    // Behind its end an answer is whole, whatever happens to the connection.
    if (!reader.finishReason()) return { reader, started, answered, failure: { error } };
  }
  return { reader, started, answered };
}

/** Tells what a call has cost, and what it makes together with what was spent before. See `usage` of the events. */
export function* tellUsage(
  options: Pick<RunOptions, "budget">,
  call: CallCost,
  spent: Spent,
  mark: { auxiliary?: true } = {},
): Generator<AgentEvent, void> {
  const { usage, premiumRequests } = call;
  const blind = options.budget?.spent(usage);
  if (blind !== undefined) yield { type: "notice", level: "warning", text: blind };
  const sum = { ...spent };
  count(sum, call);
  const total = totalCost(sum.usage, sum.unmeasured, sum.premiumRequests);
  const cost = { turn: costOf(usage, premiumRequests), total };
  yield { type: "usage", turn: usage, total: sum.usage, cost, ...mark };
}

/** Adds a model call to what was spent. */
export function count(spent: Spent, { usage, premiumRequests }: CallCost): void {
  if (usage) spent.usage = addUsage(spent.usage, usage);
  if (!isMeasured(usage)) spent.unmeasured += 1;
  if (premiumRequests !== undefined) {
    spent.premiumRequests = (spent.premiumRequests ?? 0) + premiumRequests;
  }
}

/** Also without content when it cost something: the sum of a conversation must survive a restart. */
export function isKept({ message, usage, premiumRequests }: CallCost & Pick<TurnResult, "message">): boolean {
  return message.content.length > 0 || usage !== null || premiumRequests !== undefined;
}

function costFields({ usage, premiumRequests }: CallCost): CallCost {
  return { usage, ...(premiumRequests !== undefined && { premiumRequests }) };
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
