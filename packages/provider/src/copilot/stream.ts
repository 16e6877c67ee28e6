import { isProviderError, ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import type { ModelEvent } from "../model/event.ts";
import type { ModelInfo } from "../model/model-info.ts";
import type { Provider } from "../model/provider.ts";
import type { ModelRequest } from "../model/request.ts";
import { requestStream, type HttpRequest } from "../transport/http.ts";
import { chatCompletions } from "../wire/chat-completions/chat-completions.ts";
import { readAnswer } from "../wire/read-answer.ts";
import { modelError } from "./model-error.ts";
import { requestHeaders } from "./request-headers.ts";

/** What {@link createStream} needs of the client that it belongs to. */
export interface StreamOptions {
  /** Completes a request for the account's Copilot host. */
  request(part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>): HttpRequest;
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

/** Makes `Provider.stream` for Copilot. */
export function createStream(options: StreamOptions): Provider["stream"] {
  return async function* stream(
    asked: ModelRequest,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<ModelEvent, void, undefined> {
    const known = options.knownModels();
    const info = known?.find((model) => model.id === asked.model);
    if (info && !info.endpoints.includes(chatCompletions.path)) {
      throw new ProviderError(
        "bad_request",
        `The model "${displayText(asked.model, 100)}" answers only on ${info.endpoints.join(" and ")}, which this version does not speak yet.`,
        { hint: "Choose another model." },
      );
    }
    const what = "Asking Copilot for an answer";
    const body = chatCompletions.encode(asked, {
      stream: info?.supports.streaming ?? true,
      reasons: (info?.supports.reasoningEfforts.length ?? 0) > 0,
      reasoningEfforts: info?.supports.reasoningEfforts,
    });
    const answer = await requestStream(
      options.request({
        path: chatCompletions.path,
        method: "POST",
        what,
        headers: requestHeaders(asked),
        body: JSON.stringify(body),
        signal,
      }),
    ).catch((error: unknown) => {
      throw isProviderError(error) && error.code === "model_not_found"
        ? modelError(error, asked.model, known)
        : error;
    });
    yield {
      type: "response_start",
      ...(answer.requestId !== undefined && { requestId: answer.requestId }),
    };
    const decoder = chatCompletions.createDecoder({
      model: asked.model,
      requestId: answer.requestId,
      what,
      host: options.host(),
    });
    yield* readAnswer(answer.body, decoder, options.monotonicNow);
  };
}
