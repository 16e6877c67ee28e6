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

/** An agent with a conversation. */
export interface Agent {
  readonly transcript: Transcript;
  readonly status: "idle" | "running";
  readonly model: string;
  readonly provider: Provider;
  readonly cwd: string;
  /** Runs one prompt to its end. Throws `CoreError` `busy` while another runs; a failing run resolves with its error. */
  prompt(input: UserInput, options?: { signal?: AbortSignal }): Promise<RunResult>;
  /** Stops the run, if one is under way. What was answered so far is kept. */
  abort(): void;
  /** Resolves when no prompt runs. */
  idle(): Promise<void>;
  /** Takes effect on the next model call, also in the middle of a run. The id is not checked. */
  setModel(model: string): Promise<void>;
  /** Starts the conversation anew. Throws `CoreError` `busy` while a prompt runs. */
  clear(): Promise<void>;
  /** Hears every event from now on; returns how to stop. Durable events are on disk before they are heard. */
  subscribe(listener: (event: AgentEvent) => void): () => void;
  /** Aborts what runs and closes the session. */
  close(): Promise<void>;
}

/** Makes an agent, continuing the conversation of its session. */
export function createAgent(options: AgentOptions): Agent {
  const { provider, session } = options;
  const tools = options.tools ?? [];
  const runTool = compose(toolRunner(tools), ...(options.middleware ?? []));
  const now = options.now ?? (() => new Date());
  const cwd = options.cwd ?? process.cwd();
  const listeners = new Set<(event: AgentEvent) => void>();
  let transcript = (session?.events ?? []).reduce(reduceTranscript, emptyTranscript);
  let model = options.model;
  let running: { controller: AbortController } | undefined;
  let finished: Promise<unknown> = Promise.resolve();

  async function publish(event: AgentEvent): Promise<void> {
    if (isDurable(event)) await session?.append(event);
    transcript = reduceTranscript(transcript, event);
    for (const listener of listeners) listener(event);
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
    try {
      for await (const event of events) {
        if (event.type === "run_end") {
          result = { reason: event.reason, ...(event.error && { error: event.error }) };
          // Over before it is told: who hears `run_end` may prompt again at once.
          running = undefined;
        }
        await publish(event);
      }
    } catch (error) {
      // Only the session can fail here: say so and end the run, rather than go on with what nobody keeps.
      running = undefined;
      result = { reason: "error", error: serializeError(error) };
      await publish({ type: "run_end", ...result });
    }
    return result;
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
      if (running) throw new CoreError("busy", "the agent is still working on the last prompt");
      const controller = new AbortController();
      const combined = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
      const mine = { controller };
      running = mine;
      const ended = run(input, combined).finally(() => {
        if (running === mine) running = undefined;
      });
      finished = ended.catch(() => undefined);
      return ended;
    },
    abort() {
      running?.controller.abort();
    },
    async idle() {
      await finished;
    },
    async setModel(id) {
      model = id;
      await publish({ type: "model_changed", provider: provider.id, model: id });
    },
    async clear() {
      if (running) throw new CoreError("busy", "the agent is still working; abort it before clearing");
      await publish({ type: "cleared" });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      running?.controller.abort();
      await finished;
      await session?.close();
    },
  };
}
