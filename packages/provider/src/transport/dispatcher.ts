import { Agent, type Dispatcher } from "undici";
import { bearerAuth } from "./bearer-auth.ts";
import { trustedContext } from "./certificate-authorities.ts";
import { defaultHeaders } from "./default-headers.ts";
import { phaseTimeouts } from "./phase-timeouts.ts";
import { createProxyAgent, type ProxyOptions } from "./proxy.ts";
import { quietRetry, type QuietRetryOptions } from "./quiet-retry.ts";
import { defaultTimeouts, type Timeouts } from "./timeouts.ts";
import type { TokenSource } from "./token.ts";

/** How connections are made. */
export interface AgentOptions extends ProxyOptions {
  /** How long a connection may take to stand, in milliseconds. 15 s. */
  connectMs?: number;
  /**
   * Certificate authorities to trust besides those that Node trusts: PEM texts, not paths. Those of
   * `NODE_EXTRA_CA_CERTS` are trusted in any case.
   */
  ca?: string | readonly string[];
}

/** Options of {@link createDispatcher}. */
export interface DispatcherOptions extends AgentOptions {
  /** Signs every request. Without it nothing is signed. */
  tokens?: TokenSource;
  /** Origins that are replaced by the token's own, see `bearerAuth`. */
  placeholders?: readonly string[];
  /** Sent with every request that does not set them itself. */
  headers?: Readonly<Record<string, string>>;
  /** How long the phases of an answer may take, for requests that do not say it themselves. */
  timeouts?: Pick<Timeouts, "firstByteMs" | "idleMs">;
  /** Whether and how requests are sent again before their answer begins; `false` for never. */
  retry?: QuietRetryOptions | false;
  /**
   * What carries the requests: an agent, a proxy agent, a mock. One is made when left out, and closed with the result;
   * with one of your own, `proxy`, `noProxy`, `ca` and `connectMs` do not count.
   */
  dispatcher?: Dispatcher;
}

/**
 * An undici dispatcher for signed requests. The list in `compose()` is the whole story, read from the end: headers are
 * filled in, then timeouts, then the request is tried, each time signed anew, and goes to the network. Redirects are
 * never followed. Throws a `bad_request` `ProviderError` for a proxy or certificate that cannot be used.
 */
export function createDispatcher(options: DispatcherOptions = {}): Dispatcher {
  const base = options.dispatcher ?? createAgent(options);
  const interceptors: Dispatcher.DispatcherComposeInterceptor[] = [];
  if (options.tokens) {
    const { placeholders } = options;
    interceptors.push(bearerAuth(options.tokens, placeholders ? { placeholders } : {}));
  }
  if (options.retry !== false) interceptors.push(quietRetry(options.retry));
  interceptors.push(phaseTimeouts(options.timeouts ?? defaultTimeouts));
  if (options.headers) interceptors.push(defaultHeaders(options.headers));
  return base.compose(interceptors);
}

/**
 * The agent under a dispatcher: plain, or with a proxy. Throws a `bad_request` `ProviderError` for a proxy or
 * certificate that cannot be used.
 */
export function createAgent(options: AgentOptions = {}): Dispatcher {
  const timeout = options.connectMs ?? defaultTimeouts.connectMs;
  const tls = options.ca === undefined ? {} : { secureContext: trustedContext(options.ca) };
  const settings = { connect: { timeout, ...tls }, maxHeaderSize: 32 * 1024 };
  if (options.proxy === false) return new Agent(settings);
  // Through a proxy, the connections to it and to the host behind it are made with options of their own.
  const both = { requestTls: { timeout, ...tls }, proxyTls: { timeout, ...tls } };
  return createProxyAgent(options, { ...settings, ...both }, timeout);
}
