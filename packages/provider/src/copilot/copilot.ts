import type { Dispatcher } from "undici";
import { isProviderError, ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import { errorFromResponse } from "../errors/response-error.ts";
import type { ModelInfo } from "../model/model-info.ts";
import type { Provider } from "../model/provider.ts";
import { createAgent, createDispatcher } from "../transport/dispatcher.ts";
import { parseHome } from "../transport/host-rule.ts";
import { requestJson, requestText, type HttpRequest } from "../transport/http.ts";
import { defaultTimeouts, type Timeouts } from "../transport/timeouts.ts";
import { createTokenCache } from "../transport/token-cache.ts";
import { placeholderOrigin } from "../transport/bearer-auth.ts";
import { accountTag } from "./account.ts";
import type { GithubTokenSource } from "./github-token.ts";
import { readGithubToken } from "./github-token.ts";
import { identityHeaders, type ClientIdentity } from "./identity.ts";
import { readModels } from "./models.ts";
import { modelListSchema, userSchema } from "./schema.ts";
import { createStream } from "./stream.ts";
import { createDirectAccess, createTokenExchange, githubRequest } from "./token-exchange.ts";
import { readUser, type CopilotUser } from "./user.ts";

/** Options of {@link createCopilot}. */
export interface CopilotOptions {
  /** The account's GitHub token; asked again for every exchange. What it throws reaches the caller unchanged. */
  githubToken: GithubTokenSource;
  /** `github.com` (when left out), `NAME.ghe.com`, or `http://127.0.0.1:PORT` for the simulator. */
  host?: string;
  /** As which program to present ourselves; see `defaultIdentity`. */
  identity?: Partial<ClientIdentity>;
  /** What carries the requests: an undici agent, a proxy agent. One with the environment's proxies when left out. */
  dispatcher?: Dispatcher;
  /** A clock that never goes back, in milliseconds. `performance.now` when left out. */
  monotonicNow?: () => number;
  /** `exchange` (when left out) trades the GitHub token for short-lived ones; `direct` sends it to Copilot itself. */
  tokenKind?: "exchange" | "direct";
  /** How long each phase of a request may take. */
  timeouts?: Partial<Timeouts>;
}

/** GitHub Copilot as a {@link Provider}. */
export interface Copilot extends Provider {
  readonly id: "github-copilot";
  /** Accepts the terms of a model for the account. Only call it when a person asked for it. */
  enableModel(id: string, options?: { signal?: AbortSignal }): Promise<void>;
  /** The account: name, plan and what is left of its allowances. */
  user(options?: { signal?: AbortSignal }): Promise<CopilotUser>;
  /**
   * Signs and sends any request: to `https://copilot.invalid` or the account's Copilot host, and to no other. For use
   * with `undici.request` and with SDKs that take a dispatcher.
   */
  readonly dispatcher: Dispatcher;
  /** Closes the connections that this object opened. A `dispatcher` from the options stays open. */
  close(): Promise<void>;
}

const MODELS_LIMIT = 10 * 1024 * 1024;
const USER_LIMIT = 1024 * 1024;

/**
 * Makes a Copilot client for one account. Nothing is sent and nothing is asked for before the first call; two clients
 * share no state. Throws a `bad_request` `ProviderError` for a host or identity that cannot be used.
 */
export function createCopilot(options: CopilotOptions): Copilot {
  const home = parseHome(options.host ?? "github.com");
  const tokenKind = options.tokenKind ?? "exchange";
  const timeouts: Timeouts = { ...defaultTimeouts, ...options.timeouts };
  const headers = identityHeaders(options.identity ?? {}, tokenKind);
  const base =
    options.dispatcher ??
    createAgent({ connectMs: timeouts.connectMs, proxyFromEnvironment: home.kind !== "loopback" });
  const access = {
    home,
    githubToken: options.githubToken,
    dispatcher: createDispatcher({ dispatcher: base, headers: headers.rest }),
    timeouts,
  };
  const tokens = createTokenCache(
    tokenKind === "direct" ? createDirectAccess(access) : createTokenExchange(access),
    options.monotonicNow ? { monotonicNow: options.monotonicNow } : {},
  );
  const dispatcher = createDispatcher({
    dispatcher: base,
    tokens,
    placeholders: [placeholderOrigin, home.copilotOrigin],
    headers: headers.copilot,
  });
  const host = () => new URL(tokens.current()?.origin ?? home.copilotOrigin).host;
  let known: readonly ModelInfo[] | undefined;

  function request(part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>): HttpRequest {
    return { dispatcher, origin: placeholderOrigin, timeouts, host, ...part };
  }

  async function listModels({ signal }: { signal?: AbortSignal } = {}): Promise<readonly ModelInfo[]> {
    const asked = request({
      path: "/models",
      method: "GET",
      what: "Asking Copilot for its models",
      headers: { "OpenAI-Intent": "model-access", Accept: "application/json" },
      retryStatuses: [500],
      signal,
    });
    try {
      const { value } = await requestJson(asked, modelListSchema, MODELS_LIMIT);
      const models = readModels(value.data);
      if (models.length === 0) {
        throw new ProviderError(
          "invalid_response",
          `${asked.what} failed: ${host()} answered with a list that holds no chat model.`,
          { retryable: true, hint: "Check the plan at https://github.com/settings/copilot." },
        );
      }
      known = models;
      return models;
    } catch (error) {
      if (known && isProviderError(error) && error.code === "rate_limited") return known;
      throw error;
    }
  }

  const stream = createStream({
    request,
    listModels,
    knownModels: () => known,
    account: async (asked) => accountTag(await tokens.getToken(asked)),
    host,
    monotonicNow: options.monotonicNow,
  });

  return {
    id: "github-copilot",
    dispatcher,
    listModels,
    stream,
    async enableModel(id, { signal } = {}) {
      const asked = request({
        path: `/models/${encodeURIComponent(id)}/policy`,
        method: "POST",
        what: `Accepting the terms of the model "${displayText(id, 100)}"`,
        headers: {
          "Content-Type": "application/json",
          "OpenAI-Intent": "chat-policy",
          "X-Interaction-Type": "chat-policy",
        },
        body: JSON.stringify({ state: "enabled" }),
        signal,
      });
      const answer = await requestText(asked, USER_LIMIT);
      if (answer.status >= 200 && answer.status < 300) return;
      throw errorFromResponse({ ...answer, body: answer.text, host: host(), what: asked.what });
    },
    async user({ signal } = {}) {
      const token = await readGithubToken(options.githubToken);
      const asked = githubRequest(
        access,
        token,
        "/copilot_internal/user",
        "Asking GitHub about the account",
        signal,
      );
      const { value } = await requestJson(asked, userSchema, USER_LIMIT);
      return readUser(value);
    },
    async close() {
      if (!options.dispatcher) await base.close();
    },
  };
}
