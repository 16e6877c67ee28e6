import { randomUUID } from "node:crypto";
import { ProviderError } from "../errors/provider-error.ts";
import { requestJson, type HttpRequest } from "../transport/http.ts";
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

/** Makes `Copilot.embeddings`. More texts than the service takes at once are asked for one batch after the other. */
export function createEmbeddings(
  request: (part: Pick<HttpRequest, "path" | "method" | "what"> & Partial<HttpRequest>) => HttpRequest,
): (input: string | readonly string[], options?: EmbeddingOptions) => Promise<Embeddings> {
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

  return async (input, options = {}) => {
    const texts = typeof input === "string" ? [input] : [...input];
    let all: Embeddings = { embeddings: [], model: options.model ?? DEFAULT_MODEL };
    for (let start = 0; start < texts.length; start += BATCH) {
      const next = await ask(texts.slice(start, start + BATCH), options);
      const tokens = (all.inputTokens ?? 0) + (next.inputTokens ?? 0);
      all = {
        embeddings: [...all.embeddings, ...next.embeddings],
        model: next.model,
        ...((all.inputTokens !== undefined || next.inputTokens !== undefined) && { inputTokens: tokens }),
      };
    }
    return all;
  };
}
