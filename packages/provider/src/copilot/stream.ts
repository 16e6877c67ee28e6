import type { Dispatcher } from "undici";
import { isProviderError, type ProviderError } from "../errors/provider-error.ts";
import type { ModelEvent } from "../model/event.ts";
import type { ModelInfo } from "../model/model-info.ts";
import type { Provider, StreamCallOptions } from "../model/provider.ts";
import type { ModelRequest } from "../model/request.ts";
import { requestStream, type HttpRequest, type StreamAnswer } from "../transport/http.ts";
import { abortable } from "../transport/abortable.ts";
import { readBatches } from "../wire/read-answer.ts";
import type { EncodeContext, WireFormat } from "../wire/wire-format.ts";
import { createWireChooser, probablyReasons } from "./choose-wire.ts";
import { modelError } from "./model-error.ts";
import { createRefusedState } from "./refused-state.ts";
import { initiatorOf, requestHeaders } from "./request-headers.ts";

/** What {@link createStream} needs of the client that it belongs to. */
export interface StreamOptions {
  /** Completes a request for the account's Copilot host. */
  request(part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>): HttpRequest;
  /** Carries requests whose caller tries again by itself. */
  once: Dispatcher;
  /** The models as they were last listed, if they were. */
  knownModels(): readonly ModelInfo[] | undefined;
  /** Asks for the models; what it throws is not shown to the caller of the stream. */
  listModels(options: object): Promise<readonly ModelInfo[]>;
  /** The account and host that reasoning state belongs to; see `accountTag`. */
  account(options: { signal?: AbortSignal }): Promise<string>;
  /** The Copilot host, for messages. */
  host(): string;
  monotonicNow?: (() => number) | undefined;
}

const WHAT = "Asking Copilot for an answer";

/**
 * Makes `Provider.stream` for Copilot. A model that turns out not to answer on the wire that was chosen is asked on the
 * others, each once, and reasoning state that the service cannot read is left out once, before anything is shown.
 */
export function createStream(options: StreamOptions): Provider["stream"] {
  const wires = createWireChooser();
  const refusedState = createRefusedState();
  let listing: Promise<unknown> | undefined;

  function infoOf(id: string): ModelInfo | undefined {
    return options.knownModels()?.find((model) => model.id === id);
  }

  function send(
    asked: ModelRequest,
    wire: WireFormat,
    body: Record<string, unknown>,
    { signal, quietRetries = true }: StreamCallOptions,
  ): Promise<StreamAnswer> {
    return requestStream(
      options.request({
        path: wire.path,
        method: "POST",
        what: WHAT,
        headers: { ...requestHeaders(asked), ...wire.headers?.(body) },
        body: JSON.stringify(body),
        signal,
        ...(!quietRetries && { dispatcher: options.once }),
      }),
    );
  }

  /** Asks for the models if that has not been done yet; requests that want them at the same time ask once. */
  async function learnModels(signal: AbortSignal | undefined): Promise<void> {
    if (options.knownModels()) return;
    listing ??= options
      .listModels({})
      .catch(() => undefined)
      .finally(() => (listing = undefined));
    await (signal ? abortable(listing, signal) : listing);
  }

  return async function* stream(
    given: ModelRequest,
    call: StreamCallOptions = {},
  ): AsyncGenerator<ModelEvent, void, undefined> {
    const { signal } = call;
    const whose = signal ? { signal } : {};
    let account = hasReasoning(given) ? await options.account(whose) : undefined;
    // Said once, so that it stays the same however often the request is sent.
    const asked = { ...given, initiator: initiatorOf(given) };
    const { model } = asked;
    const encode = () => wire.encode(asked, { ...contextOf(model, infoOf(model)), account, refusedState });
    let wire = wires.choose(model, infoOf(model));
    let body = encode();
    let answer: StreamAnswer | undefined;
    let mayDrop = true;
    const tried: WireFormat[] = [];
    while (!answer) {
      try {
        answer = await send(asked, wire, body, call);
      } catch (error) {
        if (!isProviderError(error)) throw error;
        const sent = JSON.stringify(body);
        if (mayDrop && isStateRefused(error)) {
          mayDrop = false;
          refusedState.add(asked);
          body = encode();
          // Whoever else has been refused the same state meanwhile: it is this request that may have sent it.
          if (JSON.stringify(body) !== sent) continue;
        }
        if (isElsewhere(error)) {
          tried.push(wire);
          await learnModels(signal);
          const other = wires.next(tried, model, infoOf(model));
          if (other) {
            wire = other;
            body = encode();
            continue;
          }
        }
        throw error.code === "model_not_found" ? modelError(error, model, options.knownModels()) : error;
      }
    }
    if (tried.length > 0) wires.remember(model, wire);
    try {
      // The token at hand tells; if it had to be renewed just now and could not be, the state is not kept.
      account ??= await options.account(whose).catch(() => undefined);
      yield {
        type: "response_start",
        ...(answer.requestId !== undefined && { requestId: answer.requestId }),
      };
      const decoder = wire.createDecoder({
        model,
        requestId: answer.requestId,
        what: WHAT,
        host: options.host(),
        account,
        responseFormat: asked.responseFormat?.name,
      });
      // The events of a packet are given out one by one here, and not by a generator of their own, which costs as much again.
      for await (const batch of readBatches(answer.body, decoder, options.monotonicNow)) {
        for (const event of batch) yield event;
      }
    } finally {
      answer.body.cancel();
    }
  };
}

function hasReasoning(request: ModelRequest): boolean {
  return request.messages.some((message) => message.content.some((part) => part.type === "reasoning"));
}

function contextOf(id: string, info: ModelInfo | undefined): EncodeContext {
  if (!info) return { stream: true, reasons: probablyReasons(id), reasoningEfforts: undefined };
  const { streaming, reasoningEfforts, structuredOutputs, thinking } = info.supports;
  return {
    stream: streaming,
    reasons: reasoningEfforts.length > 0,
    reasoningEfforts,
    structuredOutputs,
    thinking,
    maxOutputTokens: info.maxOutputTokens,
  };
}

/** The service has the model, but not on this endpoint. One host says so under another code. */
function isElsewhere({ serviceCode, message }: ProviderError): boolean {
  return (
    serviceCode === "unsupported_api_for_model" ||
    (serviceCode === "model_not_supported" && /not accessible via the \S+ endpoint/.test(message))
  );
}

/** Reasoning state of another deployment, or one that a deployment has forgotten the key of. */
function isStateRefused({ status, serviceCode, message }: ProviderError): boolean {
  return (
    status === 400 &&
    (serviceCode === "invalid_encrypted_content" ||
      /encrypted content .*could not be verified|invalid signature in thinking block/i.test(message))
  );
}
