import { plainError } from "./plain-error.ts";

/** Why a proxy opened no way to the host that was asked for. */
export type ProxyFailureReason =
  | "unreachable"
  | "silent"
  | "not_http"
  | "login_missing"
  | "login_refused"
  | "refused";

/** A failure of the proxy in between, told apart from failures of the host behind it. Holds no password. */
export class ProxyFailure extends Error {
  override readonly name = "ProxyFailure";
  readonly code: string;
  readonly reason: ProxyFailureReason;
  /** Host and port of the proxy. */
  readonly proxy: string;
  /** Which setting named the proxy, for the sentence that says what to change. */
  readonly setting: string;
  readonly status: number | undefined;

  constructor(
    reason: ProxyFailureReason,
    details: { proxy: string; setting: string; status?: number; cause?: unknown },
  ) {
    const { cause } = details;
    super(
      `the proxy ${details.proxy} failed: ${reason}`,
      cause === undefined ? {} : { cause: plainError(cause) },
    );
    this.code = `PROXY_${reason.toUpperCase()}`;
    this.reason = reason;
    this.proxy = details.proxy;
    this.setting = details.setting;
    this.status = details.status;
  }
}

/** The failure of a proxy behind an error, if there is one. */
export function proxyFailureIn(error: unknown): ProxyFailure | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if (current instanceof ProxyFailure) return current;
    current = current.cause;
  }
  return undefined;
}
