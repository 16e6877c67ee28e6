import type { AssistantMessage, ImagePart, TextPart, ToolMessage } from "../../model/message.ts";
import type { ModelRequest, ToolSpec } from "../../model/request.ts";
import {
  checkFormat,
  checkTools,
  dataUrl,
  filledParts,
  imageNote,
  markedResultText,
  objectSchema,
  safeArguments,
  safeCallId,
  safeName,
  type WirePart,
} from "../encode-parts.ts";
import { groupTurns } from "../history.ts";
import { ownReasoning } from "../reasoning-state.ts";
import type { EncodeContext } from "../wire-format.ts";
import { RESPONSES_PATH, unpackState } from "./path.ts";

/** Writes a request for `/responses`. Throws a `bad_request` `ProviderError` for tools and forms that no model takes. */
export function encodeResponsesRequest(
  request: ModelRequest,
  context: EncodeContext,
): Record<string, unknown> {
  // Nothing is kept by the service, so that every request says everything.
  const body: Record<string, unknown> = {
    model: request.model,
    input: encodeInput(request, context),
    stream: context.stream,
    store: false,
  };
  if (request.tools !== undefined && request.tools.length > 0) {
    body["tools"] = encodeTools(request.tools);
    body["tool_choice"] = request.toolChoice ?? "auto";
  }
  if (request.maxOutputTokens !== undefined) body["max_output_tokens"] = request.maxOutputTokens;
  const effort = request.reasoningEffort;
  const takesEffort = effort !== undefined && context.reasoningEfforts?.includes(effort) !== false;
  if (context.reasons || takesEffort) {
    body["reasoning"] = { ...(takesEffort && { effort }), summary: "auto" };
    body["include"] = ["reasoning.encrypted_content"];
  } else if (request.temperature !== undefined) body["temperature"] = request.temperature;
  if (request.responseFormat) {
    checkFormat(request.responseFormat, context.structuredOutputs);
    const { name, schema, strict = true } = request.responseFormat;
    body["text"] = { format: { type: "json_schema", name, schema, strict } };
  }
  return body;
}

function encodeInput(request: ModelRequest, context: EncodeContext): WirePart[] {
  const isOwn = ownReasoning(request, context, RESPONSES_PATH);
  const input: WirePart[] = [];
  if (request.system !== undefined && request.system.trim() !== "") {
    input.push({ role: "system", content: [{ type: "input_text", text: request.system }] });
  }
  for (const turn of groupTurns(request.messages)) {
    if (turn.type === "user") {
      const content = encodeContent(turn.message.content);
      if (content.length > 0) input.push({ role: "user", content });
      continue;
    }
    input.push(...encodeAssistant(turn.message, isOwn), ...turn.results.map(encodeResult));
    const images = turn.results.flatMap(imagesOf);
    if (images.length > 0) input.push({ role: "user", content: images });
  }
  return input;
}

function encodeContent(parts: readonly (TextPart | ImagePart)[]): WirePart[] {
  return filledParts(parts).map((part) =>
    part.type === "text" ? { type: "input_text", text: part.text } : encodeImage(part),
  );
}

function encodeImage(part: ImagePart): WirePart {
  return { type: "input_image", image_url: dataUrl(part), detail: "auto" };
}

/** The items of an answer in the order they came. Reasoning goes back only with its state. */
function encodeAssistant(message: AssistantMessage, isOwn: ReturnType<typeof ownReasoning>): WirePart[] {
  const speaks = message.content.some(
    (part) => part.type === "tool_call" || (part.type === "text" && part.text.trim() !== ""),
  );
  if (!speaks) return [];
  const items: WirePart[] = [];
  for (const part of message.content) {
    if (part.type === "text") {
      if (part.text.trim() === "") continue;
      const content = [{ type: "output_text", text: part.text }];
      items.push({ type: "message", role: "assistant", content });
    } else if (part.type === "tool_call") {
      items.push({
        type: "function_call",
        call_id: safeCallId(part.id),
        name: safeName(part.name),
        arguments: safeArguments(part.arguments),
      });
    } else if (isOwn(part)) {
      items.push({ type: "reasoning", summary: [], ...unpackState(part.opaque ?? "") });
    }
  }
  return items;
}

function encodeResult(result: ToolMessage): WirePart {
  return {
    type: "function_call_output",
    call_id: safeCallId(result.callId),
    output: markedResultText(result),
  };
}

/** Results take no images; they follow in a message of the user's. */
function imagesOf(result: ToolMessage): WirePart[] {
  const images = result.content.filter((part) => part.type === "image");
  if (images.length === 0) return [];
  return [{ type: "input_text", text: imageNote(result) }, ...images.map(encodeImage)];
}

function encodeTools(tools: readonly ToolSpec[]): WirePart[] {
  checkTools(tools);
  return tools.map(({ name, description, parameters }) => ({
    type: "function",
    name,
    description,
    parameters: objectSchema(parameters),
    strict: false,
  }));
}
