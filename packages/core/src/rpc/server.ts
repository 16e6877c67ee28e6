import { createHash, timingSafeEqual } from "node:crypto";
import type { Writable } from "node:stream";
import { decodeLines } from "@zotpilot/ndjson";
import type { ModelInfo, UserMessage } from "@zotpilot/provider/model";
import type { Agent } from "../agent/agent.ts";
import { summaryIn } from "../context/compact.ts";
import { isCoreError, messageOf } from "../errors.ts";
import { untilAborted } from "../run/until-aborted.ts";
import { createLineWriter } from "./line-writer.ts";
import {
  decodeRequest,
  maxLineBytes,
  PROTOCOL_VERSION,
  type requests,
  type RpcRequestOf,
  type RpcResponse,
} from "./protocol.ts";
import { createTurnQueue } from "./turn-queue.ts";
import { encodeEvent, encodeMessages, usageOf } from "./wire.ts";

/** What {@link serveRpc} needs. */
export interface RpcServerOptions {
  /** Where requests come from, one JSON object a line. */
  input: AsyncIterable<Uint8Array | string>;
  /** Where responses and events go, one JSON object a line. */
  output: Writable;
  /** Told to clients in `hello`. */
  version: string;
  /** When set, every command but `hello` is refused until a `hello` has brought this token. */
  token?: string;
  /** The longest request line, in bytes; 64 MiB when left out. A longer one is refused, and reading goes on. */
  maxLineBytes?: number;
  /** Stops serving: what runs is aborted. */
  signal?: AbortSignal;
}

type Reply = Omit<RpcResponse, "type" | "command" | "id">;
type Handlers = {
  [Name in keyof typeof requests]: (request: RpcRequestOf<Name>) => Promise<Reply | undefined>;
};

/**
 * Serves an agent over a pair of streams in zot's rpc protocol, version 1. Nothing that comes in ends it or goes
 * unanswered; the end of the input does, after what was asked has run to its end. Prompts run one after another.
 * A client that reads slowly slows down the run and the reading of its requests.
 */
