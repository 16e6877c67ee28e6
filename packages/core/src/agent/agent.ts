import type { Initiator, Message, ModelInfo, Provider } from "@zotpilot/provider/model";
import type { SerializedError } from "../errors.ts";
import type { ApprovalAnswer, ApprovalRequest } from "../events/approval.ts";
import type { DurableEvent } from "../events/event.ts";
import type { Transcript } from "../events/transcript.ts";
import type { Session } from "../session/session.ts";
import type { Tool, ToolMiddleware } from "../tools/tool.ts";
import type { QueuedInput, UserInput } from "./input-queue.ts";
import type { AgentListener } from "./listeners.ts";
import type { ReasoningLevel } from "./reasoning.ts";

/** What an agent is made of. */
export interface AgentOptions {
  provider: Provider;
  /** A model id of the provider. */
  model: string;
  /** How hard the model is to think: the nearest that it offers. `off` when left out. */
  reasoning?: ReasoningLevel;
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
  readonly reasoning: ReasoningLevel;
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
   * Summarises the conversation to make it shorter. Resolves with what the model wrote, which is empty when long results
   * of tools were all there was to shorten. Throws `CoreError` `busy` while a prompt runs, `nothing_to_compact`,
   * `compaction_failed`, or `aborted` after an `abort()`; then the conversation is as it was.
   */
  compact(options?: { signal?: AbortSignal }): Promise<string>;
  /** Gives the session a name; an empty one takes it away. Throws a `CoreError` when it cannot be kept. */
  rename(name: string): Promise<void>;
  /** What could not be written to the session so far, oldest first; see `unsaved` of the options. */
  readonly unsaved: readonly DurableEvent[];
  /** Stops the run, if one is under way. What was answered so far is kept. */
  abort(): void;
  /**
   * Says that somebody answers from now on what is asked about calls, told as `approval_request`; returns how to say
   * that they are gone, and then what waits is refused. While nobody attends, nobody is asked.
   */
  attend(): () => void;
  /** What is asked and waits for an answer, oldest first. */
  readonly approvals: readonly ApprovalRequest[];
  /**
   * Answers what was asked. False when nothing with this id waits, for example because it was answered before, or when
   * the digest is not that of the request; then nothing has changed.
   */
  respond(requestId: string, answer: ApprovalAnswer): boolean;
  /** Resolves when no prompt runs. */
  idle(): Promise<void>;
  /**
   * Takes effect on the next model call, also in the middle of a run. The id is not checked. Throws a `CoreError` when
   * the session cannot keep it; the model stays as it was.
   */
  setModel(model: string): Promise<void>;
  /**
   * Takes effect on the next model call. What is sent is the nearest effort that the model offers, and none when it
   * offers none or nobody can say. The session does not keep the level; summaries are written without one.
   */
  setReasoning(level: ReasoningLevel): void;
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
