import type { Initiator, Message, ModelInfo, Provider } from "@zotpilot/provider/model";
import { CoreError, serializeError, type CoreErrorCode, type SerializedError } from "../errors.ts";
import { isDurable, type AgentEvent, type DurableEvent, type SpentSoFar } from "../events/event.ts";
import { foldTranscript, reduceTranscript, type Transcript } from "../events/transcript.ts";
import { createBudget } from "../run/budget.ts";
import { createCompaction } from "../run/compaction.ts";
import { runAgent } from "../run/run-agent.ts";
import type { Session } from "../session/session.ts";
import { compose, toolRunner } from "../tools/run-tool.ts";
import type { Tool, ToolMiddleware } from "../tools/tool.ts";
import { contentOf, createInputQueue, type QueuedInput, type UserInput } from "./input-queue.ts";
import { createKeeper } from "./keeper.ts";
import { createModelLookup } from "./model-lookup.ts";

/** What an agent is made of. */
export interface AgentOptions {
  provider: Provider;
  /** A model id of the provider. */
  model: string;
  tools?: readonly Tool[];
  /** Wrapped around every tool call, outermost first. */
  middleware?: readonly ToolMiddleware[];
  /** Instructions that stand before the conversation. */
  system?: string;
  /** The folder that tools work in; the process's own when left out. */
  cwd?: string;
  /** Where the conversation is kept; its events are the conversation so far. In memory only when left out. */
  session?: Session;
  /**
   * Who is behind its prompts: a person (`user`, when left out), or another agent that it works for (`agent`). Copilot
   * bills by it; say the truth.
   */
  initiator?: Initiator;
  /** At most so many model calls a prompt; unlimited when left out. */
  maxSteps?: number;
  /** At most so many model calls in the life of this agent, tries again and summaries included. */
  maxRequests?: number;
  /** At most so many of Copilot's AI credits in the life of this agent. */
  maxCredits?: number;
  /** The part of the model's limit at which the conversation is summarised; 0.85 when left out, never when 0. */
  compactAt?: number;
  /** What is known of a model; asked of the provider's list when left out. */
  modelInfo?: (id: string, signal: AbortSignal) => Promise<ModelInfo | undefined>;
  /** The open tasks that a summary keeps word for word, a line each; the last checklist's when left out. */
  openTasks?: (messages: readonly Message[]) => readonly string[];
  /**
   * What happens when the session cannot be written, for example because the disk is full: the run ends (`stop`, when
   * left out), or it goes on with a `notice`, and what is missing is written as soon as that is possible (`continue`).
   */
  unsaved?: "stop" | "continue";
  now?: () => Date;
}

export type { QueuedInput, UserInput } from "./input-queue.ts";

/** How a prompt ended. */
export interface RunResult {
  reason: "done" | "aborted" | "error";
  error?: SerializedError;
}

/** Hears what an agent tells. */
export type AgentListener = (event: AgentEvent) => unknown;

