import { createHash } from "node:crypto";
import type { Dispatcher } from "undici";
import { isRecord } from "../errors/error-body.ts";
import { isProviderError, ProviderError } from "../errors/provider-error.ts";
import type { ModelEvent } from "../model/event.ts";
import type { ModelInfo } from "../model/model-info.ts";
import type { Provider } from "../model/provider.ts";
import { createAgent, createDispatcher, type AgentOptions } from "../transport/dispatcher.ts";
import { requestJson, requestStream, type HttpRequest, type StreamAnswer } from "../transport/http.ts";
import { refuseUncheckedTls } from "../transport/network-error.ts";
import { defaultTimeouts, type Timeouts } from "../transport/timeouts.ts";
import { anthropicMessages } from "../wire/anthropic-messages/anthropic-messages.ts";
import { chatCompletions } from "../wire/chat-completions/chat-completions.ts";
import { readAnswer } from "../wire/read-answer.ts";
import { responses } from "../wire/responses/responses.ts";
import type { WireFormat } from "../wire/wire-format.ts";
import { explainKeyError, readApiKey, type ApiKey } from "./api-key.ts";
import { parseBaseUrl } from "./base-url.ts";
import { mergeModels, type KnownModel } from "./models.ts";
import { listSchema } from "./schema.ts";

/** The dialects that services speak: `/chat/completions`, `/responses`, `/v1/messages`. */
export type WireName = "chat" | "responses" | "messages";

/** Options of {@link createOpenAICompatible}. */
export interface OpenAICompatibleOptions extends Omit<AgentOptions, "connectMs"> {
  /** What {@link Provider.id} shall be. */
  id: string;
  /**
   * What stands in front of the endpoints, for example `https://api.example.com/v1`. https, or http on this machine.
   */
  baseUrl: string;
  /** The key; none is sent when left out. It goes to the host of `baseUrl` and to no other. */
  apiKey?: ApiKey;
  /** The dialect; `chat` when left out. */
  wire?: WireName;
  /** More headers for every request. */
  headers?: Readonly<Record<string, string>>;
  /** What is known about some models; it counts more than what the service lists. */
  models?: readonly KnownModel[];
  /** Taken for granted of models that nothing is said about, in tokens. 128 000. */
  contextWindow?: number;
  /** How long each phase of a request may take. */
  timeouts?: Partial<Timeouts>;
  /** What carries the requests; `proxy`, `noProxy` and `ca` then do not count. */
  dispatcher?: Dispatcher;
}

/** A service as a {@link Provider}, with what it holds open. */
export interface ServiceProvider extends Provider {
  /** Closes the connections that this object opened; twice does no harm. A `dispatcher` from the options stays open. */
  close(): Promise<void>;
}

