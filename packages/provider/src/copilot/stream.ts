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
import { isGemini, schemaError } from "./schema-error.ts";
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
  /** An error as the caller may see it. */
  hide(error: unknown): unknown;
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

  /** Sends a request until there is an answer, and says on which wire that came. */
  async function ask(
    asked: ModelRequest,
    account: string | undefined,
    call: StreamCallOptions,
  ): Promise<{ answer: StreamAnswer; wire: WireFormat }> {
    const { model } = asked;
    const tried: WireFormat[] = [];
    let mayDrop = true;
    let wire = wires.choose(model, infoOf(model));
    const encode = () => wire.encode(asked, { ...contextOf(model, infoOf(model)), account, refusedState });
    let body = encode();
    for (;;) {
      try {
        const answer = await send(asked, wire, body, call);
        if (tried.length > 0) wires.remember(model, wire);
        return { answer, wire };
      } catch (error) {
        if (!isProviderError(error)) throw error;
        if (mayDrop && isStateRefused(error)) {
          mayDrop = false;
          refusedState.add(asked);
          const refused = JSON.stringify(body);
          body = encode();
          // Another request may have been refused the same state meanwhile: what counts is whether this one sent some.
          if (JSON.stringify(body) !== refused) continue;
        }
        if (isElsewhere(error)) {
          tried.push(wire);
          await learnModels(call.signal);
          const other = wires.next(tried, model, infoOf(model));
          if (other) {
            wire = other;
            body = encode();
            continue;
          }
        }
        if (error.code === "model_not_found") throw modelError(error, model, options.knownModels());
        throw schemaError(error, asked, infoOf(model));
      }
    }
  }

  return async function* stream(
    given: ModelRequest,
    call: StreamCallOptions = {},
  ): AsyncGenerator<ModelEvent, void, undefined> {
    const whose = call.signal ? { signal: call.signal } : {};
    let body: StreamAnswer["body"] | undefined;
    try {
      let account = hasReasoning(given) ? await options.account(whose) : undefined;
      // Said once, so that it stays the same however often the request is sent.
      const asked = { ...given, initiator: initiatorOf(given) };
      const { answer, wire } = await ask(asked, account, call);
      const { requestId } = answer;
      body = answer.body;
      // The token at hand tells; if it had to be renewed just now and could not be, the state is not kept.
      account ??= await options.account(whose).catch(() => undefined);
      yield { type: "response_start", ...(requestId !== undefined && { requestId }) };
      const decoder = wire.createDecoder({
        model: asked.model,
        requestId,
        what: WHAT,
        host: options.host(),
        account,
        responseFormat: asked.responseFormat?.name,
      });
      // The events of a packet are given out one by one here, and not by a generator of their own, which costs as much again.
      for await (const batch of readBatches(body, decoder, options.monotonicNow)) {
        for (const event of batch) yield event;
      }
    } catch (error) {
      throw options.hide(error);
    } finally {
      body?.cancel();
    }
  };
}

function hasReasoning(request: ModelRequest): boolean {
  return request.messages.some((message) => message.content.some((part) => part.type === "reasoning"));
}

function contextOf(id: string, info: ModelInfo | undefined): EncodeContext {
  const strictSchemas = isGemini(id, info);
  if (!info)
    return { stream: true, reasons: probablyReasons(id), reasoningEfforts: undefined, strictSchemas };
  const { streaming, reasoningEfforts, structuredOutputs, thinking } = info.supports;
  return {
    stream: streaming,
    strictSchemas,
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