/** An agent with a conversation. */
export interface Agent {
  readonly transcript: Transcript;
  readonly status: "idle" | "running";
  readonly model: string;
  readonly provider: Provider;
  readonly cwd: string;
  /**
   * Runs one prompt to its end. Throws `CoreError` `busy` while another runs; a failing run resolves with its error.
   * What a listener has thrown meanwhile is thrown at the end.
   */
  prompt(input: UserInput, options?: { signal?: AbortSignal }): Promise<RunResult>;
  /**
   * Says something to the model while it works: heard before its next call, once the tools of its last answer have
   * ended. When nothing runs, it is heard with the next prompt.
   */
  steer(input: UserInput): void;
  /** Says something that the model hears when it would otherwise stop; one at a time, in order. */
  followUp(input: UserInput): void;
  /** What was said by `steer` and `followUp` and not heard yet. */
  readonly queued: readonly QueuedInput[];
  /** Takes back what was not heard yet. */
  takeQueued(): QueuedInput[];
  /**
   * Summarises the conversation to make it shorter. Throws `CoreError` `busy` while a prompt runs, `nothing_to_compact`,
   * `compaction_failed`, or `aborted` after an `abort()`; then the conversation is as it was.
   */
  compact(options?: { signal?: AbortSignal }): Promise<void>;
  /** Gives the session a name; an empty one takes it away. Throws a `CoreError` when it cannot be kept. */
  rename(name: string): Promise<void>;
  /** What could not be written to the session so far, oldest first; see `unsaved` of the options. */
  readonly unsaved: readonly DurableEvent[];
  /** Stops the run, if one is under way. What was answered so far is kept. */
  abort(): void;
  /** Resolves when no prompt runs. */
  idle(): Promise<void>;
  /**
   * Takes effect on the next model call, also in the middle of a run. The id is not checked. Throws a `CoreError` when
   * the session cannot keep it; the model stays as it was.
   */
  setModel(model: string): Promise<void>;
  /** Starts the conversation anew. Throws `CoreError` `busy` while a prompt runs. */
  clear(): Promise<void>;
  /**
   * Hears every event from now on; returns how to stop. Durable events are on disk before they are heard. A listener
   * that throws spoils neither the run nor what others hear. One that returns a promise is waited for, so that a slow
   * reader slows the run down instead of filling the memory; it must not wait for the end of that run.
   */
  subscribe(listener: AgentListener): () => void;
  /** Aborts what runs, waits for its end, and closes the session. Can be called twice. */
  close(): Promise<void>;
}

/** What a listener has thrown, which may be undefined. */
type Thrown = { error: unknown };

function either(own: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other ? AbortSignal.any([own, other]) : own;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}

