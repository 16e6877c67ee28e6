import { randomBytes } from "node:crypto";
import type { ScriptedToolCall } from "../answer/answer.ts";

/** The arguments of a call as JSON text, or as the script wrote them. */
export function argumentsOf(call: ScriptedToolCall): string {
  return typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments ?? {});
}

/** The id of a call, made up with the vendor's prefix when the script gave none. */
export function callId(call: ScriptedToolCall, prefix: string): string {
  return call.id ?? `${prefix}${randomBytes(12).toString("hex")}`;
}

/** Text in words, each with the white space before it, so that their concatenation is the text. */
export function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** Arguments in pieces of a few characters, as models send them; code points stay whole. */
export function pieces(text: string): string[] {
  const points = Array.from(text);
  const result: string[] = [];
  for (let start = 0; start < points.length; start += 12)
    result.push(points.slice(start, start + 12).join(""));
  return result;
}
