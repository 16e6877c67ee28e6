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
  stream(request: ModelRequest, options?: StreamCallOptions): AsyncIterable<ModelEvent>;
}

/** How one model call is made. */
export interface StreamCallOptions {
  signal?: AbortSignal;
  /**
   * Whether the provider may send the request once more out of sight when a gateway refuses it; true when left out. Who
   * tries again by themselves, and counts and tells it, says false. Connections that cannot be made are no requests, and
   * are tried again in any case.
   */
  quietRetries?: boolean;
}
