import { Agent, EnvHttpProxyAgent, type Dispatcher } from "undici";
import { ProviderError } from "../errors/provider-error.ts";
import { bearerAuth } from "./bearer-auth.ts";
import { defaultHeaders } from "./default-headers.ts";
import { defaultTimeouts } from "./timeouts.ts";
import type { TokenSource } from "./token.ts";

/** Options of {@link createDispatcher}. */
export interface DispatcherOptions {
  /** Signs every request. Without it nothing is signed. */
  tokens?: TokenSource;
  /** Origins that are replaced by the token's own, see `bearerAuth`. */
  placeholders?: readonly string[];
  /** Sent with every request that does not set them itself. */
  headers?: Readonly<Record<string, string>>;
  /** What carries the requests: an agent, a proxy agent, a mock. One is made when left out, and closed with the result. */
  dispatcher?: Dispatcher;
  /** How long a connection may take to stand, in milliseconds. 15 s. Ignored with a `dispatcher` of your own. */
  connectMs?: number;
  /** Whether `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count. True when left out. */
  proxyFromEnvironment?: boolean;
}

/**
 * An undici dispatcher for signed requests. The list in `compose()` is the whole story, read from the end: defaults are
 * filled in, then the request is signed, then it goes to the network. Redirects are never followed.
 */
export function createDispatcher(options: DispatcherOptions = {}): Dispatcher {
  const base = options.dispatcher ?? createAgent(options);
  const interceptors: Dispatcher.DispatcherComposeInterceptor[] = [];
  if (options.tokens) {
    const { placeholders } = options;
    interceptors.push(bearerAuth(options.tokens, placeholders ? { placeholders } : {}));
  }
  if (options.headers) interceptors.push(defaultHeaders(options.headers));
  return interceptors.length === 0 ? base : base.compose(interceptors);
}

/** The agent under a dispatcher: plain, or with the proxies of the environment. */
export function createAgent(
  options: Pick<DispatcherOptions, "connectMs" | "proxyFromEnvironment">,
): Dispatcher {
  const settings = {
    connect: { timeout: options.connectMs ?? defaultTimeouts.connectMs },
    maxHeaderSize: 32 * 1024,
  };
  if (options.proxyFromEnvironment === false) return new Agent(settings);
  try {
    return new EnvHttpProxyAgent(settings);
  } catch {
    // No cause: undici quotes the setting, which may hold a password.
    throw new ProviderError("bad_request", "The proxy in HTTPS_PROXY or HTTP_PROXY is not a valid URL.", {
      hint: "Write it as http://host:port.",
    });
  }
}
