import type { Provider, UserMessage } from "@zotpilot/provider/model";
import { CoreError, serializeError, type SerializedError } from "../errors.ts";
import { isDurable, type AgentEvent } from "../events/event.ts";
import { emptyTranscript, reduceTranscript, type Transcript } from "../events/transcript.ts";
import { runAgent } from "../run/run-agent.ts";
import type { Session } from "../session/session.ts";
import { compose, toolRunner } from "../tools/run-tool.ts";
import type { Tool, ToolMiddleware } from "../tools/tool.ts";

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
  /** At most so many model calls a prompt; unlimited when left out. */
  maxSteps?: number;
  now?: () => Date;
}

/** What a person says: text, or text with images. */
export type UserInput = string | UserMessage["content"];

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
  let transcript = (session?.events ?? []).reduce(reduceTranscript, emptyTranscript);
  let model = options.model;
  let running: AbortController | undefined;
  let finished: Promise<unknown> = Promise.resolve();

  /** Keeps an event, then tells it. Throws only when it cannot be kept; returns what a listener has thrown first. */
  async function publish(event: AgentEvent, whenKept?: () => void): Promise<Thrown | undefined> {
    if (isDurable(event)) await session?.append(event);
    transcript = reduceTranscript(transcript, event);
    whenKept?.();
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

  async function run(input: UserInput, signal: AbortSignal): Promise<RunResult> {
    const content: UserMessage["content"] =
      typeof input === "string" ? [{ type: "text", text: input }] : input;
    const events = runAgent({
      provider,
      model: () => model,
      system: options.system ?? "",
      messages: transcript.messages,
      prompt: { role: "user", content, at: now().toISOString() },
      tools,
      runTool,
      cwd,
      signal,
      usage: transcript.usage,
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
      return occupy((controller) =>
        run(input, signal ? AbortSignal.any([signal, controller.signal]) : controller.signal),
      );
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
      rethrow(await occupy(() => publish({ type: "cleared" })));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      running?.abort();
      await idle();
      await session?.close();
    },
  };
}
