import type { Message } from "./message.ts";

/** How hard a reasoning model should think. Which values a model takes is in its `ModelInfo`. */
export type ReasoningEffort = "minimal" | "low" | "medium" | "high" | "xhigh";

/** A tool that the model may call. */
export interface ToolSpec {
  /** Letters, digits, `_` and `-`, at most 64 characters. */
  name: string;
  /** Prompt text: what the tool does and when to use it. */
  description: string;
  /** JSON Schema of the arguments, an object type. */
  parameters: Record<string, unknown>;
}

/**
 * Who caused a model call: a person's prompt (`user`), or the program on its own (`agent`: tool results, summaries). A try
 * again says what the first try said. Copilot bills by it; say the truth.
 */
export type Initiator = "user" | "agent";

/** The form that the text of an answer must have. */
export interface ResponseFormat {
  type: "json_schema";
  /** Letters, digits, `_` and `-`, at most 64 characters. Some models see it as the name of a tool. */
  name: string;
  /** JSON Schema of the answer, an object type. Strict services want `additionalProperties: false` everywhere. */
  schema: Record<string, unknown>;
  /** Whether the service shall enforce the schema to the letter; true when left out. Not every wire can. */
  strict?: boolean;
}

/** One call of a model. */
export interface ModelRequest {
  /** A model id as {@link Provider.listModels} gives it. */
  model: string;
  /** Instructions that stand before the conversation. */
  system?: string;
  /** The conversation, oldest first. Every tool call in it must be answered. */
  messages: readonly Message[];
  tools?: readonly ToolSpec[];
  /** Whether tools may be called; `auto` when tools are given. */
  toolChoice?: "auto" | "none" | "required";
  /** Upper limit for the answer, in tokens. */
  maxOutputTokens?: number;
  temperature?: number;
  reasoningEffort?: ReasoningEffort;
  /**
   * Asks for an answer that is JSON of a schema; its text then arrives as usual. On `/v1/messages`, which has no such
   * thing, the model is given a tool to answer with. A model that is known not to do it is a `bad_request`.
   */
  responseFormat?: ResponseFormat;
  /** When left out: `user` if the last message is a user's, else `agent`. */
  initiator?: Initiator;
  /** One id for all calls that belong to one prompt of a person. */
  interactionId?: string;
}
