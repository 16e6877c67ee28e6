import { isRecord } from "../../errors/error-body.ts";
import { list, text } from "../schema.ts";

/** The fields of a message or delta that we read. */
export interface Delta {
  content: string;
  reasoningText: string;
  reasoningOpaque: string;
  cotId: string;
  toolCalls: readonly ToolCallDelta[];
}

/** A piece of a tool call. */
export interface ToolCallDelta {
  /** Empty on continuations. */
  id: string;
  index: number | undefined;
  /** Empty on continuations. */
  name: string;
  arguments: string;
}

/** One choice of a chunk or of a whole answer. */
export interface Choice {
  index: number;
  delta: Delta;
  finishReason: string;
  /** Whether the service uses the `finish_reason` key at all, even with null in it. */
  namesFinish: boolean;
}

/** Content is a string, or now and then a list of parts with a text each. */
function contentOf(value: unknown): string {
  if (typeof value === "string") return value;
  return list(value)
    .map((part) => (isRecord(part) ? text(part["text"]) : ""))
    .join("");
}

const NO_CALLS: readonly ToolCallDelta[] = [];

function toolCallOf(value: unknown): ToolCallDelta[] {
  if (!isRecord(value)) return [];
  const call = isRecord(value["function"]) ? value["function"] : {};
  const given = call["arguments"];
  return [
    {
      id: text(value["id"]),
      index: typeof value["index"] === "number" ? value["index"] : undefined,
      name: text(call["name"]),
      // Some servers send the arguments parsed.
      arguments: isRecord(given) ? JSON.stringify(given) : text(given),
    },
  ];
}

function toolCallsOf(source: Record<string, unknown>): readonly ToolCallDelta[] {
  const given = source["tool_calls"] ?? source["toolCalls"];
  const old = source["function_call"];
  if (given === undefined && old === undefined) return NO_CALLS;
  if (isRecord(old)) return toolCallOf({ index: 0, function: old });
  return list(given).flatMap(toolCallOf);
}

/** Reads one entry of `choices`, of a stream (`delta`) or of a whole answer (`message`). */
export function readChoice(value: unknown): Choice | undefined {
  if (!isRecord(value)) return undefined;
  const source = isRecord(value["delta"])
    ? value["delta"]
    : isRecord(value["message"])
      ? value["message"]
      : {};
  return {
    index: typeof value["index"] === "number" ? value["index"] : 0,
    finishReason: text(value["finish_reason"]),
    namesFinish: "finish_reason" in value,
    delta: {
      content: contentOf(source["content"]),
      reasoningText: text(source["reasoning_text"]) || text(source["cot_summary"]),
      reasoningOpaque: text(source["reasoning_opaque"]),
      cotId: text(source["cot_id"]),
      toolCalls: toolCallsOf(source),
    },
  };
}
