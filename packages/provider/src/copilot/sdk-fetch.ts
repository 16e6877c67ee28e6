import { fetch as undiciFetch, type Dispatcher } from "undici";
import { isProviderError, type ProviderErrorCode } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import { mergeHeaders } from "../transport/headers.ts";
import { looksLikeNetwork, networkError } from "../transport/network-error.ts";
import { sdkHeaders } from "./sdk-headers.ts";

/** The standard `fetch` of the platform. */
export type Fetch = typeof globalThis.fetch;

/** Answers that the platform's `Response` wants without a body. */
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/**
 * Makes a `fetch` that sends through `dispatcher`, so that programs written for other services ask Copilot. The
 * dispatcher signs, and refuses every host but the account's. The body is read first, so that a request can be sent
 * again with a renewed token. An account that may not is told as an answer with the fitting status, which SDKs show and do
 * not try again; other failures reject, as those of `fetch` do, with what happened as the cause. Redirects are not followed: the caller gets the answer that asked for one, with a body that says so.
 */
export function createSdkFetch(
  dispatcher: Dispatcher,
  host: () => string,
  isForeign: (error: unknown) => boolean,
): Fetch {
  return async (input, init) => {
    // The platform's own classes read every form of a request that there is.
    const asked = new Request(input, { ...init, redirect: "manual" });
    const bytes = asked.body ? new Uint8Array(await asked.arrayBuffer()) : undefined;
    const body = bytes ? Buffer.from(bytes).toString("utf8") : undefined;
    // Not the copy's signal, which is forgotten with the copy while the answer still streams.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const answer = await undiciFetch(asked.url, {
      method: asked.method,
      headers: sdkHeaders(asked.headers, body),
      ...(bytes && { body: bytes }),
      redirect: "manual",
      ...(signal && { signal }),
      dispatcher: dispatcher.compose(wholeBody(bytes)),
    }).catch((error: unknown) => {
      const told = explained(error, host(), isForeign);
      if (told instanceof Response) return told;
      throw told;
    });
    if (answer instanceof Response) return answer;
    const headers = new Headers([...answer.headers]);
    if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
      await answer.body?.cancel();
      return redirected(answer.status, headers);
    }
    const stream = WITHOUT_BODY.includes(answer.status) ? null : (answer.body as ReadableStream | null);
    return new Response(stream, { status: answer.status, statusText: answer.statusText, headers });
  };
}

/** What `fetch` adds of its own; the identity has its place. */
const ADDED: readonly string[] = ["user-agent", "sec-fetch-mode", "accept-language"];

/** `fetch` hands its body on as a generator, which cannot be sent twice: the bytes go in its place. */
function wholeBody(bytes: Uint8Array | undefined): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const headers = mergeHeaders(options.headers, [], ADDED);
    return dispatch({ ...options, headers, ...(bytes && { body: bytes }) }, handler);
  };
}

/** Statuses for what is found out before Copilot is asked. */
const STATUSES: Partial<Record<ProviderErrorCode, number>> = {
  unauthenticated: 401,
  not_subscribed: 403,
  forbidden: 403,
  quota_exceeded: 402,
  rate_limited: 429,
};

/** What became of a request that has no answer: a `Response` that explains it, or what to throw. */
function explained(error: unknown, host: string, isForeign: (error: unknown) => boolean): unknown {
  const cause = error instanceof TypeError ? error.cause : undefined;
  if (cause === undefined) return error;
  if (!isProviderError(cause)) {
    // What a credential source throws is its own story.
    if (isForeign(cause) || !looksLikeNetwork(cause)) return cause;
    const reason = networkError(cause, "Asking Copilot", host, "before_answer");
    return new TypeError("fetch failed", { cause: reason });
  }
  const status = STATUSES[cause.code];
  if (status === undefined) return cause.retryable ? new TypeError("fetch failed", { cause }) : cause;
  const headers = new Headers({ "content-type": "application/json", "x-should-retry": "false" });
  if (cause.retryAfterMs !== undefined) {
    headers.set("retry-after", String(Math.ceil(cause.retryAfterMs / 1000)));
  }
  const { message, code, hint } = cause;
  const text = hint === undefined ? message : `${message} ${hint}`;
  return new Response(JSON.stringify({ error: { message: text, code } }), { status, headers });
}

function redirected(status: number, headers: Headers): Response {
  const target = (headers.get("location") ?? "").split(/[?#]/, 1)[0] ?? "";
  headers.delete("location");
  headers.delete("content-length");
  headers.set("content-type", "application/json");
  const message = `Copilot answered with a redirect to "${displayText(target, 200)}", and redirects are never followed, because the request carries your token.`;
  return new Response(JSON.stringify({ error: { message, code: "redirect_refused" } }), { status, headers });
}
