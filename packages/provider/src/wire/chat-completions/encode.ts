import { parseJsonObject } from "../../errors/error-body.ts";
import { ProviderError } from "../../errors/provider-error.ts";
import { displayText } from "../../errors/redact.ts";
import type {
  AssistantMessage,
  ImagePart,
  ReasoningPart,
  TextPart,
  ToolMessage,
} from "../../model/message.ts";
import type { ModelRequest, ToolSpec } from "../../model/request.ts";
import type { EncodeContext } from "../wire-format.ts";
import { groupTurns } from "./history.ts";
import { CHAT_PATH, cotPrefix } from "./path.ts";

type WireMessage = Record<string, unknown>;

const TOOL_LIMIT = 128;
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Writes a request for `/chat/completions`. Throws a `bad_request` `ProviderError` for tools that no model takes. */
export function encodeChatRequest(request: ModelRequest, context: EncodeContext): Record<string, unknown> {
  const messages: WireMessage[] = [];
  if (request.system !== undefined && request.system.trim() !== "") {
    messages.push({ role: "system", content: request.system });
  }
  for (const turn of groupTurns(request.messages)) {
    if (turn.type === "user") {
      const content = encodeContent(turn.message.content);
      if (content !== undefined) messages.push({ role: "user", content });
      continue;
    }
    const message = encodeAssistant(turn.message, request.model);
    if (!message) continue;
    messages.push(message, ...turn.results.map(encodeResult));
    const images = turn.results.flatMap(imagesOf);
    if (images.length > 0) messages.push({ role: "user", content: images });
  }
  trimLastAssistant(messages);

  const body: Record<string, unknown> = { model: request.model, messages, stream: context.stream };
  if (context.stream) body["stream_options"] = { include_usage: true };
  if (request.tools !== undefined && request.tools.length > 0) {
    body["tools"] = encodeTools(request.tools);
    body["tool_choice"] = request.toolChoice ?? "auto";
  }
  if (request.maxOutputTokens !== undefined) body["max_tokens"] = request.maxOutputTokens;
  if (request.temperature !== undefined && !context.reasons) body["temperature"] = request.temperature;
  const effort = request.reasoningEffort;
  if (effort !== undefined && context.reasoningEfforts?.includes(effort) !== false) {
    body["reasoning_effort"] = effort;
  }
  return body;
}

function encodeImage(part: ImagePart): WireMessage {
  return {
    type: "image_url",
    image_url: { url: `data:${part.mimeType};base64,${part.data}`, media_type: part.mimeType },
  };
}

/** A plain string where one is enough; `undefined` when nothing is left. */
function encodeContent(parts: readonly (TextPart | ImagePart)[]): string | WireMessage[] | undefined {
  const filled = parts.filter((part) => part.type === "image" || part.text.trim() !== "");
  const [only] = filled;
  if (!only) return undefined;
  if (filled.length === 1 && only.type === "text") return only.text;
  return filled.map((part) => (part.type === "text" ? { type: "text", text: part.text } : encodeImage(part)));
}

function encodeAssistant(message: AssistantMessage, model: string): WireMessage | undefined {
  const text = message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const calls = message.content.filter((part) => part.type === "tool_call");
  if (text.trim() === "" && calls.length === 0) return undefined;
  const encoded: WireMessage = { role: "assistant", content: text.trim() === "" ? null : text };
  if (calls.length > 0) {
    encoded["tool_calls"] = calls.map((call) => ({
      id: call.id,
      type: "function",
      function: { name: safeName(call.name), arguments: safeArguments(call.arguments) },
    }));
  }
  return { ...encoded, ...encodeReasoning(message, model) };
}

/** Opaque state goes back only to the model and wire that made it, and readable reasoning only together with it. */
function encodeReasoning(message: AssistantMessage, model: string): WireMessage {
  const own = message.content.filter(
    (part): part is ReasoningPart =>
      part.type === "reasoning" && part.origin?.model === model && part.origin.endpoint === CHAT_PATH,
  );
  const opaque = own.map((part) => part.opaque ?? "").join("");
  if (opaque === "") return {};
  const text = own.map((part) => part.text).join("");
  if (opaque.startsWith(cotPrefix)) return { cot_id: opaque.slice(cotPrefix.length), cot_summary: text };
  return { ...(text !== "" && { reasoning_text: text }), reasoning_opaque: opaque };
}

function safeArguments(text: string): string {
  return parseJsonObject(text) ? text : "{}";
}

/** A name that a model made up must not make the whole conversation unusable. */
function safeName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "unknown";
}

function encodeResult(result: ToolMessage): WireMessage {
  const text = result.content
    .map((part) => (part.type === "text" ? part.text : ""))
    .filter((text) => text !== "")
    .join("\n");
  const images = result.content.some((part) => part.type === "image");
  const shown = text.trim() === "" ? (images ? "(see the image that follows)" : "(no output)") : text;
  const content = result.isError && !/^error\b/i.test(shown) ? `Error: ${shown}` : shown;
  return { role: "tool", tool_call_id: result.callId, content };
}

/** Tool results take no images; they follow in a message of the user's. */
function imagesOf(result: ToolMessage): WireMessage[] {
  const images = result.content.filter((part) => part.type === "image");
  if (images.length === 0) return [];
  return [
    { type: "text", text: `Image from the tool ${safeName(result.name)} (call ${result.callId}):` },
    ...images.map(encodeImage),
  ];
}

/** White space at the end of the last assistant message is refused for some models. */
function trimLastAssistant(messages: WireMessage[]): void {
  const last = messages.findLast((message) => message["role"] === "assistant");
  if (last && typeof last["content"] === "string") last["content"] = last["content"].trimEnd();
}

function encodeTools(tools: readonly ToolSpec[]): WireMessage[] {
  if (tools.length > TOOL_LIMIT) {
    throw new ProviderError(
      "bad_request",
      `The request names ${tools.length} tools, and a model takes at most ${TOOL_LIMIT}.`,
    );
  }
  return tools.map((tool) => {
    if (!TOOL_NAME.test(tool.name)) {
      throw new ProviderError(
        "bad_request",
        `The tool name "${displayText(tool.name, 80)}" is not one that a model takes: letters, digits, _ and -, at most 64.`,
      );
    }
    return {
      type: "function",
      function: {
        name: tool.name,
        description: tool.description,
        parameters: { type: "object", properties: {}, ...tool.parameters },
      },
    };
  });
}
