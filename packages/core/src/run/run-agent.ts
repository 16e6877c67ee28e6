import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import {
  addUsage,
  emptyUsage,
  type Message,
  type Provider,
  type ToolSpec,
  type Usage,
  type UserMessage,
} from "@zotpilot/provider/model";
import { CoreError, serializeError } from "../errors.ts";
import type { AgentEvent } from "../events/event.ts";
import { interruptedResult, unansweredCalls } from "../events/pairing.ts";
import type { Tool, ToolRunner } from "../tools/tool.ts";
import { runToolCalls } from "./run-tool-calls.ts";
import { runTurn } from "./run-turn.ts";

/** What one run of the agent needs. */
export interface RunOptions {
  provider: Provider;
  /** Asked before each model call, so that a change takes effect on the next one. */
  model: () => string;
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
  /** The usage of the conversation so far. */
  usage?: Usage;
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
  const messages: Message[] = [...options.messages];
  let total = options.usage ?? emptyUsage();
  for (const call of unansweredCalls(messages)) {
    const message = interruptedResult(call, options.now());
    messages.push(message);
    yield { type: "tool_message", message };
  }
  messages.push(options.prompt);
  yield { type: "user_message", message: options.prompt };

  const tools: ToolSpec[] = options.tools
    .map(({ name, description, parameters }) => ({ name, description, parameters }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));

  for (let turn = 1; ; turn++) {
    if (options.maxSteps !== undefined && turn > options.maxSteps) {
      const error = serializeError(new CoreError("turn_limit", `max steps (${options.maxSteps}) exceeded`));
      return { reason: "error", error };
    }
    const request = {
      model: options.model(),
      system: options.system,
      messages: [...messages],
      ...(tools.length > 0 && { tools }),
      // A person's prompt is billed as such; everything that follows from it is the agent's doing.
      initiator: turn === 1 ? ("user" as const) : ("agent" as const),
      interactionId,
    };
    const result = yield* runTurn(options, request, turn, total);
    if (result.usage) total = addUsage(total, result.usage);
    if (result.message.content.length > 0) messages.push(result.message);
    if (result.stopReason === "error") return { reason: "error", ...errorOf(result) };
    if (result.stopReason === "aborted") return { reason: "aborted" };

    const calls = result.message.content.filter((part) => part.type === "tool_call");
    if (calls.length === 0) return { reason: "done" };
    for await (const event of runToolCalls(options, calls)) {
      if (event.type === "tool_message") messages.push(event.message);
      yield event;
    }
    if (options.signal.aborted) return { reason: "aborted" };
  }
}

function errorOf(result: { error?: ReturnType<typeof serializeError> }) {
  return result.error ? { error: result.error } : {};
}
