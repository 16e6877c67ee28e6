import { addUsage, textOf, type Message, type ModelInfo, type Usage } from "@zotpilot/provider/model";
import { compactedMessages, openTasksIn, planCompaction } from "../context/compact.ts";
import { estimatePrefix, estimateTokens } from "../context/estimate.ts";
import { summarize, summarySystem } from "../context/summarize.ts";
import { CoreError, messageOf, serializeError } from "../errors.ts";
import type { AgentEvent } from "../events/event.ts";
import { createAnswerReader } from "./answer-reader.ts";
import { createChannel, type Channel } from "./channel.ts";
import { patiently, type Patiently } from "./patiently.ts";
import { createRetries, wait } from "./retry.ts";
import type { RunOptions } from "./run-agent.ts";
import { count, tellUsage, type Spent } from "./run-turn.ts";
import { untilAborted } from "./until-aborted.ts";

/** Below so many tokens nobody asks for the limits of a model. */
const smallContext = 2_000;
const summaryTokens = 4_096;
/** So many times a summary that is too long for the model itself is asked for in smaller pieces. */
const maxHalvings = 4;

/** What makes conversations shorter. */
export interface CompactionOptions {
  /**
   * What is known of a model; undefined when nobody can say. Asked when a conversation grows. It may throw, and nobody
   * waits for it longer than five seconds; then the model's limit counts as unknown.
   */
  modelInfo: (id: string, signal: AbortSignal) => Promise<ModelInfo | undefined>;
  /** The part of the model's limit at which a conversation is made shorter; 0.85 when left out, never when 0. */
  threshold?: number;
  /** The files changed so far. */
  files: () => readonly string[];
  /** The name of the session, so that it is known from here on. */
  name?: () => string | undefined;
  /** The tasks that are still open, a line each, kept word for word; those of the last checklist when left out. */
  openTasks?: (messages: readonly Message[]) => readonly string[];
  /** Tokens of the conversation so far, when a model call has told them; 0 otherwise. */
  contextTokens: number;
}

/** What one compaction needs. */
export interface CompactionRun {
  messages: readonly Message[];
  reason: "limit" | "overflow" | "asked";
  spent: Spent;
  options: Pick<RunOptions, "provider" | "model" | "system" | "tools" | "signal" | "budget" | "now">;
}

/** What a summary takes, while it is made. */
interface SummaryCosts {
  /** What the conversation has spent, summary included. */
  spent: Spent;
  /** The summary alone; null when nobody knows. */
  usage: Usage | null;
}

/** Watches how long a conversation is, and makes it shorter. */
export interface Compaction {
  /** Whether the conversation comes near the limit of the model that is asked next. Never rejects. */
  isDue(messages: readonly Message[], options: CompactionRun["options"]): Promise<boolean>;
  /** A model call with so many messages was answered. */
  answered(usage: Usage | null, messages: number): void;
  /**
   * Makes the conversation shorter, or says in `compaction_end` why it could not; then nothing has changed. Returns the
   * conversation as it goes on. Never throws.
   */
  run(run: CompactionRun): AsyncGenerator<AgentEvent, readonly Message[] | undefined>;
}

/** Makes the compaction of one conversation. */
export function createCompaction(settings: CompactionOptions): Compaction {
  const threshold = settings.threshold ?? 0.85;
  const promptLimit = patiently(async (id, signal) => limitOf(await settings.modelInfo(id, signal)));
  let measured = { tokens: settings.contextTokens, messages: -1 };
  /** Whether a model call was answered since the last try: trying again before would change nothing. */
  let mayTry = true;

  function tokensOf(messages: readonly Message[], options: CompactionRun["options"]): number {
    if (measured.tokens === 0) {
      return estimatePrefix(options.system, options.tools) + estimateTokens(messages);
    }
    // What was measured when the conversation was opened ends with its last answer.
    if (measured.messages < 0) {
      measured.messages = messages.findLastIndex((message) => message.role === "assistant") + 1;
    }
    return measured.tokens + estimateTokens(messages.slice(measured.messages));
  }

  return {
    async isDue(messages, options) {
      if (threshold <= 0 || !mayTry) return false;
      const tokens = tokensOf(messages, options);
      if (tokens < smallContext) return false;
      const limit = await promptLimit(options.model(), options.signal);
      return limit !== undefined && tokens > threshold * limit;
    },
    answered(usage, messages) {
      mayTry = true;
      if (usage) measured = { tokens: usage.inputTokens + usage.outputTokens, messages: messages + 1 };
    },
    async *run(run) {
      const { messages, reason, options } = run;
      yield { type: "compaction_start", reason };
      mayTry = false;
      const channel = createChannel<AgentEvent>();
      const costs: SummaryCosts = { spent: { ...run.spent }, usage: null };
      const made = make({ ...settings, promptLimit }, run, costs, channel);
      made.then(
        () => channel.close(),
        () => channel.close(),
      );
      yield* channel;
      try {
        const { messages: shorter, summary } = await made;
        const { spent, usage } = costs;
        const before = estimateTokens(messages);
        const after = estimateTokens(shorter);
        if (after >= before) throw new CoreError("compaction_failed", "the summary is no shorter");
        options.signal.throwIfAborted();
        const contextTokens = estimatePrefix(options.system, options.tools) + after;
        yield {
          type: "compacted",
          messages: shorter,
          files: [...settings.files()],
          usage,
          spent: {
            ...spent,
            model: options.model(),
            provider: options.provider.id,
            ...(settings.name?.() !== undefined && { name: settings.name() }),
          },
          contextTokens,
        };
        // Kept by now: whoever cannot keep it does not come back.
        measured = { tokens: contextTokens, messages: shorter.length };
        run.spent.usage = spent.usage;
        run.spent.unmeasured = spent.unmeasured;
        yield { type: "compaction_end", ...(summary !== undefined && { summary }) };
        return shorter;
      } catch (error) {
        yield* keepCosts(run.spent, costs, options);
        yield { type: "compaction_end", error: failureOf(error, options.signal) };
        return undefined;
      }
    },
  };
}

