import { ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import { isNotHttp, networkCodeOf, plainError } from "./plain-error.ts";
import { proxyFailureIn, type ProxyFailure } from "./proxy-failure.ts";

/** When a failure happened, which decides how its sentence ends. */
export type Phase = "before_answer" | "in_answer";

const TLS_CODES =
  /^(?:UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH|CRL_|INVALID_CA)/;
const TLS_HINT =
  "If your network opens TLS with a certificate authority of its own, set NODE_EXTRA_CA_CERTS to its PEM file, or hand its text to the option `ca`.";

interface Reading {
  says: string;
  code?: "network" | "timeout" | "bad_request";
  hint?: string;
  retryable?: boolean;
}

function read(error: unknown, host: string, phase: Phase): Reading {
  const code = networkCodeOf(error);
  const message = error instanceof Error ? error.message : "";
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        says: `the name ${host} could not be found (${code})`,
        hint: "Check the network connection and the DNS settings.",
      };
    case "ECONNREFUSED":
      return {
        says: `${host} refused the connection (${code})`,
        hint: "Check that the host is right and reachable from here.",
      };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ENETDOWN":
      return { says: `there is no way to ${host} (${code})`, hint: "Check the network connection." };
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return {
        says: `${host} did not take the connection in time (${code})`,
        code: "timeout",
        hint: "Check the network, a VPN, or a proxy setting.",
      };
    case "UND_ERR_HEADERS_TIMEOUT":
      return { says: `${host} did not begin to answer in time (${code})`, code: "timeout" };
    case "UND_ERR_BODY_TIMEOUT":
      return { says: `${host} stopped in the middle of its answer (${code})`, code: "timeout" };
    case "UND_ERR_HEADERS_OVERFLOW":
      return { says: `${host} sent more headers than we read (${code})`, retryable: false };
    case "UND_ERR_DESTROYED":
    case "UND_ERR_CLOSED":
      return { says: "the client has been closed", code: "bad_request", retryable: false };
    case "UND_ERR_INVALID_ARG":
      // What undici makes of a proxy's refusal where it asks for plain http.
      if (message.startsWith("Proxy Authentication Required")) {
        return {
          says: "the proxy wants a user name and a password, or others than it was given (status 407)",
          hint: "Set them in the option `proxy` or in HTTP_PROXY: write USER:PASSWORD@ between http:// and the host.",
          retryable: false,
        };
      }
      return {
        says: "a header or address holds characters that it cannot have",
        code: "bad_request",
        retryable: false,
      };
    default:
      break;
  }
  if (TLS_CODES.test(code)) {
    return { says: `the certificate of ${host} is not trusted (${code})`, hint: TLS_HINT, retryable: false };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return { says: `${host} does not speak TLS as expected (${code})`, hint: TLS_HINT, retryable: false };
  }
  if (isNotHttp(error)) {
    return {
      says: `${host} did not answer as HTTP${phase === "in_answer" ? " to the end" : ""}`,
      hint: "Another program, or a proxy, may have answered in the place of the service.",
    };
  }
  // The words of undici's own proxy agent, when the caller brought one.
  const proxy = /Proxy response \((\d{3})\)/.exec(message);
  if (proxy) {
    return {
      says: `the proxy did not open a way to ${host} (it answered with status ${proxy[1]})`,
      hint:
        proxy[1] === "407"
          ? "The proxy wants a user name and password, or others than it was given."
          : "Check the proxy's settings.",
      retryable: false,
    };
  }
  const where = phase === "in_answer" ? "in the middle of its answer" : "before it answered";
  return {
    says: `the connection to ${host} broke ${where}${code === "" ? "" : ` (${displayText(code, 40)})`}`,
  };
}

function readProxyFailure({ reason, proxy, setting, status, cause }: ProxyFailure, host: string): Reading {
  const where = `Check ${setting}, and NO_PROXY for hosts that need no proxy.`;
  // Not as one address: what stands between :// and @ is taken for a password and hidden.
  const how = `write USER:PASSWORD@ between http:// and ${proxy}, with special characters percent-encoded`;
  switch (reason) {
    case "login_refused":
      return {
        says: `the proxy ${proxy} refused the user name or the password that it was given (status ${status})`,
        hint: `Correct them in ${setting}: ${how}.`,
        retryable: false,
      };
    case "login_missing":
      return {
        says: `the proxy ${proxy} wants a user name and a password (status ${status})`,
        hint: `Set them in ${setting}: ${how}.`,
        retryable: false,
      };
    case "refused":
      return {
        says: `the proxy ${proxy} did not open a way to ${host} (it answered with status ${status})`,
        hint: `Ask whoever runs the proxy to allow ${host}. ${where}`,
        retryable: status !== undefined && status >= 500,
      };
    case "unreachable": {
      const code = networkCodeOf(cause);
      const detail = code === "" ? "" : ` (${displayText(code, 40)})`;
      return { says: `the proxy ${proxy} could not be reached${detail}`, hint: where };
    }
    case "silent":
      return { says: `the proxy ${proxy} opened no way to ${host} in time`, code: "timeout", hint: where };
    case "not_http":
      return { says: `the proxy ${proxy} did not answer as HTTP`, hint: where };
  }
}

/** Failures of undici, node:net, node:tls and node:dns carry a code in capitals; those of files also a path. */
export function looksLikeNetwork(error: unknown): boolean {
  if (isNotHttp(error)) return true;
  if (!(error instanceof Error) || "path" in error) return false;
  const code = (error as { code?: unknown }).code;
  return (typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code)) || error instanceof AggregateError;
}

/** Turns a failure of the network into one sentence with the host; its cause is a plain copy of the failure. */
export function networkError(error: unknown, what: string, host: string, phase: Phase): ProviderError {
  const proxy = proxyFailureIn(error);
  const reading = proxy ? readProxyFailure(proxy, host) : read(error, host, phase);
  return new ProviderError(reading.code ?? "network", `${what} failed: ${reading.says}.`, {
    retryable: reading.retryable ?? true,
    ...(reading.hint !== undefined && { hint: reading.hint }),
    cause: plainError(error),
  });
}

const QUIETLY_RETRIED = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|UND_ERR_SOCKET|ETIMEDOUT|EAI_AGAIN|ERR_HTTP2_.+)$/;

/** Whether a failure before the answer is the kind that mostly goes away when the request is sent again. */
export function isPassing(error: unknown): boolean {
  return QUIETLY_RETRIED.test(networkCodeOf(error));
}

/** Refuses to send a secret over TLS whose certificates nobody checks. */
export function refuseUncheckedTls(origin: string): void {
  if (origin.startsWith("https:") && process.env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    throw new ProviderError(
      "network",
      "Nothing was sent: NODE_TLS_REJECT_UNAUTHORIZED=0 turns certificate checks off, and a token must not go over such a connection.",
      { hint: "Unset it; for a private certificate authority set NODE_EXTRA_CA_CERTS instead." },
    );
  }
}
