import { randomUUID } from "node:crypto";
import { isProviderError, ProviderError } from "../errors/provider-error.ts";
import { requestJson, type HttpRequest } from "../transport/http.ts";
import type { ModelLister } from "./model-list.ts";
import { embeddingsSchema } from "./schema.ts";

/** Options of `Copilot.embeddings`. */
export interface EmbeddingOptions {
  /** `text-embedding-3-small` when left out. */
  model?: string;
  /** How many numbers each embedding should have, for models that can choose. */
  dimensions?: number;
  signal?: AbortSignal;
}

/** Embeddings of some texts. */
export interface Embeddings {
  /** One for each text, in the order of the texts. */
  embeddings: readonly (readonly number[])[];
  model: string;
  /** Tokens of all texts together; absent when the service did not say. */
  inputTokens?: number;
}

const DEFAULT_MODEL = "text-embedding-3-small";
/** What the service takes at once, unless a model says otherwise. */
const BATCH = 256;
const ANSWER_LIMIT = 64 * 1024 * 1024;

/** What {@link createEmbeddings} needs of the client that it belongs to. */
export interface EmbeddingsContext {
  request(part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>): HttpRequest;
  models: Pick<ModelLister, "list" | "known" | "embeddingLimit">;
}

/** Makes `Copilot.embeddings`. More texts than the service takes at once are asked for one batch after the other. */
export function createEmbeddings({
  request,
  models,
}: EmbeddingsContext): (
  input: string | readonly string[],
  options?: EmbeddingOptions,
) => Promise<Embeddings> {
  async function ask(texts: readonly string[], options: EmbeddingOptions): Promise<Embeddings> {
    const { model = DEFAULT_MODEL, dimensions, signal } = options;
    const asked = request({
      path: "/embeddings",
      method: "POST",
      what: "Asking Copilot for embeddings",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "OpenAI-Intent": "copilot-panel",
        "X-Request-Id": randomUUID(),
      },
      body: JSON.stringify({ model, input: texts, ...(dimensions !== undefined && { dimensions }) }),
      signal,
    });
    const { value } = await requestJson(asked, embeddingsSchema, ANSWER_LIMIT);
    const sorted: (readonly number[] | undefined)[] = texts.map(() => undefined);
    for (const { index, embedding } of value.data) if (index < sorted.length) sorted[index] = embedding;
    const embeddings = sorted.flatMap((embedding) => (embedding && embedding.length > 0 ? [embedding] : []));
    if (embeddings.length < texts.length) {
      throw new ProviderError(
        "invalid_response",
        `${asked.what} failed: ${asked.host()} answered with ${embeddings.length} embeddings for ${texts.length} texts.`,
        { retryable: true },
      );
    }
    const tokens = value.usage?.prompt_tokens ?? value.usage?.total_tokens;
    return {
      embeddings,
      model: value.model ?? model,
      ...(typeof tokens === "number" && { inputTokens: tokens }),
    };
  }

  /** How many texts to send after so many were refused: what the list says, if it has not been asked for yet. */
  async function smallerBatch(
    refusal: unknown,
    sent: number,
    { model = DEFAULT_MODEL, signal }: EmbeddingOptions,
  ): Promise<number> {
    if (!isProviderError(refusal) || refusal.code !== "bad_request" || models.known()) throw refusal;
    await models.list({ signal }).catch(() => signal?.throwIfAborted());
    const limit = models.embeddingLimit(model);
    if (limit === undefined || limit >= sent) throw refusal;
    return limit;
  }

  return async (input, options = {}) => {
    const texts = typeof input === "string" ? [input] : [...input];
    const embeddings: (readonly number[])[] = [];
    let model = options.model ?? DEFAULT_MODEL;
    let size = models.embeddingLimit(model) ?? BATCH;
    let tokens: number | undefined;
    while (embeddings.length < texts.length) {
      const batch = texts.slice(embeddings.length, embeddings.length + size);
      try {
        const answer = await ask(batch, options);
        embeddings.push(...answer.embeddings);
        model = answer.model;
        if (answer.inputTokens !== undefined) tokens = (tokens ?? 0) + answer.inputTokens;
      } catch (error) {
        size = await smallerBatch(error, batch.length, options);
      }
    }
    return { embeddings, model, ...(tokens !== undefined && { inputTokens: tokens }) };
  };
}
