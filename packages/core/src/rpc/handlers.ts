import { createHash, timingSafeEqual } from "node:crypto";
import type { ModelInfo } from "@zotpilot/provider/model";
import type { Agent } from "../agent/agent.ts";
import { isCoreError, messageOf } from "../errors.ts";
import { totalCost } from "../events/cost.ts";
import { promptContent } from "./prompt-content.ts";
import { PROTOCOL_VERSION, type requests, type RpcRequestOf, type RpcResponse } from "./protocol.ts";
import { createTurnQueue } from "./turn-queue.ts";
import { countMessages, encodeMessages, usageOf } from "./wire.ts";

/** What the answers to requests are made from. */
export interface HandlerOptions {
  agent: Agent;
  /** Told to clients in `hello`. */
  version: string;
  /** When set, every command but `hello` is refused until a `hello` has brought it. */
  token: string | undefined;
  /** Aborted when nobody reads the answers any more. */
  stopped: AbortSignal;
  write(line: object): void;
}

/** Answers requests. */
export interface Handlers {
  /** Begins to do what a request asks; it is answered exactly once. */
  handle(request: AnyRequest): void;
  /** To be called when nothing more comes in. Resolves when all that was asked for has run to its end. */
  finish(): Promise<void>;
}

type AnyRequest = RpcRequestOf<keyof typeof requests>;
type Reply = Omit<RpcResponse, "type" | "command" | "id">;
type HandlerTable = {
  [Name in keyof typeof requests]: (request: RpcRequestOf<Name>) => Promise<Reply | undefined>;
};

/** Requests that what is at work would not bear. */
const changes: ReadonlySet<string> = new Set<AnyRequest["type"]>(["set_model", "set_reasoning", "clear"]);

