import {
  createOpenAICompatible,
  type OpenAICompatibleOptions,
  type ServiceProvider,
} from "./openai-compatible.ts";

/** Options of a service that is known by name: everything that its name says may be left out. */
export type ServiceOptions = Partial<OpenAICompatibleOptions>;

/** OpenAI itself, on `/responses`. `apiKey` is needed. */
export function createOpenAI(options: ServiceOptions): ServiceProvider {
  return createOpenAICompatible({
    id: "openai",
    baseUrl: "https://api.openai.com/v1",
    wire: "responses",
    ...options,
  });
}

/** Anthropic itself, on `/v1/messages`. `apiKey` is needed. */
export function createAnthropic(options: ServiceOptions): ServiceProvider {
  return createOpenAICompatible({
    id: "anthropic",
    baseUrl: "https://api.anthropic.com",
    wire: "messages",
    contextWindow: 200_000,
    ...options,
  });
}

/**
 * Ollama on this machine, without a key. It does not say how large its models' windows are, and cuts what does not fit:
 * `contextWindow` should be what it was started with (`OLLAMA_CONTEXT_LENGTH`); 32 768 is taken for granted.
 */
export function createOllama(options: ServiceOptions = {}): ServiceProvider {
  return createOpenAICompatible({
    id: "ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    contextWindow: 32_768,
    ...options,
  });
}
