/** One result of `diagnoseHost`. Safe to show: no password of a proxy and no token is in it. */
export interface Finding {
  readonly check: "settings" | "proxy" | "dns" | "connection" | "tls" | "http" | "clock";
  /** The origin that was looked at, for those that are about one. */
  readonly origin?: string;
  readonly status: "ok" | "warning" | "problem";
  /** What was found, as one sentence. */
  readonly message: string;
  /** What to change, as one sentence; absent when there is nothing to change. */
  readonly advice?: string;
}
