import type { SpokenAnswer } from "../../answer/answer.ts";
import { isRecord } from "../../http/call.ts";
import type { Seals } from "../seals.ts";
import { argumentsOf, callId } from "../speech.ts";

/** One item of an answer, without its id. */
export type OutputItem =
  | { type: "reasoning"; summary: string; encrypted: string | null }
  | { type: "message"; text: string; phase: "commentary" | "final_answer" }
  | { type: "function_call"; callId: string; name: string; arguments: string };

/** An answer as items. A summary and encrypted reasoning come only when the request asks for them. */
export function outputItems(
  spoken: SpokenAnswer,
  model: string,
  body: Readonly<Record<string, unknown>>,
  seals: Seals,
): OutputItem[] {
  const items: OutputItem[] = [];
  if (spoken.reasoning !== undefined) {
    const { text = "", opaque } = spoken.reasoning;
    if (opaque !== undefined) seals.adopt(opaque);
    items.push({
      type: "reasoning",
      summary: wantsSummary(body) ? text : "",
      encrypted: wantsEncrypted(body) ? (opaque ?? seals.make(model)) : null,
    });
  }
  if (spoken.text !== "" || spoken.toolCalls.length === 0) {
    const phase = spoken.toolCalls.length > 0 ? "commentary" : "final_answer";
    items.push({ type: "message", text: spoken.text, phase });
  }
  for (const call of spoken.toolCalls) {
    items.push({
      type: "function_call",
      callId: callId(call, "call_"),
      name: call.name,
      arguments: argumentsOf(call),
    });
  }
  return items;
}

/** An item as it is when it is complete. */
export function wholeItem(item: OutputItem, id: string): Record<string, unknown> {
  switch (item.type) {
    case "reasoning": {
      const summary = item.summary === "" ? [] : [{ type: "summary_text", text: item.summary }];
      return { id, type: item.type, encrypted_content: item.encrypted, summary };
    }
    case "message": {
      const content = [{ type: "output_text", text: item.text, annotations: [], logprobs: [] }];
      return { id, type: item.type, status: "completed", role: "assistant", phase: item.phase, content };
    }
    case "function_call": {
      const { callId: call_id, name } = item;
      return { id, type: item.type, status: "completed", arguments: item.arguments, call_id, name };
    }
    default:
      return item satisfies never;
  }
}

/** An item as it is announced. */
export function openItem(item: OutputItem, id: string): Record<string, unknown> {
  switch (item.type) {
    case "reasoning":
      return { ...wholeItem(item, id), encrypted_content: item.encrypted === null ? null : "", summary: [] };
    case "message":
      return { ...wholeItem(item, id), status: "in_progress", content: [] };
    case "function_call":
      return { ...wholeItem(item, id), status: "in_progress", arguments: "" };
    default:
      return item satisfies never;
  }
}

function wantsSummary(body: Readonly<Record<string, unknown>>): boolean {
  const reasoning = body["reasoning"];
  return isRecord(reasoning) && typeof reasoning["summary"] === "string" && reasoning["summary"] !== "none";
}

function wantsEncrypted(body: Readonly<Record<string, unknown>>): boolean {
  const include = body["include"];
  return Array.isArray(include) && include.includes("reasoning.encrypted_content");
}
