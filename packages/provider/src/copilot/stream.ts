import type { Dispatcher } from "undici";
import { isProviderError, type ProviderError } from "../errors/provider-error.ts";
import type { ModelEvent } from "../model/event.ts";
import type { ModelInfo } from "../model/model-info.ts";
import type { Provider, StreamCallOptions } from "../model/provider.ts";
import type { ModelRequest } from "../model/request.ts";
import { requestStream, type HttpRequest, type StreamAnswer } from "../transport/http.ts";
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
  listModels(options: { signal?: AbortSignal }): Promise<readonly ModelInfo[]>;
  /** The account and host that reasoning state belongs to; see `accountTag`. */
  account(options: { signal?: AbortSignal }): Promise<string>;
  /** The Copilot host, for messages. */
  host(): string;
  monotonicNow?: (() => number) | undefined;
}

const WHAT = "Asking Copilot for an answer";

/**
 * Makes `Provider.stream` for Copilot. A model that turns out not to answer on the wire that was chosen is asked on
 * another one, and reasoning state that the service cannot read is left out: each once, before anything is shown.
 */
export function createStream(options: StreamOptions): Provider["stream"] {
  const wires = createWireChooser();
  const refusedState = createRefusedState();

  function infoOf(id: string): ModelInfo | undefined {
    return options.knownModels()?.find((model) => model.id === id);
  }

  async function send(
    asked: ModelRequest,
    wire: WireFormat,
    context: EncodeContext,
    { signal, quietRetries = true }: StreamCallOptions,
  ): Promise<StreamAnswer> {
    const body = wire.encode(asked, context);
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

  /** Where to ask after a refusal: the list of models tells, if it has not been asked for yet. */
  async function otherWire(
    refused: WireFormat,
    id: string,
    signal: AbortSignal | undefined,
  ): Promise<WireFormat | undefined> {
    if (!options.knownModels()) {
      await options.listModels(signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
    return wires.switchFrom(refused, id, infoOf(id));
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
    let wire = wires.choose(model, infoOf(model));
    let answer: StreamAnswer | undefined;
    let mayDrop = true;
    let maySwitch = true;
    while (!answer) {
      const context: EncodeContext = { ...contextOf(model, infoOf(model)), account, refusedState };
      try {
        answer = await send(asked, wire, context, call);
      } catch (error) {
        if (!isProviderError(error)) throw error;
        if (mayDrop && isStateRefused(error) && refusedState.add(asked)) mayDrop = false;
        else {
          const other = maySwitch && isElsewhere(error) ? await otherWire(wire, model, signal) : undefined;
          if (!other) {
            throw error.code === "model_not_found" ? modelError(error, model, options.knownModels()) : error;
          }
          maySwitch = false;
          wire = other;
        }
      }
    }
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
