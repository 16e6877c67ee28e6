import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from "undici";
import { ProviderError } from "../errors/provider-error.ts";
import { isNotHttp, networkCodeOf } from "./plain-error.ts";
import { ProxyFailure, type ProxyFailureReason } from "./proxy-failure.ts";

/** Which proxy requests go through. */
export interface ProxyOptions {
  /**
   * For example `http://user:password@proxy.example:8080`; special characters of the password are percent-encoded. When
   * left out, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or their lower-case forms) count; `false` means no proxy at all.
   */
  proxy?: string | false;
  /** Hosts that are reached without the proxy, as in `NO_PROXY`, which counts when this is left out. */
  noProxy?: string;
}

type AgentOptions = NonNullable<ConstructorParameters<typeof EnvHttpProxyAgent>[0]>;

/**
 * An agent that sends through the proxy of the options or of the environment, and straight where there is none. A proxy
 * that has not opened a way `connectMs` after it was asked to has failed.
 */
export function createProxyAgent(
  options: ProxyOptions,
  agent: AgentOptions,
  connectMs: number,
  env: NodeJS.ProcessEnv = process.env,
): Dispatcher {
  const given = typeof options.proxy === "string" ? options.proxy : undefined;
  const http = given ?? env["http_proxy"] ?? env["HTTP_PROXY"] ?? "";
  const https = given ?? env["https_proxy"] ?? env["HTTPS_PROXY"] ?? "";
  const setting = given !== undefined ? "the option `proxy`" : https !== "" ? "HTTPS_PROXY" : "HTTP_PROXY";
  if (http === "" && https === "") return new Agent(agent);
  for (const url of [http, https]) if (url !== "") checkProxy(url, setting);
  return new EnvHttpProxyAgent({
    ...agent,
    httpProxy: http,
    httpsProxy: https,
    ...(options.noProxy !== undefined && { noProxy: options.noProxy }),
    clientFactory: (origin, pool) => new ProxyPool(origin, pool, setting, connectMs),
  });
}

function checkProxy(value: string, setting: string): void {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^(?:https?|socks5?):$/.test(url.protocol) && url.hostname !== "") return;
  // The value is not quoted, because it may hold a password.
  throw new ProviderError("bad_request", `The proxy in ${setting} is not a valid URL.`, {
    // Not as it is written: what stands between :// and @ is taken for a password and hidden.
    hint: "Write it as http://host:port, with USER:PASSWORD@ before the host if the proxy wants them.",
  });
}

/** The connections to a proxy; what goes wrong with them is told as the proxy's failure and not as the host's. */
class ProxyPool extends Pool {
  readonly #proxy: string;
  readonly #setting: string;
  readonly #connectMs: number;

  constructor(origin: URL, options: object, setting: string, connectMs: number) {
    super(origin, options);
    this.#connectMs = connectMs;
    this.#proxy = origin.host;
    this.#setting = setting;
  }

  override connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  override connect(
    options: Dispatcher.ConnectOptions,
    callback: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): void;
  override connect(
    options: Dispatcher.ConnectOptions,
    callback?: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): Promise<Dispatcher.ConnectData> | void {
    if (callback) {
      super.connect(options, callback);
      return undefined;
    }
    return this.#open(options);
  }

  async #open(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    const names = { proxy: this.#proxy, setting: this.#setting };
    // What is waited for is a connection, whatever the proxy does meanwhile, and undici's own patience is five minutes.
    const patient = { ...options, headersTimeout: this.#connectMs };
    const answer = await super.connect(patient).catch((cause: unknown) => {
      throw new ProxyFailure(failureOf(cause), { ...names, cause });
    });
    const { statusCode: status, socket } = answer;
    if (status === 200) return answer;
    socket.on("error", () => undefined).destroy();
    if (status !== 407) throw new ProxyFailure("refused", { ...names, status });
    const headers = (options.headers ?? {}) as Record<string, unknown>;
    throw new ProxyFailure("proxy-authorization" in headers ? "login_refused" : "login_missing", {
      ...names,
      status,
    });
  }
}

function failureOf(cause: unknown): ProxyFailureReason {
  if (isNotHttp(cause)) return "not_http";
  return networkCodeOf(cause) === "UND_ERR_HEADERS_TIMEOUT" ? "silent" : "unreachable";
}
