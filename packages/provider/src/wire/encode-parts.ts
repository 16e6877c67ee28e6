import { createHash } from "node:crypto";
import { parseJsonObject } from "../errors/error-body.ts";
import { ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import type { ImagePart, TextPart, ToolMessage } from "../model/message.ts";
import type { ResponseFormat, ToolSpec } from "../model/request.ts";

/** A piece of a request body. */
export type WirePart = Record<string, unknown>;

const TOOL_LIMIT = 128;
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** An image as a URL. */
export function dataUrl(part: ImagePart): string {
  return `data:${part.mimeType};base64,${part.data}`;
}

/** The parts that a model takes: empty texts are refused. */
export function filledParts(parts: readonly (TextPart | ImagePart)[]): (TextPart | ImagePart)[] {
  return parts.filter((part) => part.type === "image" || part.text.trim() !== "");
}

/** The arguments of an earlier call, or `{}` where they never were an object. */
export function safeArguments(text: string): string {
  return parseJsonObject(text) ? text : "{}";
}

/** A name that a model made up must not make the whole conversation unusable. */
export function safeName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "unknown";
}

/** The id of a call in a form that every wire takes; ids of another wire may be longer or hold other letters. */
export function safeCallId(id: string): string {
  return TOOL_NAME.test(id) ? id : `call_${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;
}

/** What a tool said, as one text that is never empty. */
export function resultText(result: ToolMessage): string {
  const text = result.content
    .map((part) => (part.type === "text" ? part.text : ""))
    .filter((text) => text !== "")
    .join("\n");
  if (text.trim() !== "") return text;
  return result.content.some((part) => part.type === "image")
    ? "(see the image that follows)"
    : "(no output)";
}

/** The same where the wire cannot say that a result is an error. */
export function markedResultText(result: ToolMessage): string {
  const shown = resultText(result);
  return result.isError && !/^error\b/i.test(shown) ? `Error: ${shown}` : shown;
}

/** What stands before the images of a result that are sent beside it. */
export function imageNote(result: ToolMessage): string {
  return `Image from the tool ${safeName(result.name)} (call ${result.callId}):`;
}

/** Throws a `bad_request` `ProviderError` for tools that no model takes. */
export function checkTools(tools: readonly ToolSpec[]): void {
  if (tools.length > TOOL_LIMIT) {
    throw new ProviderError(
      "bad_request",
      `The request names ${tools.length} tools, and a model takes at most ${TOOL_LIMIT}.`,
    );
  }
  for (const { name } of tools) checkName("tool", name);
}

/** Throws a `bad_request` `ProviderError` for a form that cannot be asked for. */
export function checkFormat(format: ResponseFormat, structuredOutputs: boolean | undefined): void {
  checkName("response format", format.name);
  if (structuredOutputs !== false) return;
  throw new ProviderError("bad_request", "The model cannot be held to a JSON Schema.", {
    hint: "Choose another model, or ask for JSON in the prompt.",
  });
}

function checkName(kind: string, name: string): void {
  if (TOOL_NAME.test(name)) return;
  throw new ProviderError(
    "bad_request",
    `The ${kind} name "${displayText(name, 80)}" is not one that a model takes: letters, digits, _ and -, at most 64.`,
  );
}

/** A schema of arguments with what some models insist on: a type, and properties even if there are none. */
export function objectSchema(schema: Record<string, unknown>): Record<string, unknown> {
  return { type: "object", properties: {}, ...schema };
}
