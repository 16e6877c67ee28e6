import { setTimeout as delay } from "node:timers/promises";
import { parseJsonObject } from "../errors/error-body.ts";
import { isProviderError, ProviderError } from "../errors/provider-error.ts";
import type { ModelInfo } from "../model/model-info.ts";
import { requestJson, type HttpRequest } from "../transport/http.ts";
import { readEmbeddingLimits, readModels } from "./models.ts";
import { modelListSchema, savedModelsSchema } from "./schema.ts";

/**
 * Where a copy of the model list is kept between runs, so that there is one without a connection. Give each account a
 * place of its own. What it throws is ignored, and after a second it is no longer waited for: a broken cache must not keep
 * anybody from working.
 */
export interface ModelCache {
  /** The text that was written last; `undefined` when there is none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** The models, and whether they are what the service says now. */
export interface ModelList {
  models: readonly ModelInfo[];
  /** The service could not be asked: the models are those of an earlier answer. */
  stale: boolean;
  /** When that answer came, ISO 8601. */
  savedAt: string;
}

/** What {@link createModelList} needs. */
export interface ModelListOptions {
  request(part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>): HttpRequest;
  /** The Copilot host, for messages. */
  host(): string;
  /** The place that the account lives at: a copy from elsewhere does not count. */
  home: string;
  cache: ModelCache | undefined;
}

/** Asks for the models and remembers them. */
export interface ModelLister {
  list(options?: { signal?: AbortSignal | undefined }): Promise<ModelList>;
  /** The models as they were last listed, if they were. */
  known(): readonly ModelInfo[] | undefined;
  /** How many texts a model for embeddings takes at once, by the last list. */
  embeddingLimit(model: string): number | undefined;
}

const MODELS_LIMIT = 10 * 1024 * 1024;
/** Failures after which an earlier answer is better than none. */
const PASSING: readonly string[] = ["rate_limited", "network", "timeout", "server_error"];

/** How long the cache is waited for. */
const CACHE_MS = 1_000;

/** What comes of a step of the cache; nothing if it fails or takes too long. */
async function briefly(step: () => unknown): Promise<unknown> {
  const enough = new AbortController();
  try {
    return await Promise.race([step(), delay(CACHE_MS, undefined, { signal: enough.signal })]);
  } catch {
    return undefined;
  } finally {
    enough.abort();
  }
}

/** Makes the model list of an account; nothing is asked for before the first call. */
export function createModelList({ request, host, home, cache }: ModelListOptions): ModelLister {
  let latest: ModelList | undefined;
  let embeddingLimits = new Map<string, number>();

  async function ask(signal: AbortSignal | undefined): Promise<ModelList> {
    const asked = request({
      path: "/models",
      method: "GET",
      what: "Asking Copilot for its models",
      headers: { "OpenAI-Intent": "model-access", Accept: "application/json" },
      signal,
    });
    const { value } = await requestJson(asked, modelListSchema, MODELS_LIMIT);
    const models = readModels(value.data);
    if (models.length === 0) {
      throw new ProviderError(
        "invalid_response",
        `${asked.what} failed: ${host()} answered with a list that holds no chat model.`,
        { retryable: true, hint: "Check the plan at https://github.com/settings/copilot." },
      );
    }
    embeddingLimits = readEmbeddingLimits(value.data);
    const savedAt = new Date().toISOString();
    const copy = { version: 1, host: home, savedAt, data: value.data };
    await briefly(() => cache?.write(JSON.stringify(copy)));
    return { models, stale: false, savedAt };
  }

  async function saved(): Promise<ModelList | undefined> {
    const text: unknown = await briefly(() => cache?.read());
    if (typeof text !== "string" || text.length > MODELS_LIMIT) return undefined;
    const copy = savedModelsSchema.safeParse(parseJsonObject(text));
    if (!copy.success || copy.data.host !== home) return undefined;
    const models = readModels(copy.data.data);
    return models.length > 0 ? { models, stale: true, savedAt: copy.data.savedAt } : undefined;
  }

  return {
    known: () => latest?.models,
    embeddingLimit: (model) => embeddingLimits.get(model),
    async list({ signal } = {}) {
      try {
        latest = await ask(signal);
      } catch (error) {
        if (!isProviderError(error) || !PASSING.includes(error.code)) throw error;
        const earlier = latest ?? (await saved());
        if (!earlier) throw error;
        latest = { ...earlier, stale: true };
      }
      return latest;
    },
  };
}
