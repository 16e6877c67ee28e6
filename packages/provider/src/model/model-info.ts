import type { ReasoningEffort } from "./request.ts";

/** What is known about a model. */
export interface ModelInfo {
  id: string;
  /** The name to show to a person. */
  name: string;
  vendor: string;
  /** The line of models that it belongs to, where the service says so: `gemini-3-pro`. */
  family?: string;
  /** Tokens that the whole conversation may take, answer included. */
  contextWindow: number;
  /** Tokens that the request may take; can be less than the window minus the answer. */
  maxPromptTokens: number;
  /** Tokens that the answer may take. */
  maxOutputTokens: number;
  supports: {
    tools: boolean;
    images: boolean;
    streaming: boolean;
    /** The efforts that the model takes; empty when it does not reason or takes none. */
    reasoningEfforts: readonly ReasoningEffort[];
    /** Whether the model can be held to a JSON Schema; absent when the service does not say. */
    structuredOutputs?: boolean;
    /** How a model of `/v1/messages` thinks; absent when it does not, or the service does not say. */
    thinking?: {
      /** Whether it decides by itself how much to think, given an effort. */
      adaptive: boolean;
      /** The fewest and the most tokens that may be set aside for thinking. */
      minBudget: number;
      maxBudget: number;
    };
  };
  /** Paths of the wire formats that the model answers on, for example `/chat/completions`. */
  endpoints: readonly string[];
  /** Whether the account may use it: `unconfigured` and `disabled` need somebody to accept its terms first. */
  policy: "enabled" | "disabled" | "unconfigured";
  /** Whether the service offers it in its own model pickers. */
  listed: boolean;
  /** Whether the service marks it as the default for chat. */
  isDefault: boolean;
  preview: boolean;
  /** What one premium request costs, where the service says so. */
  billing?: { premium: boolean; multiplier: number };
}

const SPOKEN: readonly string[] = ["/chat/completions", "/responses", "/v1/messages"];

/** Whether a model answers on a wire that this package speaks. Says nothing about its policy. */
export function canAnswer(model: Pick<ModelInfo, "endpoints">): boolean {
  return model.endpoints.some((endpoint) => SPOKEN.includes(endpoint));
}
