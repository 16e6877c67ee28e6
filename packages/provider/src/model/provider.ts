import type { ModelEvent } from "./event.ts";
import type { ModelInfo } from "./model-info.ts";
import type { ModelRequest } from "./request.ts";

/** Something that answers model requests: the port that agents are written against. */
export interface Provider {
  /** For example `github-copilot`. */
  readonly id: string;
  /** The models that can be asked for a chat. Throws a `ProviderError`. */
  listModels(options?: { signal?: AbortSignal }): Promise<readonly ModelInfo[]>;
  /**
   * Asks a model and streams the answer. Nothing is sent before the first `next()`; leaving the loop early cancels
   * the request. Throws a `ProviderError`, or the signal's reason when aborted.
   */
  stream(request: ModelRequest, options?: { signal?: AbortSignal }): AsyncIterable<ModelEvent>;
}
