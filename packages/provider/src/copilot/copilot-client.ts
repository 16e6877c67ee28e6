import type { Dispatcher } from "undici";
import type { Provider } from "../model/provider.ts";
import type { ProxyOptions } from "../transport/proxy.ts";
import type { Timeouts } from "../transport/timeouts.ts";
import type { CompletionEvent, CompletionRequest } from "./completions/request.ts";
import type { EmbeddingOptions, Embeddings } from "./embeddings.ts";
import type { GithubTokenSource } from "./github-token.ts";
import type { ClientIdentity } from "./identity.ts";
import type { ModelCache, ModelList } from "./model-list.ts";
import type { CopilotNotification } from "./notification.ts";
import type { CopilotQuotaState } from "./quota-headers.ts";
import type { CopilotUser } from "./user.ts";

/** Options of {@link createCopilot}. */
export interface CopilotOptions extends ProxyOptions {
  /** The account's GitHub token; asked again for every exchange. An error that it throws reaches the caller unchanged. */
  githubToken: GithubTokenSource;
  /** `github.com` (when left out), `NAME.ghe.com`, or `http://127.0.0.1:PORT` for the simulator. */
  host?: string;
  /** As which program to present ourselves; see `defaultIdentity`. */
  identity?: Partial<ClientIdentity>;
  /**
   * `exchange` trades the GitHub token for short-lived ones; `direct` sends it to Copilot itself. When left out, the
   * token decides: `github_pat_` and `ghs_` are sent directly, all others are exchanged, and on `NAME.ghe.com` also sent
   * directly where there is no exchange.
   */
  tokenKind?: "exchange" | "direct" | "auto";
  /** Where a copy of the model list is kept, for times without a connection. None when left out. */
  modelCache?: ModelCache;
  /** Told when an answer of Copilot changes what is known about the account's allowances. It must not throw. */
  onQuota?: (quota: CopilotQuotaState) => void;
  /**
   * Told what GitHub wants the person to know when it gives a token: that a trial ends, for example. Once for each id in
   * the life of this object, and before the request that needed the token is sent. What it throws is ignored.
   */
  onNotification?: (notification: CopilotNotification) => void;
  /** How long each phase of a request may take. */
  timeouts?: Partial<Timeouts>;
  /**
   * Certificate authorities to trust besides those that Node trusts: PEM texts, not paths. Those of
   * `NODE_EXTRA_CA_CERTS` are trusted in any case.
   */
  ca?: string | readonly string[];
  /**
   * What carries the requests: an undici agent, a proxy agent. With one of your own, `proxy`, `noProxy`, `ca` and
   * `timeouts.connectMs` do not count.
   */
  dispatcher?: Dispatcher;
  /** A clock that never goes back, in milliseconds. `performance.now` when left out. */
  monotonicNow?: () => number;
}

/** What the SDKs of OpenAI and Anthropic and the AI SDK need to ask Copilot: spread it into their options. */
export interface CopilotSdkOptions {
  baseURL: string;
  /** Not a key: SDKs insist on one, and it is taken off before anything is sent. */
  apiKey: string;
  fetch: typeof globalThis.fetch;
}

/** GitHub Copilot as a {@link Provider}. */
export interface Copilot extends Provider {
  readonly id: "github-copilot";
  /**
   * The chat models, and whether they are what the service says now. Without a connection, or when the service asks to
   * slow down, they are those of an earlier answer, if there is one. Throws a `ProviderError`.
   */
  models(options?: { signal?: AbortSignal }): Promise<ModelList>;
  /** Accepts the terms of a model for the account. Only call it when a person asked for it. */
  enableModel(id: string, options?: { signal?: AbortSignal }): Promise<void>;
  /** Turns texts into vectors, in their order, as many at once as the service takes. Throws a `ProviderError`. */
  embeddings(input: string | readonly string[], options?: EmbeddingOptions): Promise<Embeddings>;
  /**
   * Writes code between a prefix and a suffix. Nothing is sent before the first `next()`; leaving the loop early
   * cancels the request. Throws a `ProviderError`, or the signal's reason when aborted.
   */
  complete(request: CompletionRequest, options?: { signal?: AbortSignal }): AsyncIterable<CompletionEvent>;
  /** The account: name, plan and what is left of its allowances. */
  user(options?: { signal?: AbortSignal }): Promise<CopilotUser>;
  /** What the answers so far have told about allowances, without asking; `undefined` before the first. */
  quota(): CopilotQuotaState | undefined;
  /**
   * Signs and sends any request: to `https://copilot.invalid` or the account's Copilot host, and to no other. For use
   * with `undici.request` and with SDKs that take a dispatcher.
   */
  readonly dispatcher: Dispatcher;
  /**
   * The standard `fetch`, under the same rule as {@link Copilot.dispatcher}. Keys and names that an SDK sends for itself
   * are taken off, the identity and the headers that Copilot bills by are put on; a caller's own `X-Initiator` stays.
   */
  readonly fetch: typeof globalThis.fetch;
  /** For example `new OpenAI(copilot.sdk)`. */
  readonly sdk: CopilotSdkOptions;
  /** Closes the connections that this object opened; twice does no harm. A `dispatcher` from the options stays open. */
  close(): Promise<void>;
}
