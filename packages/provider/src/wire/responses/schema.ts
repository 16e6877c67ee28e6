import type { Usage } from "../../model/usage.ts";
import { count, list, nanoAiuOf, record, text } from "../schema.ts";

/** An item of an answer, as far as we read it. */
export interface OutputItem {
  type: string;
  id: string;
  /** Of a call. */
  callId: string;
  name: string;
  arguments: string;
  /** Of a message. */
  content: readonly ContentPart[];
  /** Of reasoning: the readable parts, and the state. */
  thoughts: readonly string[];
  encrypted: string;
}

/** A piece of a message. */
export interface ContentPart {
  text: string;
  isRefusal: boolean;
}

/** Reads `item` of an event, or an entry of `output`. */
export function readItem(value: unknown): OutputItem {
  const item = record(value);
  const summary = list(item["summary"]);
  return {
    type: text(item["type"]),
    id: text(item["id"]),
    callId: text(item["call_id"]),
    name: text(item["name"]),
    arguments: text(item["arguments"]),
    content: list(item["content"]).map(readPart),
    thoughts: (summary.length > 0 ? summary : list(item["content"])).map((part) => readPart(part).text),
    encrypted: text(item["encrypted_content"]),
  };
}

function readPart(value: unknown): ContentPart {
  const part = record(value);
  const isRefusal = part["type"] === "refusal";
  return { isRefusal, text: text(isRefusal ? part["refusal"] : part["text"]) };
}

/** Reads the usage of an ended response; `outer` is the event around it, which may hold Copilot's own unit. */
export function readUsage(
  response: Record<string, unknown>,
  outer: Record<string, unknown>,
): Usage | undefined {
  const given = response["usage"];
  if (typeof given !== "object" || given === null) return undefined;
  const usage = record(given);
  const nano = nanoAiuOf(outer) ?? nanoAiuOf(response);
  return {
    inputTokens: count(usage["input_tokens"]),
    outputTokens: count(usage["output_tokens"]),
    cachedInputTokens: count(record(usage["input_tokens_details"])["cached_tokens"]),
    reasoningTokens: count(record(usage["output_tokens_details"])["reasoning_tokens"]),
    ...(nano !== undefined && { nanoAiu: nano }),
  };
}
