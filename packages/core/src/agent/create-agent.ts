import { CoreError, serializeError, type CoreErrorCode, type SerializedError } from "../errors.ts";
import { isDurable, type AgentEvent, type SpentSoFar } from "../events/event.ts";
import { freeze } from "../events/freeze.ts";
import { foldTranscript, reduceTranscript } from "../events/transcript.ts";
import { createBudget } from "../run/budget.ts";
import { createCompaction } from "../run/compaction.ts";
import { createOpenEnds } from "../run/open-ends.ts";
import { patiently } from "../run/patiently.ts";
import { runAgent } from "../run/run-agent.ts";
import type { Spent } from "../run/run-turn.ts";
import { compose, toolRunner } from "../tools/run-tool.ts";
import type { Agent, AgentOptions, RunResult } from "./agent.ts";
import { createApprovals } from "./approvals.ts";
import { contentOf, createInputQueue, type UserInput } from "./input-queue.ts";
import { createKeeper } from "./keeper.ts";
import { createListeners, rethrow, type Thrown } from "./listeners.ts";
import { createModelLookup } from "./model-lookup.ts";
import { nearestEffort } from "./reasoning.ts";

function either(own: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other ? AbortSignal.any([own, other]) : own;
}

/** Makes an agent, continuing the conversation of its session. */
export function createAgent(options: AgentOptions): Agent {
  const { provider, session, modelInfo } = options;
  const tools = options.tools ?? [];
  const runTool = compose(toolRunner(tools), ...(options.middleware ?? []));
  const now = options.now ?? (() => new Date());
  const cwd = options.cwd ?? process.cwd();
  const listeners = createListeners();
  const approvals = createApprovals();
  const queue = createInputQueue(now);
  const keeper = createKeeper(session, options.unsaved ?? "stop");
  const budget = createBudget(options);
  const openEnds = createOpenEnds();
  let transcript = foldTranscript(session?.events ?? []);
  const lookUp = modelInfo ?? createModelLookup(provider, now);
  const efforts = patiently(async (id, asked) => (await lookUp(id, asked))?.supports.reasoningEfforts);
  const compaction = createCompaction({
    modelInfo: lookUp,
    ...(options.compactAt !== undefined && { threshold: options.compactAt }),
    files: () => transcript.files,
    name: () => transcript.name,
    ...(options.openTasks && { openTasks: options.openTasks }),
    contextTokens: transcript.contextTokens,
  });
  // Only from those who know: a list of models is not asked for just to tell what a prompt counts.
  const premiumRequests =
    modelInfo && patiently(async (id, asked) => (await modelInfo(id, asked))?.billing?.multiplier);
  let { model, reasoning = "off" } = options;
  let running: AbortController | undefined;
  let finished: Promise<unknown> = Promise.resolve();

  /** Keeps an event, then tells it. Throws only when it cannot be kept; returns what a listener has thrown first. */
  async function publish(event: AgentEvent, whenKept?: () => void): Promise<Thrown | undefined> {
    if (isDurable(event)) freeze(event);
    const news = isDurable(event) ? await keeper.keep(event) : undefined;
    transcript = reduceTranscript(transcript, event);
    openEnds.note(event);
    whenKept?.();
    const thrown = await listeners.tell(event);
    if (news === undefined) return thrown;
    const alsoThrown = await listeners.tell({ type: "notice", level: "warning", text: news });
    return thrown ?? alsoThrown;
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

  function sums(): Spent {
    const { usage, unmeasured, premiumRequests } = transcript;
    return { usage, unmeasured, ...(premiumRequests !== undefined && { premiumRequests }) };
  }

  function spentSoFar(): SpentSoFar {
    const { name } = transcript;
    return {
      ...sums(),
      ...(transcript.model !== undefined && { model: transcript.model, provider: provider.id }),
      ...(name !== undefined && { name }),
    };
  }

  async function run(input: UserInput, signal: AbortSignal): Promise<RunResult> {
    const events = runAgent({
      provider,
      model: () => model,
      async effort(id, asked) {
        // Off: nobody is asked what the model offers.
        if (reasoning === "off") return undefined;
        return nearestEffort(reasoning, (await efforts(id, asked)) ?? []);
      },
      system: options.system ?? "",
      messages: transcript.messages,
      prompt: { role: "user", content: contentOf(input), at: now().toISOString() },
      tools,
      runTool,
      cwd,
      signal,
      spent: sums(),
      ...(premiumRequests && { premiumRequests }),
      ...(options.initiator && { initiator: options.initiator }),
      budget,
      inputs: queue,
      approver: approvals.approver,
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
      const serialized = serializeError(error);
      result = { reason: "error", error: serialized };
      for (const end of openEnds.close(serialized)) await publish(end);
      running = undefined;
      const heard = await publish({ type: "run_end", ...result });
      thrown ??= heard;
    }
    rethrow(thrown);
    return result;
  }

  async function compact(signal: AbortSignal): Promise<string> {
    const { messages } = transcript;
    const made = compaction.run({
      messages,
      reason: "asked",
      spent: sums(),
      options: { provider, model: () => model, system: options.system ?? "", tools, signal, budget, now },
    });
    let summary = "";
    let failure: SerializedError | undefined;
    let thrown: Thrown | undefined;
    try {
      for await (const event of made) {
        if (event.type === "compaction_end") {
          ({ summary = "", error: failure } = event);
          running = undefined;
        }
        const heard = await publish(event);
        thrown ??= heard;
      }
    } catch (error) {
      running = undefined;
      for (const end of openEnds.close(serializeError(error))) await publish(end);
      throw error;
    }
    if (failure) throw new CoreError(failure.code as CoreErrorCode, failure.message);
    rethrow(thrown);
    return summary;
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
    get reasoning() {
      return reasoning;
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
    setReasoning(level) {
      reasoning = level;
    },
    async clear() {
      rethrow(await occupy(() => publish({ type: "cleared", spent: spentSoFar() })));
    },
    attend: approvals.attend,
    get approvals() {
      return approvals.list();
    },
    respond: approvals.respond,
    subscribe: listeners.add,
    async close() {
      running?.abort();
      await idle();
      await keeper.flush();
      await session?.close();
    },
  };
}