/** Makes an agent, continuing the conversation of its session. */
export function createAgent(options: AgentOptions): Agent {
  const { provider, session } = options;
  const tools = options.tools ?? [];
  const runTool = compose(toolRunner(tools), ...(options.middleware ?? []));
  const now = options.now ?? (() => new Date());
  const cwd = options.cwd ?? process.cwd();
  const listeners = new Set<AgentListener>();
  const queue = createInputQueue(now);
  const keeper = createKeeper(session, options.unsaved ?? "stop");
  const budget = createBudget(options);
  let transcript = foldTranscript(session?.events ?? []);
  const compaction = createCompaction({
    modelInfo: options.modelInfo ?? createModelLookup(provider, now),
    ...(options.compactAt !== undefined && { threshold: options.compactAt }),
    files: () => transcript.files,
    name: () => transcript.name,
    ...(options.openTasks && { openTasks: options.openTasks }),
    contextTokens: transcript.contextTokens,
  });
  let model = options.model;
  let running: AbortController | undefined;
  let finished: Promise<unknown> = Promise.resolve();

  /** Keeps an event, then tells it. Throws only when it cannot be kept; returns what a listener has thrown first. */
  async function publish(event: AgentEvent, whenKept?: () => void): Promise<Thrown | undefined> {
    const news = isDurable(event) ? await keeper.keep(event) : undefined;
    transcript = reduceTranscript(transcript, event);
    whenKept?.();
    const thrown = await tell(event);
    if (news === undefined) return thrown;
    const alsoThrown = await tell({ type: "notice", level: "warning", text: news });
    return thrown ?? alsoThrown;
  }

  async function tell(event: AgentEvent): Promise<Thrown | undefined> {
    let first: Thrown | undefined;
    const slow: unknown[] = [];
    for (const listener of listeners) {
      try {
        const heard = listener(event);
        if (isThenable(heard)) slow.push(heard);
      } catch (error) {
        first ??= { error };
      }
    }
    if (slow.length === 0) return first;
    for (const outcome of await Promise.allSettled(slow)) {
      if (outcome.status === "rejected") first ??= { error: outcome.reason };
    }
    return first;
  }

  /** Whoever caused an event learns that a listener is broken. */
  function rethrow(thrown: Thrown | undefined): void {
    if (thrown) throw thrown.error;
  }

  /** Marks the agent as busy while `work` goes on; nothing else may begin meanwhile. */
  function occupy<Result>(work: (controller: AbortController) => Promise<Result>): Promise<Result> {
    if (running) throw new CoreError("busy", "the agent is still working; wait for it or abort it");
    const controller = new AbortController();
    running = controller;
    const ended = work(controller).finally(() => {
      if (running === controller) running = undefined;
    });
    finished = ended.catch(() => undefined);
    return ended;
  }

  function spentSoFar(): SpentSoFar {
    const { usage, unmeasured, name } = transcript;
    return {
      usage,
      unmeasured,
      ...(transcript.model !== undefined && { model: transcript.model, provider: provider.id }),
      ...(name !== undefined && { name }),
    };
  }

  async function run(input: UserInput, signal: AbortSignal): Promise<RunResult> {
    const events = runAgent({
      provider,
      model: () => model,
      system: options.system ?? "",
      messages: transcript.messages,
      prompt: { role: "user", content: contentOf(input), at: now().toISOString() },
      tools,
      runTool,
      cwd,
      signal,
      usage: transcript.usage,
      unmeasured: transcript.unmeasured,
      ...(options.initiator && { initiator: options.initiator }),
      budget,
      inputs: queue,
      compaction,
      ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
      now,
    });
    let result: RunResult = { reason: "error" };
    let thrown: Thrown | undefined;
    try {
      for await (const event of events) {
        if (event.type === "run_end") {
          result = { reason: event.reason, ...(event.error && { error: event.error }) };
          // Over before it is told: who hears `run_end` may prompt again at once.
          running = undefined;
        }
        const heard = await publish(event);
        thrown ??= heard;
      }
    } catch (error) {
      // Only the session can fail here: say so and end the run, rather than go on with what nobody keeps.
      running = undefined;
      result = { reason: "error", error: serializeError(error) };
      const heard = await publish({ type: "run_end", ...result });
      thrown ??= heard;
    }
    rethrow(thrown);
    return result;
  }

  async function compact(signal: AbortSignal): Promise<void> {
    const { messages, usage, unmeasured } = transcript;
    const made = compaction.run({
      messages,
      reason: "asked",
      spent: { usage, unmeasured },
      options: { provider, model: () => model, system: options.system ?? "", tools, signal, budget, now },
    });
    let failure: SerializedError | undefined;
    let thrown: Thrown | undefined;
    for await (const event of made) {
      if (event.type === "compaction_end") {
        failure = event.error;
        running = undefined;
      }
      const heard = await publish(event);
      thrown ??= heard;
    }
    if (failure) throw new CoreError(failure.code as CoreErrorCode, failure.message);
    rethrow(thrown);
  }

  async function idle(): Promise<void> {
    // What ends may begin something new in a listener.
    for (let current; current !== finished;) {
      current = finished;
      await current;
    }
  }

  return {
    get transcript() {
      return transcript;
    },
    get status() {
      return running ? "running" : "idle";
    },
    get model() {
      return model;
    },
    provider,
    cwd,
    async prompt(input, { signal } = {}) {
      return occupy((controller) => run(input, either(controller.signal, signal)));
    },
    steer: (input) => queue.add("steering", input),
    followUp: (input) => queue.add("follow_up", input),
    get queued() {
      return queue.list();
    },
    takeQueued: () => queue.take(),
    async compact({ signal } = {}) {
      return occupy((controller) => compact(either(controller.signal, signal)));
    },
    async rename(name) {
      rethrow(await publish({ type: "session_named", name }));
    },
    get unsaved() {
      return keeper.unsaved;
    },
    abort() {
      running?.abort();
    },
    idle,
    async setModel(id) {
      const change: AgentEvent = { type: "model_changed", provider: provider.id, model: id };
      rethrow(await publish(change, () => (model = id)));
    },
    async clear() {
      rethrow(await occupy(() => publish({ type: "cleared", spent: spentSoFar() })));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      running?.abort();
      await idle();
      await keeper.flush();
      await session?.close();
    },
  };
}
