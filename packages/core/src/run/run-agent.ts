import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import {
  emptyUsage,
  type Initiator,
  type Message,
  type Provider,
  type ReasoningEffort,
  type StopReason,
  type ToolCall,
  type ToolSpec,
  type UserMessage,
} from "@zotpilot/provider/model";
import { CoreError, serializeError, type SerializedError } from "../errors.ts";
import type { AskForApproval } from "../events/approval.ts";
import type { AgentEvent } from "../events/event.ts";
import type { TranscriptMessage } from "../events/transcript.ts";
import { interruptedResult, unansweredCalls } from "../events/pairing.ts";
import type { Tool, ToolRunner } from "../tools/tool.ts";
import type { Budget } from "./budget.ts";
import type { Compaction } from "./compaction.ts";
import { maxCallsRun } from "./limits.ts";
import { createRepeatGuard, type RepeatGuard } from "./repeat-guard.ts";
import type { Patiently } from "./patiently.ts";
import { runToolCalls } from "./run-tool-calls.ts";
import { count, isKept, runTurn, type Spent, type TurnResult } from "./run-turn.ts";

/** What a person says while a run goes on; each is asked for at a safe boundary and forgotten there. */
export interface RunInputs {
  /** What is to be heard before the next model call. */
  steering(): UserMessage[];
  /** What is to be heard when the model would stop. */
  followUp(): UserMessage | undefined;
}

/** What one run of the agent needs. */
export interface RunOptions {
  provider: Provider;
  /** Asked before each model call, so that a change takes effect on the next one. */
  model: () => string;
  /** Asked before each model call how hard that model is to think; it does as it does by itself when undefined. */
  effort?: (model: string, signal: AbortSignal) => Promise<ReasoningEffort | undefined>;
  system: string;
  /** The conversation so far, without the prompt. Calls at its end that nobody has answered are answered first. */
  messages: readonly Message[];
  prompt: UserMessage;
  tools: readonly Tool[];
  /** Runs a call; see `toolRunner` and `compose`. */
  runTool: ToolRunner;
  /** The folder that tools work in; absolute. */
  cwd: string;
  signal: AbortSignal;
  /** At most so many model calls; unlimited when left out. */
  maxSteps?: number;
  /** Who is behind the prompt: a person when left out, or another agent. */
  initiator?: Initiator;
  /** What the conversation has spent so far. */
  spent?: Spent;
  /** How many premium requests a person's prompt to a model counts as, when that is known. Asked beside the model call. */
  premiumRequests?: Patiently<number>;
  /** Asked before each model call, and told what it cost; see `createBudget`. */
  budget?: Budget;
  /** How to ask a person about a call; asked for with each, since who answers may come and go. */
  approver?: () => AskForApproval | undefined;
  /** What a person says while the run goes on. */
  inputs?: RunInputs;
  /** Makes the conversation shorter when it must be; see `createCompaction`. */
  compaction?: Compaction;
  now: () => Date;
  /** How long a tool may take to notice an abort before its call is answered without it; 5 seconds when left out. */
  abortGraceMs?: number;
}

/**
 * Asks the model, runs the tools it calls, and goes on until it stops. A generator: the reader's pace is respected
 * and `return()` ends the run, its tools included. Never throws; always ends in exactly one `run_end`.
 */
export async function* runAgent(options: RunOptions): AsyncGenerator<AgentEvent, void> {
  const runId = randomUUID();
  const left = new AbortController();
  let ended = false;
  yield { type: "run_start", runId };
  try {
    const signal = AbortSignal.any([options.signal, left.signal]);
    // As many listeners as calls run side by side: no leak, and no warning in the middle of a screen.
    setMaxListeners(0, signal);
    const end = yield* runTurns({ ...options, signal }, runId);
    ended = true;
    yield { type: "run_end", ...end };
  } catch (error) {
    if (ended) throw error;
    ended = true;
    yield { type: "run_end", reason: "error", error: serializeError(error) };
  } finally {
    if (!ended) left.abort();
  }
}

type RunEnd = Omit<Extract<AgentEvent, { type: "run_end" }>, "type">;

