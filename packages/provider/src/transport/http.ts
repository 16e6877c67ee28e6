import type { Dispatcher } from "undici";
import type { z } from "zod";
import { parseJsonObject } from "../errors/error-body.ts";
import { isProviderError, ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import { errorFromResponse } from "../errors/response-error.ts";
import { headerOf, type ResponseHeaders } from "../errors/retry-after.ts";
import { readBounded, watchBody, type WatchedBody } from "./body.ts";
import { looksLikeNetwork, networkError } from "./network-error.ts";
import type { Timeouts } from "./timeouts.ts";

/** One request, described so that failures can be explained. */
export interface HttpRequest {
  dispatcher: Dispatcher;
  origin: string;
  path: string;
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
  timeouts: Timeouts;
  /** What is tried, as the beginning of a sentence: "Asking Copilot for its models". */
  what: string;
  /** The host for messages; a function because signing may choose it. */
  host: () => string;
  /** Whether an error that comes out of the dispatcher is none of the network, and reaches the caller as it is. */
  isForeign?: (error: unknown) => boolean;
}

/** An answer whose body has been read as text. */
export interface TextAnswer {
  status: number;
  headers: ResponseHeaders;
  text: string;
}

/** How much of the body of a failed answer is read, and for how long: more of it tells nothing new. */
const ERROR_BODY_LIMIT = 64 * 1024;
const ERROR_BODY_MS = 2_000;

function requestIdOf(headers: ResponseHeaders): string | undefined {
  return headerOf(headers, "x-request-id") ?? headerOf(headers, "x-github-request-id");
}

/** 304 leads nowhere: nothing was asked that could be unchanged. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

function redirectError(request: HttpRequest, status: number, headers: ResponseHeaders): ProviderError {
  const location = headerOf(headers, "location") ?? "";
  const target = displayText(location.split(/[?#]/, 1)[0] ?? "", 200);
  return new ProviderError(
    "invalid_response",
    `${request.what} failed: ${request.host()} answered with a redirect (status ${status})${target === "" ? "" : ` to "${target}"`}, and redirects are never followed, because the request carries your token.`,
    { status, hint: "Check the configured host and the network for a proxy." },
  );
}

/** Sends a request; the dispatcher signs it and tries again. Throws the signal's reason when aborted. */
async function send(request: HttpRequest): Promise<Dispatcher.ResponseData> {
  const { dispatcher, origin, path, method, headers, body, signal, timeouts } = request;
  signal?.throwIfAborted();
  try {
    return await dispatcher.request({
      origin,
      path,
      method,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
      headersTimeout: timeouts.firstByteMs,
      // A body is watched as it is read, see watchBody.
      bodyTimeout: 0,
    });
  } catch (error) {
    signal?.throwIfAborted();
    // What a credential source throws (not logged in, store unreadable) is its own story.
    if (isProviderError(error) || request.isForeign?.(error) === true || !looksLikeNetwork(error))
      throw error;
    throw networkError(error, request.what, request.host(), "before_answer");
  }
}

/** The start of the body of a failed answer. One that breaks off or goes silent counts as far as it came. */
async function errorBodyOf(request: HttpRequest, answer: Dispatcher.ResponseData): Promise<string> {
  const body = watchBody(answer.body, request.timeouts, (error) => error);
  body.release(ERROR_BODY_MS);
  return (await readBounded(body, ERROR_BODY_LIMIT)).text;
}

/** The body of a good answer: failures while it arrives become sentences, an abort stays the signal's reason. */
function watchedBody(request: HttpRequest, answer: Dispatcher.ResponseData, totalMs?: number): WatchedBody {
  const explain = (error: unknown) =>
    request.signal?.aborted === true
      ? request.signal.reason
      : networkError(error, request.what, request.host(), "in_answer");
  return watchBody(answer.body, request.timeouts, explain, totalMs);
}

async function refuse(request: HttpRequest, answer: Dispatcher.ResponseData): Promise<never> {
  const body = await errorBodyOf(request, answer);
  request.signal?.throwIfAborted();
  const { statusCode: status, headers } = answer;
  if (isRedirect(status)) throw redirectError(request, status, headers);
  throw errorFromResponse({ status, headers, body, host: request.host(), what: request.what });
}

/**
 * Sends a request and reads the whole answer, whatever its status, up to `limit` bytes. All of it must have come as long
 * after its headers as these may take.
 */
export async function requestText(request: HttpRequest, limit: number): Promise<TextAnswer> {
  // Nothing here unpacks an answer, and one that is packed small may be huge.
  const answer = await send({ ...request, headers: { "Accept-Encoding": "identity", ...request.headers } });
  const { statusCode: status, headers } = answer;
  if (isRedirect(status)) return refuse(request, answer);
  if (status >= 300) {
    const text = await errorBodyOf(request, answer);
    request.signal?.throwIfAborted();
    return { status, headers, text };
  }
  const watched = watchedBody(request, answer, request.timeouts.firstByteMs);
  const body = await readBounded(watched, limit, { strict: true });
  if (body.truncated) {
    throw new ProviderError(
      "invalid_response",
      `${request.what} failed: ${request.host()} answered with more than ${Math.round(limit / 1024)} KB.`,
      { status },
    );
  }
  return { status, headers, text: body.text };
}

/** Sends a request, refuses every status but 2xx, and reads the JSON answer through a schema. */
export async function requestJson<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  limit: number,
): Promise<{ value: z.infer<Schema>; headers: ResponseHeaders }> {
  const { status, headers, text } = await requestText(request, limit);
  if (status < 200 || status > 299) {
    throw errorFromResponse({ status, headers, body: text, host: request.host(), what: request.what });
  }
  const parsed = schema.safeParse(parseJsonObject(text));
  if (!parsed.success) throw unexpectedBody(request, status, headers, text);
  return { value: parsed.data, headers };
}

/** The error for a 2xx answer that is not what was asked for. */
export function unexpectedBody(
  request: Pick<HttpRequest, "what" | "host">,
  status: number,
  headers: ResponseHeaders,
  text: string,
): ProviderError {
  const start = text.trimStart().slice(0, 1);
  const form =
    start === ""
      ? "nothing"
      : start === "<"
        ? "an HTML page"
        : start === "{"
          ? "JSON of another shape"
          : "text";
  const requestId = requestIdOf(headers);
  return new ProviderError(
    "invalid_response",
    `${request.what} failed: ${request.host()} answered with ${form} where JSON was expected (status ${status}).`,
    {
      status,
      ...(requestId !== undefined && { requestId }),
      retryable: start !== "{",
      ...(start === "<" && {
        hint: "A proxy or login page of the network may have answered instead of the service.",
      }),
    },
  );
}

/** A streaming answer with status 2xx. The body must be read to its end or left, which cancels the request. */
export interface StreamAnswer {
  requestId: string | undefined;
  headers: ResponseHeaders;
  body: WatchedBody;
}

/** Sends a request, refuses every status but 2xx, and hands out the body as it arrives. */
export async function requestStream(request: HttpRequest): Promise<StreamAnswer> {
  const answer = await send(request);
  if (answer.statusCode < 200 || answer.statusCode > 299) return refuse(request, answer);
  return {
    requestId: requestIdOf(answer.headers),
    headers: answer.headers,
    body: watchedBody(request, answer),
  };
}