/** Makes the handlers of one connection: a table with an entry for each request of the protocol. */
export function createHandlers(options: HandlerOptions): Handlers {
  const { agent, token, stopped, write } = options;
  const queue = createTurnQueue();
  let authenticated = token === undefined || token === "";
  /** Set while the client answers approvals. */
  let leave: (() => void) | undefined;
  /** Prompts and summaries that were asked for and whose end the client has not been told. */
  const open = new Set<object>();

  function respond(request: { type: string; id?: string | undefined }, reply: Reply): void {
    write({
      type: "response",
      command: request.type,
      ...(request.id && { id: request.id }),
      ...reply,
    });
  }

  function stopAttending(): void {
    leave?.();
    leave = undefined;
  }

  const ok = async (data?: Record<string, unknown>): Promise<Reply> => ({
    success: true,
    ...(data && { data }),
  });
  const fail = async (error: string): Promise<Reply> => ({ success: false, error });

  const isBusy = (): boolean => open.size > 0 || agent.status === "running";
  const refuse = (): Promise<Reply> => fail("agent is busy: wait for its end, or abort it and wait");

  /**
   * Runs a prompt or a summary when its turn comes, unless nobody is there any more. It is over when
   * `work` says so, before the client can read it; at the latest when `work` ends.
   */
  function whenItsTurn(request: AnyRequest, work: (over: () => void) => Promise<void>): void {
    const mark = {};
    const over = (): void => void open.delete(mark);
    open.add(mark);
    queue.prompt(async () => {
      if (stopped.aborted) return over();
      // Answered only now, as in zot: the response stands before the events of its run.
      respond(request, { success: true, data: { started: true } });
      await work(over);
      over();
    });
  }

  const table: HandlerTable = {
    async hello(request) {
      if (!authenticated) {
        if (!sameText(request.token ?? "", token ?? "")) return fail("invalid token");
        authenticated = true;
      }
      if (request.approvals === true) leave ??= agent.attend();
      else if (request.approvals === false) stopAttending();
      return ok({
        protocol_version: PROTOCOL_VERSION,
        version: options.version,
        provider: agent.provider.id,
        model: agent.model,
        ...(request.approvals !== undefined && { approvals: request.approvals }),
      });
    },
    ping: () => ok({ pong: true }),
    async prompt(request) {
      const content = promptContent(request);
      if (typeof content === "string") return fail(content);
      whenItsTurn(request, async (over) => {
        let ended = false;
        const unsubscribe = agent.subscribe(({ type }) => {
          if (type !== "run_end") return;
          ended = true;
          over();
        });
        try {
          await agent.prompt(content);
        } catch (error) {
          // A run that has told its end already is over for the client, whatever came behind it.
          if (ended) return;
          over();
          write({ type: "error", message: messageOf(error) });
          write({ type: "done" });
        } finally {
          unsubscribe();
        }
      });
      return undefined;
    },
    respond(request) {
      const { request_id: requestId, digest, decision, remember, reason } = request;
      const asked = agent.approvals.find(({ id }) => id === requestId);
      if (!asked)
        return fail(`no approval waits with the id "${requestId}"; it may have been answered before`);
      if (asked.digest !== digest) {
        return fail(
          "the digest is not that of the approval_request; nothing was answered, and it still waits",
        );
      }
      if (decision === "allow" && remember && asked.remember.length === 0) {
        return fail("this call cannot be allowed for longer; answer without remember, it still waits");
      }
      agent.respond(requestId, {
        digest,
        decision,
        ...(remember && { remember }),
        ...(reason && { reason }),
      });
      return ok();
    },
    abort() {
      agent.abort();
      return ok();
    },
    async compact(request) {
      whenItsTurn(request, async (over) => {
        try {
          const summary = await agent.compact();
          over();
          write({ type: "compact_done", summary });
        } catch (error) {
          // As in zot: who has stopped it hears nothing more of it.
          if (isCoreError(error) && error.code === "aborted") return;
          over();
          write({ type: "error", message: messageOf(error) });
        }
      });
      return undefined;
    },
    async get_state() {
      await queue.changed();
      const { usage, unmeasured, premiumRequests } = agent.transcript;
      return ok({
        busy: isBusy(),
        cwd: agent.cwd,
        message_count: countMessages(agent.transcript.messages),
        model: agent.model,
        provider: agent.provider.id,
        reasoning: agent.reasoning,
        usage: usageOf(usage, totalCost(usage, unmeasured, premiumRequests)),
      });
    },
    async get_messages() {
      await queue.changed();
      return ok({ messages: encodeMessages(agent.transcript.messages) });
    },
    async get_models() {
      const models = await agent.provider.listModels({ signal: stopped });
      return ok({ models: models.map((model) => encodeModel(model, agent.provider.id)) });
    },
    async set_model(request) {
      const models = await agent.provider.listModels({ signal: stopped });
      if (!models.some((model) => model.id === request.model)) {
        return fail(`unknown model "${request.model}" (provider="${agent.provider.id}")`);
      }
      // Somebody else may have put it to work meanwhile.
      if (agent.status === "running") return refuse();
      await agent.setModel(request.model);
      return ok({ model: request.model });
    },
    async set_reasoning({ reasoning }) {
      if (agent.status === "running") return refuse();
      agent.setReasoning(reasoning);
      return ok({ reasoning });
    },
    async clear() {
      if (agent.status === "running") return refuse();
      await agent.clear();
      return ok();
    },
  };

  async function answer(request: AnyRequest): Promise<void> {
    try {
      const handler = table[request.type] as (request: AnyRequest) => Promise<Reply | undefined>;
      const reply = await handler(request);
      if (reply) respond(request, reply);
    } catch (error) {
      respond(request, { success: false, error: messageOf(error) });
    }
  }

  async function handle(request: AnyRequest): Promise<void> {
    if (!authenticated && request.type !== "hello") {
      return respond(request, { success: false, error: "auth required: send hello with a token first" });
    }
    if (!changes.has(request.type)) return answer(request);
    // Refused at once and not put in line, as in zot: nobody loses a conversation that is still going on.
    if (isBusy()) return respond(request, await refuse());
    // Answered inside the queue, so that the answer stands before what the change has held up.
    return queue.change(() => answer(request));
  }

  const pending = new Set<Promise<void>>();
  return {
    handle(request) {
      const handled = handle(request);
      pending.add(handled);
      void handled.finally(() => pending.delete(handled));
    },
    async finish() {
      stopAttending();
      await Promise.allSettled(pending);
      await queue.idle();
    },
  };
}

function encodeModel(model: ModelInfo, provider: string): Record<string, unknown> {
  return {
    id: model.id,
    provider,
    context_window: model.contextWindow,
    max_output: model.maxOutputTokens,
    reasoning: model.supports.reasoningEfforts.length > 0,
  };
}

function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
