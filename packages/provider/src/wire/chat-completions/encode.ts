import type {
  AssistantMessage,
  ImagePart,
  ReasoningPart,
  TextPart,
  ToolMessage,
} from "../../model/message.ts";
import type { ModelRequest, ResponseFormat, ToolSpec } from "../../model/request.ts";
import {
  checkFormat,
  checkTools,
  dataUrl,
  filledParts,
  imageNote,
  markedResultText,
  objectSchema,
  safeArguments,
  safeName,
  type WirePart,
} from "../encode-parts.ts";
import { groupTurns } from "../history.ts";
import { ownReasoning } from "../reasoning-state.ts";
import type { EncodeContext } from "../wire-format.ts";
import { gentleSchema } from "./gentle-schema.ts";
import { CHAT_PATH, cotPrefix } from "./path.ts";

/** Writes a request for `/chat/completions`. Throws a `bad_request` `ProviderError` for tools that no model takes. */
export function encodeChatRequest(request: ModelRequest, context: EncodeContext): Record<string, unknown> {
  const messages: WirePart[] = [];
  const isOwn = ownReasoning(request, context, CHAT_PATH);
  if (request.system !== undefined && request.system.trim() !== "") {
    messages.push({ role: "system", content: request.system });
  }
  for (const turn of groupTurns(request.messages)) {
    if (turn.type === "user") {
      const content = encodeContent(turn.message.content);
      if (content !== undefined) messages.push({ role: "user", content });
      continue;
    }
    const message = encodeAssistant(turn.message, isOwn);
    if (!message) continue;
    messages.push(message, ...turn.results.map(encodeResult));
    const images = turn.results.flatMap(imagesOf);
    if (images.length > 0) messages.push({ role: "user", content: images });
  }
  trimLastAssistant(messages);

  const body: Record<string, unknown> = { model: request.model, messages, stream: context.stream };
  if (context.stream) body["stream_options"] = { include_usage: true };
  if (request.tools !== undefined && request.tools.length > 0) {
    body["tools"] = encodeTools(request.tools, context.strictSchemas === true);
    body["tool_choice"] = request.toolChoice ?? "auto";
  }
  if (request.maxOutputTokens !== undefined) body["max_tokens"] = request.maxOutputTokens;
  if (request.temperature !== undefined && !context.reasons) body["temperature"] = request.temperature;
  const effort = request.reasoningEffort;
  if (effort !== undefined && context.reasoningEfforts?.includes(effort) !== false) {
    body["reasoning_effort"] = effort;
  }
  if (request.responseFormat) {
    checkFormat(request.responseFormat, context.structuredOutputs);
    body["response_format"] = encodeFormat(request.responseFormat);
  }
  return body;
}

function encodeImage(part: ImagePart): WirePart {
  return {
    type: "image_url",
    image_url: { url: dataUrl(part), media_type: part.mimeType },
  };
}

/** A plain string where one is enough; `undefined` when nothing is left. */
function encodeContent(parts: readonly (TextPart | ImagePart)[]): string | WirePart[] | undefined {
  const filled = filledParts(parts);
  const [only] = filled;
  if (!only) return undefined;
  if (filled.length === 1 && only.type === "text") return only.text;
  return filled.map((part) => (part.type === "text" ? { type: "text", text: part.text } : encodeImage(part)));
}

function encodeAssistant(
  message: AssistantMessage,
  isOwn: (part: ReasoningPart) => boolean,
): WirePart | undefined {
  const text = message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const calls = message.content.filter((part) => part.type === "tool_call");
  if (text.trim() === "" && calls.length === 0) return undefined;
  const encoded: WirePart = { role: "assistant", content: text.trim() === "" ? null : text };
  if (calls.length > 0) {
    encoded["tool_calls"] = calls.map((call) => ({
      id: call.id,
      type: "function",
      function: { name: safeName(call.name), arguments: safeArguments(call.arguments) },
    }));
  }
  return { ...encoded, ...encodeReasoning(message, isOwn) };
}

/** Opaque state goes back only to where it came from, and readable reasoning only together with it. */
function encodeReasoning(message: AssistantMessage, isOwn: (part: ReasoningPart) => boolean): WirePart {
  const own = message.content.filter((part) => part.type === "reasoning").filter(isOwn);
  const opaque = own.map((part) => part.opaque ?? "").join("");
  if (opaque === "") return {};
  const text = own.map((part) => part.text).join("");
  if (opaque.startsWith(cotPrefix)) return { cot_id: opaque.slice(cotPrefix.length), cot_summary: text };
  return { ...(text !== "" && { reasoning_text: text }), reasoning_opaque: opaque };
}

function encodeResult(result: ToolMessage): WirePart {
  return { role: "tool", tool_call_id: result.callId, content: markedResultText(result) };
}

/** Tool results take no images; they follow in a message of the user's. */
function imagesOf(result: ToolMessage): WirePart[] {
  const images = result.content.filter((part) => part.type === "image");
  if (images.length === 0) return [];
  return [{ type: "text", text: imageNote(result) }, ...images.map(encodeImage)];
}

/** White space at the end of the last assistant message is refused for some models. */
function trimLastAssistant(messages: WirePart[]): void {
  const last = messages.findLast((message) => message["role"] === "assistant");
  if (last && typeof last["content"] === "string") last["content"] = last["content"].trimEnd();
}

function encodeTools(tools: readonly ToolSpec[], isStrict: boolean): WirePart[] {
  checkTools(tools);
  return tools.map(({ name, description, parameters }) => {
    const schema = objectSchema(parameters);
    return {
      type: "function",
      function: { name, description, parameters: isStrict ? gentleSchema(schema) : schema },
    };
  });
}

function encodeFormat({ name, schema, strict = true }: ResponseFormat): WirePart {
  return { type: "json_schema", json_schema: { name, schema, strict } };
}
