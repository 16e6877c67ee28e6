import { displayText, withoutSecret } from "../display.ts";
import { AuthError } from "../errors.ts";
import { parseJson } from "./schema.ts";

const maximumBodyBytes = 1024 * 1024;
const requestTimeoutMs = 30_000;

/** What one request needs; `fetch` is the global one unless given. */
export interface HttpOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}

export interface HttpRequest {
  readonly url: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** What is sent and must not be told: blotted out of the answer, should it be repeated there. */
  readonly secret?: string;
}

type Conceal = (text: string) => string;

/** `json` is undefined for a body that is no JSON; `kind` says in words what came, without quoting its values. */
export interface HttpAnswer {
  readonly status: number;
  readonly json: unknown;
  readonly kind: string;
  readonly retryAfter: string | null;
}

/**
 * One request, never redirected: GitHub has no reason to send a login elsewhere, and the request carries secrets. Throws
 * `AuthError` `network` when no answer came; an abort throws the signal's reason.
 */
export async function request(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  const { fetch = globalThis.fetch, signal } = options;
  signal?.throwIfAborted();
  // Whole milliseconds only: a fraction, which every clock difference has, is a RangeError.
  const timeout = AbortSignal.timeout(Math.ceil(request.timeoutMs ?? requestTimeoutMs));
  const origin = new URL(request.url).host;
  const conceal: Conceal = (text) => withoutSecret(text, request.secret ?? "");
  try {
    const response = await fetch(request.url, {
      method: request.form === undefined ? "GET" : "POST",
      headers: { accept: "application/json", "user-agent": "zotpilot", ...request.headers },
      ...(request.form === undefined ? {} : { body: new URLSearchParams(request.form) }),
      redirect: "manual",
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return await readAnswer(response, conceal);
  } catch (error) {
    signal?.throwIfAborted();
    const reason = timeout.aborted ? "no answer in time" : reasonOf(error, conceal);
    throw new AuthError("network", `Could not reach ${origin}: ${reason}.`);
  }
}

async function readAnswer(response: Response, conceal: Conceal): Promise<HttpAnswer> {
  const { status, headers } = response;
  const retryAfter = headers.get("retry-after");
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    return {
      status,
      json: undefined,
      kind: `a redirect to ${redirectTarget(response, conceal)}`,
      retryAfter,
    };
  }
  const body = await readBody(response);
  if (body === undefined) return { status, json: undefined, kind: "more than 1 MB", retryAfter };
  const json = parseJson(body, conceal);
  return {
    status,
    json,
    kind: json === undefined ? describe(conceal(body)) : "JSON of another form",
    retryAfter,
  };
}

/** The text, or undefined when it is too long. Counted after decompression: 50 KB of gzip can hold 50 MB. */
async function readBody(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  if (response.body === null) return text;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maximumBodyBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function describe(body: string): string {
  const text = body.trimStart();
  if (text === "") return "an empty page";
  if (!text.startsWith("<")) return "text that is no JSON";
  const title = /<title[^>]*>([^<]*)</i.exec(text)?.[1]?.trim();
  return title ? `a web page titled "${displayText(title, 100)}"` : "a web page";
}

function redirectTarget(response: Response, conceal: Conceal): string {
  const location = response.headers.get("location");
  const url = location === null ? null : URL.parse(location, response.url);
  return url === null ? "another address" : displayText(conceal(url.host || url.protocol), 100);
}

const UNTRUSTED = /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_SELF_SIGNED)/;

/** In words only: the errors of undici hold the bytes that came, and those may hold a token. */
function reasonOf(error: unknown, conceal: Conceal): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return "the request failed";
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== undefined && UNTRUSTED.test(code)) {
    return `its certificate is not trusted (${code}). For a company's own certificates, name their file in NODE_EXTRA_CA_CERTS`;
  }
  const message = displayText(conceal(cause.message).replace(/\.$/, ""), 200);
  if (message === "") return code ?? "the request failed";
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}
