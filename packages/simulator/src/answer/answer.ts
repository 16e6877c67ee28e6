import { isRecord } from "../http/call.ts";

/** A request for an answer, as a script sees it: on every endpoint in the form of the chat completions API. */
export interface AnswerRequest {
  /** Where the request came in. */
  endpoint: "/chat/completions" | "/responses" | "/v1/messages";
  model: string;
  messages: readonly ChatMessage[];
  tools: readonly ChatTool[];
  stream: boolean;
  /** Counts the accepted model requests of one simulator from 1. */
  number: number;
  /** The whole body, for fields that have no name here. */
  body: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
}

/** A message in the form of the chat completions API. */
export interface ChatMessage {
  role: string;
  content?: unknown;
  tool_calls?: readonly ChatToolCall[];
  tool_call_id?: string;
}

/** A tool call in an assistant message. `arguments` is JSON in a string. */
export interface ChatToolCall {
  id: string;
  type?: string;
  function: { name: string; arguments: string };
}

/** A tool that a request offers. */
export interface ChatTool {
  type?: string;
  function: { name: string; description?: string; parameters?: unknown };
}

/** A tool call to answer with. Arguments that are a string are sent as they are, so that broken JSON can be tested. */
export interface ScriptedToolCall {
  name: string;
  arguments?: Record<string, unknown> | string;
  /** Made up when left out. */
  id?: string;
}

/** Token counts of an answer. */
export interface AnswerUsage {
  promptTokens: number;
  completionTokens: number;
  cachedTokens?: number;
}

/** Settings every spoken answer takes. */
export interface AnswerOptions {
  /** Milliseconds before each delta, also those of tool calls. The simulator's `pace` when left out. */
  delayMs?: number;
  /** `stop`, or `tool_calls` when there are calls, when left out. */
  finishReason?: string;
  /** Estimated from the texts (four characters a token) when left out; `null` sends none. */
  usage?: AnswerUsage | null;
}

/** What the model does: it speaks, or the service refuses. */
export type Answer = SpokenAnswer | RefusedAnswer;

/** Reasoning, then text, then tool calls, in small pieces. */
export interface SpokenAnswer extends AnswerOptions {
  type: "spoken";
  reasoning?: { text?: string; opaque?: string };
  text: string;
  toolCalls: readonly ScriptedToolCall[];
  /** Stops in the middle, after so many deltas: breaks the connection, ends the body early, or says nothing more. */
  breakOff?: { afterDeltas: number; how: "reset" | "end" | "stall" };
}

/** An error status instead of an answer. */
export interface RefusedAnswer {
  type: "refused";
  status: number;
  /** A string is sent as it is, anything else as JSON. */
  body: unknown;
  headers: Record<string, string>;
}

/** Decides what the model says. Called once for each accepted model request. */
export type AnswerScript = (request: AnswerRequest) => Answer | Promise<Answer>;

/** The text of a message's content: a string, or its text parts joined. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: unknown) => (isRecord(part) && typeof part["text"] === "string" ? part["text"] : ""))
    .join("");
}
