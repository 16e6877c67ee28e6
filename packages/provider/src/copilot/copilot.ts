import { displayText } from "../errors/redact.ts";
import { errorFromResponse } from "../errors/response-error.ts";
import { placeholderOrigin } from "../transport/bearer-auth.ts";
import { createAgent, createDispatcher } from "../transport/dispatcher.ts";
import { parseHome } from "../transport/host-rule.ts";
import { requestJson, requestText, type HttpRequest } from "../transport/http.ts";
import { defaultTimeouts, type Timeouts } from "../transport/timeouts.ts";
import { createTokenCache } from "../transport/token-cache.ts";
import { watchResponses } from "../transport/watch-responses.ts";
import { accountTag } from "./account.ts";
import { createComplete } from "./completions/complete.ts";
import type { Copilot, CopilotOptions } from "./copilot-client.ts";
import { createEmbeddings } from "./embeddings.ts";
import { createCredentials } from "./github-token.ts";
import { identityHeaders } from "./identity.ts";
import { createModelList } from "./model-list.ts";
import { tellOnce } from "./notification.ts";
import { mergeQuota, readQuotaHeaders, type CopilotQuotaState } from "./quota-headers.ts";
import { userSchema } from "./schema.ts";
import { createSdkFetch } from "./sdk-fetch.ts";
import { createStream } from "./stream.ts";
import { createTokenAccess, githubRequest } from "./token-exchange.ts";
import { readUser } from "./user.ts";

const USER_LIMIT = 1024 * 1024;

/**
 * Makes a Copilot client for one account. Nothing is sent and nothing is asked for before the first call; two clients
 * share no state. Throws a `bad_request` `ProviderError` for a host, identity, proxy or certificate that cannot be used.
 */
export function createCopilot(options: CopilotOptions): Copilot {
  const home = parseHome(options.host ?? "github.com");
  const timeouts: Timeouts = { ...defaultTimeouts, ...options.timeouts };
  const identity = identityHeaders(options.identity ?? {});
  const base = options.dispatcher ?? createAgent(agentOptions(options, home.kind === "loopback"));
  const rest = createDispatcher({ dispatcher: base, headers: identity.rest, timeouts });
  const credentials = createCredentials(options.githubToken);
  const notify = options.onNotification && tellOnce(options.onNotification);
  const access = { home, credentials, dispatcher: rest, timeouts, identity, notify };
  const tokens = createTokenCache(
    createTokenAccess(access, options.tokenKind ?? "auto"),
    options.monotonicNow ? { monotonicNow: options.monotonicNow } : {},
  );
  let quota: CopilotQuotaState | undefined;
  const signed = {
    dispatcher: base,
    tokens,
    placeholders: [placeholderOrigin, home.copilotOrigin],
    headers: identity.copilot,
    timeouts,
  };
  const watched = watchResponses((_status, headers) => {
    const told = readQuotaHeaders(headers);
    if (!told) return;
    quota = mergeQuota(quota, told);
    options.onQuota?.(quota);
  });
  const dispatcher = createDispatcher(signed).compose(watched);
  const host = () => new URL(tokens.current()?.origin ?? home.copilotOrigin).host;
  // SDKs and agents try again on failing answers themselves; both together would be a crowd.
  const once = createDispatcher({ ...signed, retry: { statuses: false } }).compose(watched);
  const fetch = createSdkFetch(once, host, credentials.areBlamed);
  const request = (part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>) => ({
    dispatcher,
    origin: placeholderOrigin,
    timeouts,
    host,
    isForeign: credentials.areBlamed,
    ...part,
  });
  const guard =
    <Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
    (...given: Given): Promise<Result> =>
      call(...given).catch((error: unknown) => {
        throw credentials.hide(error);
      });
  const modelList = createModelList({ request, host, home: home.name, cache: options.modelCache });
  const models = guard(modelList.list);
  const listModels: Copilot["listModels"] = async (asked) => (await models(asked)).models;
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    tokens.abandon();
    if (!options.dispatcher) await base.close();
  }

  return {
    id: "github-copilot",
    dispatcher,
    fetch,
    sdk: { baseURL: placeholderOrigin, apiKey: "not-a-key", fetch },
    listModels,
    models: (asked) => models(asked),
    stream: createStream({
      request,
      once,
      listModels,
      knownModels: modelList.known,
      account: async (asked) => accountTag(await tokens.getToken(asked)),
      host,
      hide: credentials.hide,
      monotonicNow: options.monotonicNow,
    }),
    complete: createComplete(request, credentials.hide, options.monotonicNow),
    embeddings: guard(createEmbeddings({ request, models: modelList })),
    quota: () => quota,
    enableModel: guard(async (id: string, { signal }: { signal?: AbortSignal } = {}) => {
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
    }),
    user: guard(async ({ signal }: { signal?: AbortSignal } = {}) => {
      const token = await credentials.githubToken();
      const what = "Asking GitHub about the account";
      const asked = githubRequest(access, token, "/copilot_internal/user", what, signal);
      const { value } = await requestJson(asked, userSchema, USER_LIMIT);
      return readUser(value);
    }),
    close: () => (closing ??= close()),
  };
}

/** The simulator is on this machine: the environment's proxy is not for it, one that was asked for is. */
function agentOptions(options: CopilotOptions, isLoopback: boolean): Parameters<typeof createAgent>[0] {
  const proxy = options.proxy ?? (isLoopback ? false : undefined);
  return {
    ...(options.timeouts?.connectMs !== undefined && { connectMs: options.timeouts.connectMs }),
    ...(proxy !== undefined && { proxy }),
    ...(options.noProxy !== undefined && { noProxy: options.noProxy }),
    ...(options.ca !== undefined && { ca: options.ca }),
  };
}