/** A summary that came to nothing has cost something all the same. */
function* keepCosts(
  before: Spent,
  made: SummaryCosts,
  options: CompactionRun["options"],
): Generator<AgentEvent, void> {
  const { usage } = made;
  if (!usage) return;
  count(before, { usage });
  const message = { role: "assistant" as const, content: [], at: options.now().toISOString() };
  yield { type: "assistant_message", message, usage, stopReason: "error" };
}

function failureOf(error: unknown, signal: AbortSignal) {
  if (signal.aborted) return serializeError(new CoreError("aborted", "the summary was stopped"));
  const { code } = serializeError(error);
  if (code === "nothing_to_compact" || code.endsWith("_limit")) return serializeError(error);
  const message = `the conversation could not be summarised: ${messageOf(error)}`;
  return serializeError(new CoreError("compaction_failed", message, { cause: error }));
}

async function make(
  settings: CompactionOptions & { promptLimit: Patiently<number> },
  run: CompactionRun,
  costs: SummaryCosts,
  channel: Channel<AgentEvent>,
): Promise<{ messages: Message[]; summary?: string }> {
  const { messages, reason, options } = run;
  const limit = await settings.promptLimit(options.model(), options.signal);
  const tailTokens = reason === "asked" ? 2_000 : Math.min(20_000, Math.floor((limit ?? 32_000) / 5));
  const plan = planCompaction(messages, tailTokens);
  const tasks = (settings.openTasks ?? openTasksIn)(messages);
  const kept = { files: settings.files(), tasks, at: options.now().toISOString() };
  if (plan.older.length === 0) {
    if (!plan.shortened) throw new CoreError("nothing_to_compact", "the conversation is short already");
    return { messages: compactedMessages(plan, undefined, kept) };
  }
  // Three characters a token is less than most text has, so that most pieces fit at the first try.
  let maxLength = Math.max(2_000, ((limit ?? 100_000) * 0.8 - summaryTokens) * 3);
  for (let halving = 0; ; halving += 1) {
    try {
      const summary = await summarize(plan.older, Math.floor(maxLength), (text) =>
        ask(options, text, costs, channel),
      );
      return { messages: compactedMessages(plan, summary, kept), summary };
    } catch (error) {
      if (serializeError(error).code !== "context_too_long" || halving === maxHalvings) throw error;
      maxLength /= 2;
    }
  }
}

/** One request of a summary, tried again as other model calls are. */
async function ask(
  options: CompactionRun["options"],
  text: string,
  costs: SummaryCosts,
  channel: Channel<AgentEvent>,
): Promise<string> {
  const retries = createRetries();
  for (;;) {
    const { attempt } = retries;
    const refusal = options.budget?.refusal();
    if (refusal) throw refusal;
    options.budget?.asked();
    const reader = createAnswerReader();
    let failure: { error: unknown } | undefined;
    try {
      const request = {
        model: options.model(),
        system: summarySystem,
        messages: [{ role: "user" as const, content: [{ type: "text" as const, text }] }],
        maxOutputTokens: summaryTokens,
        initiator: "agent" as const,
      };
      const events = options.provider.stream(request, { signal: options.signal, quietRetries: false });
      for await (const said of untilAborted(events, options.signal)) reader.take(said);
      if (!reader.finishReason()) throw new Error("the answer ended before it was finished");
    } catch (error) {
      failure = { error };
    }
    const usage = reader.usage() ?? null;
    if (usage || !failure) {
      for (const event of tellUsage(options, { usage }, costs.spent, { auxiliary: true }))
        channel.push(event);
      count(costs.spent, { usage });
      if (usage) costs.usage = costs.usage ? addUsage(costs.usage, usage) : usage;
    }
    if (!failure) {
      if (reader.finishReason() === "content_filter") throw new Error("the content filter stopped it");
      return textOf(reader.message());
    }
    options.signal.throwIfAborted();
    const delayMs = retries.after(failure.error);
    if (delayMs === undefined) throw failure.error;
    channel.push({ type: "retry", attempt, delayMs, error: serializeError(failure.error) });
    if (!(await wait(delayMs, options.signal))) throw failure.error;
  }
}

/** Tokens that a request may take; undefined when nobody can say. */
function limitOf(info: ModelInfo | undefined): number | undefined {
  if (!info) return undefined;
  if (info.maxPromptTokens > 0) return info.maxPromptTokens;
  const window = info.contextWindow > 0 ? info.contextWindow - Math.max(0, info.maxOutputTokens) : 0;
  return window > 0 ? window : undefined;
}
