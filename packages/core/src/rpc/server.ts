import { createHash, timingSafeEqual } from "node:crypto";
import type { Writable } from "node:stream";
import { decodeLines, encodeLine } from "@zotpilot/ndjson";
import type { ModelInfo, UserMessage } from "@zotpilot/provider/model";
import type { Agent } from "../agent/agent.ts";
import { serializeError } from "../errors.ts";
import {
  decodeRequest,
  PROTOCOL_VERSION,
  type requests,
  type RpcRequestOf,
  type RpcResponse,
} from "./protocol.ts";
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
 */
export async function serveRpc(agent: Agent, options: RpcServerOptions): Promise<void> {
  const { output, token } = options;
  let authenticated = token === undefined || token === "";
  let turns: Promise<unknown> = Promise.resolve();
  let closed = options.signal?.aborted ?? false;

  const write = (value: unknown): void => {
    if (!closed) output.write(encodeLine(value));
  };
  const stop = (): void => {
    closed = true;
    agent.abort();
  };
  // A client that is gone needs no answer: end quietly instead of failing on a broken pipe.
  output.on("error", stop);
  options.signal?.addEventListener("abort", stop, { once: true });
  const unsubscribe = agent.subscribe((event) => {
    for (const wire of encodeEvent(event)) write(wire);
  });

  function respond(request: { type: string; id?: string | undefined }, reply: Reply): void {
    write({ type: "response", command: request.type, ...(request.id && { id: request.id }), ...reply });
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
      turns = turns.then(async () => {
        if (closed) return;
        respond(request, { success: true, data: { started: true } });
        await agent.prompt(content);
      });
      turns = turns.catch((error: unknown) => {
        write({ type: "error", message: serializeError(error).message });
        write({ type: "done" });
      });
      return undefined;
    },
    abort() {
      agent.abort();
      return ok();
    },
    get_state: () =>
      ok({
        busy: agent.status === "running",
        cwd: agent.cwd,
        message_count: agent.transcript.messages.length,
        model: agent.model,
        provider: agent.provider.id,
        usage: usageOf(agent.transcript.usage),
      }),
    get_messages: () => ok({ messages: encodeMessages(agent.transcript.messages) }),
    async get_models() {
      const models = await agent.provider.listModels(options.signal ? { signal: options.signal } : {});
      return ok({ models: models.map((model) => encodeModel(model, agent.provider.id)) });
    },
    async set_model(request) {
      const models = await agent.provider.listModels(options.signal ? { signal: options.signal } : {});
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

  async function handle(request: RpcRequestOf<keyof typeof requests>): Promise<void> {
    if (!authenticated && request.type !== "hello") {
      return respond(request, { success: false, error: "auth required: send hello with a token first" });
    }
    try {
      const handler = handlers[request.type] as (
        request: RpcRequestOf<keyof typeof requests>,
      ) => Promise<Reply | undefined>;
      const reply = await handler(request);
      if (reply) respond(request, reply);
    } catch (error) {
      respond(request, { success: false, error: serializeError(error).message });
    }
  }

  const pending = new Set<Promise<void>>();
  try {
    const limit = options.maxLineBytes === undefined ? {} : { maxLineBytes: options.maxLineBytes };
    for await (const line of decodeLines(options.input, limit)) {
      if (closed) break;
      if (line.type === "too_long") {
        write({
          type: "response",
          command: "",
          success: false,
          error: `malformed json: line ${line.number} is longer than ${line.limit} bytes`,
        });
        continue;
      }
      if (line.text.trim() === "") continue;
      const decoded = decodeRequest(line.text);
      if (!decoded.ok) {
        write(decoded.response);
        continue;
      }
      const handled = handle(decoded.request);
      pending.add(handled);
      void handled.finally(() => pending.delete(handled));
    }
  } catch (error) {
    // The input broke: the same as its end, but nobody is there to read the rest.
    if (!closed) stop();
    if (!isStreamEnd(error)) throw error;
  } finally {
    await Promise.allSettled(pending);
    await turns;
    unsubscribe();
    options.signal?.removeEventListener("abort", stop);
    output.off("error", stop);
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