export async function serveRpc(agent: Agent, options: RpcServerOptions): Promise<void> {
  const { output, token } = options;
  let authenticated = token === undefined || token === "";
  let ended = false;
  const stopping = new AbortController();
  const stopped = stopping.signal;
  const queue = createTurnQueue();
  const writer = createLineWriter(output, stopped);

  const stop = (): void => {
    stopping.abort();
    agent.abort();
  };
  // A client that is gone needs no answer: end quietly instead of failing on a broken pipe.
  output.on("error", stop);
  output.on("close", stop);
  options.signal?.addEventListener("abort", stop, { once: true });
  if (options.signal?.aborted) stop();
  const unsubscribe = agent.subscribe((event) => {
    if (event.type === "run_end") ended = true;
    let slow: Promise<void> | undefined;
    for (const wire of encodeEvent(event)) slow = writer.write(wire);
    return slow;
  });

  function respond(request: { type: string; id?: string | undefined }, reply: Reply): void {
    void writer.write({
      type: "response",
      command: request.type,
      ...(request.id && { id: request.id }),
      ...reply,
    });
  }

  const ok = async (data?: Record<string, unknown>): Promise<Reply> => ({
    success: true,
    ...(data && { data }),
  });
  const fail = async (error: string): Promise<Reply> => ({ success: false, error });

  const handlers: Handlers = {
    async hello(request) {
      if (!authenticated) {
        if (!sameText(request.token ?? "", token ?? "")) return fail("invalid token");
        authenticated = true;
      }
      return ok({
        protocol_version: PROTOCOL_VERSION,
        version: options.version,
        provider: agent.provider.id,
        model: agent.model,
      });
    },
    ping: () => ok({ pong: true }),
    async prompt(request) {
      const content: UserMessage["content"] =
        request.message === "" ? [] : [{ type: "text", text: request.message }];
      for (const image of request.images ?? []) {
        const bad = firstBadBase64(image.data);
        if (bad !== undefined) return fail(`illegal base64 data at input byte ${bad}`);
        content.push({ type: "image", mimeType: image.mime_type, data: image.data });
      }
      // Answered when its turn comes, as in zot: the response stands before the events of its run.
      queue.prompt(async () => {
        if (stopped.aborted) return;
        ended = false;
        respond(request, { success: true, data: { started: true } });
        try {
          await agent.prompt(content);
        } catch (error) {
          // A run that has told its end already is over for the client, whatever came behind it.
          if (ended) return;
          void writer.write({ type: "error", message: messageOf(error) });
          void writer.write({ type: "done" });
        }
      });
      return undefined;
    },
    abort() {
      agent.abort();
      return ok();
    },
    async compact(request) {
      queue.prompt(async () => {
        if (stopped.aborted) return;
        respond(request, { success: true, data: { started: true } });
        try {
          await agent.compact();
          void writer.write({ type: "compact_done", summary: summaryIn(agent.transcript.messages) });
        } catch (error) {
          // As in zot: who has stopped it hears nothing more of it.
          if (isCoreError(error) && error.code === "aborted") return;
          void writer.write({ type: "error", message: messageOf(error) });
        }
      });
      return undefined;
    },
    async get_state() {
      await queue.changed();
      return ok({
        busy: agent.status === "running",
        cwd: agent.cwd,
        message_count: agent.transcript.messages.length,
        model: agent.model,
        provider: agent.provider.id,
        usage: usageOf(agent.transcript.usage),
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
      await agent.setModel(request.model);
      return ok({ model: request.model });
    },
    async clear() {
      agent.abort();
      await agent.idle();
      await agent.clear();
      return ok();
    },
  };

  async function answer(request: RpcRequestOf<keyof typeof requests>): Promise<void> {
    try {
      const handler = handlers[request.type] as (
        request: RpcRequestOf<keyof typeof requests>,
      ) => Promise<Reply | undefined>;
      const reply = await handler(request);
      if (reply) respond(request, reply);
    } catch (error) {
      respond(request, { success: false, error: messageOf(error) });
    }
  }

  async function handle(request: RpcRequestOf<keyof typeof requests>): Promise<void> {
    if (!authenticated && request.type !== "hello") {
      return respond(request, { success: false, error: "auth required: send hello with a token first" });
    }
    // Answered inside the queue, so that the answer stands before what the change has held up.
    const isChange = request.type === "set_model" || request.type === "clear";
    return isChange ? queue.change(() => answer(request)) : answer(request);
  }

  const pending = new Set<Promise<void>>();
  try {
    const limit = options.maxLineBytes ?? maxLineBytes;
    for await (const line of untilAborted(decodeLines(options.input, { maxLineBytes: limit }), stopped)) {
      await writer.ready();
      const decoded = decodeRequest(line, limit);
      if (decoded.type === "blank") continue;
      if (decoded.type === "refused") {
        void writer.write(decoded.response);
        continue;
      }
      const handled = handle(decoded.request);
      pending.add(handled);
      void handled.finally(() => pending.delete(handled));
    }
  } catch (error) {
    // The input broke: the same as its end, but nobody is there to read the rest.
    const asked = stopped.aborted;
    stop();
    if (!asked && !isStreamEnd(error)) throw error;
  } finally {
    await Promise.allSettled(pending);
    await queue.idle();
    await writer.flushed();
    unsubscribe();
    options.signal?.removeEventListener("abort", stop);
    output.off("error", stop);
    output.off("close", stop);
  }
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

/** Where standard, padded base64 goes wrong; undefined when it does not. */
function firstBadBase64(text: string): number | undefined {
  const match = /^[A-Za-z0-9+/]*={0,2}/.exec(text);
  const good = match?.[0].length ?? 0;
  if (good < text.length) return good;
  return text.length % 4 === 0 ? undefined : text.length;
}

function isStreamEnd(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ERR_STREAM_PREMATURE_CLOSE" || code === "EPIPE" || code === "EIO" || code === "ECONNRESET";
}