async function* runTurns(options: RunOptions, interactionId: string): AsyncGenerator<AgentEvent, RunEnd> {
  let messages: Message[] = [...options.messages];
  /** The same as the model may see them: made once each, because each call takes all of them. */
  let outgoing = messages.map(sendable);
  const spent: Spent = { ...(options.spent ?? { usage: emptyUsage(), unmeasured: 0 }) };
  const repeats = createRepeatGuard();
  for (const call of unansweredCalls(messages)) {
    const message = interruptedResult(call, options.now());
    add(message);
    yield { type: "tool_message", message };
  }

  const tools: ToolSpec[] = options.tools
    .map(({ name, description, parameters }) => ({ name, description, parameters }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  /** Whether a person has said something that no service has taken yet. */
  let fresh = false;
  let steps = 0;
  let callsRun = 0;

  function add(message: TranscriptMessage): void {
    messages.push(message);
    outgoing.push(sendable(message));
  }

  function* hear(message: UserMessage): Generator<AgentEvent, void> {
    fresh = true;
    repeats.reset();
    add(message);
    yield { type: "user_message", message };
  }

  async function* compact(reason: "limit" | "overflow"): AsyncGenerator<AgentEvent, boolean> {
    const made = yield* options.compaction?.run({ messages, reason, spent, options }) ?? none();
    if (made) {
      messages = [...made];
      outgoing = messages.map(sendable);
    }
    return made !== undefined;
  }

  // What was said after an earlier run had ended was said before this prompt.
  for (const message of options.inputs?.steering() ?? []) yield* hear(message);
  yield* hear(options.prompt);
  for (let turn = 1; ; turn++) {
    if (options.maxSteps !== undefined && steps >= options.maxSteps) {
      const error = serializeError(new CoreError("turn_limit", `max steps (${options.maxSteps}) exceeded`));
      return { reason: "error", error };
    }
    steps += 1;
    if (!options.signal.aborted) {
      for (const message of options.inputs?.steering() ?? []) yield* hear(message);
    }
    if (await options.compaction?.isDue(messages, options)) yield* compact("limit");

    const model = options.model();
    const reasoningEffort = await options.effort?.(model, options.signal);
    const request = {
      model,
      ...(reasoningEffort && { reasoningEffort }),
      system: options.system,
      messages: outgoing.slice(),
      ...(tools.length > 0 && { tools }),
      // A person's prompt is billed as such; everything that follows once a service has taken it is the agent's doing.
      initiator: fresh ? (options.initiator ?? ("user" as const)) : ("agent" as const),
      interactionId,
    };
    const result = yield* runTurn(options, request, turn, spent);
    if (result.taken) fresh = false;
    if (isKept(result)) count(spent, result);
    options.compaction?.answered(result.usage, messages.length);
    if (result.message.content.length > 0) add(result.message);
    if (result.stopReason === "error") {
      // The model cannot take so much: make it shorter and ask once more.
      const isOverflow = result.error?.code === "context_too_long" && result.message.content.length === 0;
      if (isOverflow && !options.signal.aborted && (yield* compact("overflow"))) continue;
      return { reason: options.signal.aborted ? "aborted" : "error", ...errorOf(options, result) };
    }
    if (result.stopReason === "aborted") return { reason: "aborted" };
    const cut = whyCut[result.stopReason];
    if (cut !== undefined) yield { type: "notice", level: "warning", text: `The answer ends here: ${cut}.` };

    const calls = result.message.content.filter((part) => part.type === "tool_call");
    if (calls.length === 0) {
      // What was said at the last moment is heard before the end.
      const steering = options.inputs?.steering() ?? [];
      for (const message of steering) yield* hear(message);
      if (steering.length > 0) continue;
      const followUp = options.inputs?.followUp();
      if (!followUp) return { reason: "done" };
      steps = 0;
      callsRun = 0;
      yield* hear(followUp);
      continue;
    }
    const byId = new Map(calls.map((call) => [call.id, call]));
    const answered: { call: ToolCall; failed: boolean }[] = [];
    for await (const event of runToolCalls(options, calls)) {
      if (event.type === "tool_message") {
        add(event.message);
        const call = byId.get(event.message.callId);
        if (call) answered.push({ call, failed: event.message.isError });
      }
      yield event;
    }
    if (options.signal.aborted) return { reason: "aborted" };
    repeats.note(answered);
    callsRun += calls.length;
    const stop = stopAfterTools(repeats, callsRun);
    if (stop) return { reason: "error", error: serializeError(stop) };
  }
}

/** Why an answer is not whole although the model has ended it. */
const whyCut: Partial<Record<StopReason, string>> = {
  length: "the model's limit for one answer was reached",
  content_filter: "the service's content filter stopped it",
};

/** A message as the model may see it: what was meant for the screen stays here. */
function sendable(message: TranscriptMessage): Message {
  if ("details" in message) {
    const { details: _, ...sent } = message;
    return sent;
  }
  if (!("summary" in message)) return message;
  const { summary: _, ...sent } = message;
  return sent;
}

function stopAfterTools(repeats: RepeatGuard, callsRun: number): CoreError | undefined {
  const stuck = repeats.stuck();
  if (stuck) {
    const { call, times } = stuck;
    return new CoreError(
      "repeated_failure",
      `stopped: the model made the same failing call of ${call.name} ${times} times`,
    );
  }
  if (callsRun < maxCallsRun) return undefined;
  return new CoreError("tool_limit", `stopped after ${callsRun} tool calls; say "go on" for more`);
}

// A generator that yields nothing and returns nothing.
async function* none(): AsyncGenerator<AgentEvent, undefined> {}

function errorOf(options: RunOptions, result: TurnResult): { error?: SerializedError } {
  return result.error && !options.signal.aborted ? { error: result.error } : {};
}