interface Dialect {
  format: WireFormat;
  /** Where the list of models is. */
  models: string;
  sign(key: string): Record<string, string>;
  /** Sent with every request. */
  headers: Readonly<Record<string, string>>;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const DIALECTS: Readonly<Record<WireName, Dialect>> = {
  chat: { format: chatCompletions, models: "/models", sign: bearer, headers: {} },
  responses: { format: responses, models: "/models", sign: bearer, headers: {} },
  messages: {
    format: anthropicMessages,
    models: "/v1/models?limit=1000",
    sign: (key) => ({ "x-api-key": key }),
    headers: { "anthropic-version": "2023-06-01" },
  },
};

const MODELS_LIMIT = 10 * 1024 * 1024;
const MAX_OUTPUT_TOKENS = 8192;

/**
 * Makes a provider of a service that speaks one of the three dialects. Nothing is sent before the first call. Redirects
 * are refused. Throws a `bad_request` `ProviderError` for an address, proxy or certificate that cannot be used.
 */
export function createOpenAICompatible(options: OpenAICompatibleOptions): ServiceProvider {
  const { id } = options;
  const base = parseBaseUrl(options.baseUrl);
  const dialect = DIALECTS[options.wire ?? "chat"];
  const timeouts: Timeouts = { ...defaultTimeouts, ...options.timeouts };
  const proxy = options.proxy ?? (base.isLoopback ? false : undefined);
  const agent =
    options.dispatcher ??
    createAgent({ ...options, connectMs: timeouts.connectMs, ...(proxy !== undefined && { proxy }) });
  const carrier = {
    dispatcher: agent,
    timeouts,
    headers: { "User-Agent": "zotpilot", ...dialect.headers, ...options.headers },
  };
  const dispatcher = createDispatcher(carrier);
  const once = createDispatcher({ ...carrier, retry: { statuses: false } });
  let known: readonly ModelInfo[] = [];
  let closing: Promise<void> | undefined;

  async function request(
    key: string | undefined,
    part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>,
  ): Promise<HttpRequest> {
    refuseUncheckedTls(base.origin);
    return {
      dispatcher,
      origin: base.origin,
      timeouts,
      host: () => base.host,
      ...part,
      path: base.prefix + part.path,
      headers: { ...part.headers, ...(key !== undefined && dialect.sign(key)) },
    };
  }

  async function listModels({ signal }: { signal?: AbortSignal } = {}): Promise<readonly ModelInfo[]> {
    const what = `Asking ${id} for its models`;
    const key = await readApiKey(options.apiKey);
    const defaults = {
      vendor: id,
      endpoint: dialect.format.path,
      contextWindow: options.contextWindow ?? 128_000,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
    };
    const mine = options.models ?? [];
    const asked = await request(key, {
      path: dialect.models,
      method: "GET",
      what,
      headers: { Accept: "application/json" },
      signal,
    });
    try {
      const { value } = await requestJson(asked, listSchema, MODELS_LIMIT);
      known = mergeModels(value.data, mine, defaults);
    } catch (error) {
      // Some services have no list; then there is what the caller knows.
      const hasNoList = isProviderError(error) && (error.status === 404 || error.status === 405);
      if (!hasNoList || mine.length === 0) throw explainKeyError(error, key, what, base.host);
      known = mergeModels([], mine, defaults);
    }
    if (known.length === 0) {
      throw new ProviderError("invalid_response", `${what} failed: ${base.host} listed none.`);
    }
    return known;
  }

  return {
    id,
    listModels,
    async *stream(asked, { signal, quietRetries = true } = {}): AsyncGenerator<ModelEvent, void, undefined> {
      const what = `Asking ${id} for an answer`;
      const key = await readApiKey(options.apiKey);
      const info = known.find((model) => model.id === asked.model);
      const account = accountOf(base.origin, key);
      const { format } = dialect;
      const body = format.encode(asked, {
        stream: true,
        reasons: /^(?:gpt-5|o\d)/.test(asked.model),
        reasoningEfforts: undefined,
        account,
        structuredOutputs: info?.supports.structuredOutputs,
        thinking: info?.supports.thinking,
        ...(info && { maxOutputTokens: info.maxOutputTokens }),
      });
      let answer: StreamAnswer | undefined;
      try {
        const sent = await request(key, {
          path: format.path,
          method: "POST",
          what,
          headers: {
            "Content-Type": "application/json",
            Accept: "text/event-stream, application/json",
            "Accept-Encoding": "identity",
            ...format.headers?.(body),
          },
          body: JSON.stringify(body, withoutMediaType),
          signal,
          ...(!quietRetries && { dispatcher: once }),
        });
        answer = await requestStream(sent);
        const { requestId } = answer;
        yield { type: "response_start", ...(requestId !== undefined && { requestId }) };
        const decoder = format.createDecoder({
          model: asked.model,
          requestId,
          what,
          host: base.host,
          announcesEnd: true,
          account,
          responseFormat: asked.responseFormat?.name,
        });
        yield* readAnswer(answer.body, decoder);
      } catch (error) {
        throw explainKeyError(error, key, what, base.host);
      } finally {
        answer?.body.cancel();
      }
    },
    close: () => (closing ??= options.dispatcher ? Promise.resolve() : agent.close()),
  };
}

/** Copilot wants the kind of an image beside its address; other services refuse a field that they do not know. */
function withoutMediaType(name: string, value: unknown): unknown {
  if (name !== "image_url" || !isRecord(value)) return value;
  const { media_type: _, ...rest } = value;
  return rest;
}

/** Whose reasoning state it is; tells nothing about the key. */
function accountOf(origin: string, key: string | undefined): string {
  return createHash("sha256")
    .update(`${origin}\n${key ?? ""}`)
    .digest("hex")
    .slice(0, 16);
}
