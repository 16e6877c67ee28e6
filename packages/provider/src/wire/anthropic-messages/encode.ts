import { parseJsonObject } from "../../errors/error-body.ts";
import { ProviderError } from "../../errors/provider-error.ts";
import type { AssistantMessage, ImagePart, TextPart, ToolMessage } from "../../model/message.ts";
import type { ModelRequest } from "../../model/request.ts";
import {
  checkFormat,
  checkTools,
  filledParts,
  imageNote,
  objectSchema,
  resultText,
  safeCallId,
  safeName,
  type WirePart,
} from "../encode-parts.ts";
import { groupTurns } from "../history.ts";
import { ownReasoning } from "../reasoning-state.ts";
import type { EncodeContext } from "../wire-format.ts";
import { answerToolDescription, MESSAGES_PATH, redactedPrefix } from "./path.ts";
import { thinkingFields } from "./thinking.ts";

interface WireMessage {
  role: "user" | "assistant";
  content: WirePart[];
}

/** The wire insists on a limit; this one where neither the caller nor the list of models names one. */
const MAX_TOKENS = 8192;

/** Marks where the service may keep a beginning of the request, at most four times in a request. */
const CACHE = { cache_control: { type: "ephemeral" } };

/** Writes a request for `/v1/messages`. Throws a `bad_request` `ProviderError` for tools that no model takes. */
export function encodeMessagesRequest(
  request: ModelRequest,
  context: EncodeContext,
): Record<string, unknown> {
  const messages = encodeMessages(request, context);
  const last = messages.at(-1);
  if (last?.role !== "user") {
    messages.push({ role: "user", content: [{ type: "text", text: "Please continue." }] });
  }
  const maxTokens = request.maxOutputTokens ?? context.maxOutputTokens ?? MAX_TOKENS;
  const choice = toolChoice(request);
  const thinking = thinkingFields(request, context, {
    maxTokens,
    mustCall: choice === "any" || typeof choice === "object",
    resumes: resumesWithoutThoughts(messages),
  });
  const system = request.system ?? "";
  const tools = encodeTools(request);
  const head = system.trim() === "" ? tools.at(-1) : undefined;
  if (head) Object.assign(head, CACHE);
  for (const { content } of messages.filter(({ role }) => role === "user").slice(-2)) {
    const block = content.at(-1);
    if (block) Object.assign(block, CACHE);
  }
  return {
    model: request.model,
    max_tokens: maxTokens,
    ...(system.trim() !== "" && { system: [{ type: "text", text: system, ...CACHE }] }),
    messages,
    stream: context.stream,
    ...(tools.length > 0 && {
      tools,
      tool_choice: typeof choice === "string" ? { type: choice } : choice,
    }),
    ...(request.temperature !== undefined &&
      !("thinking" in thinking) &&
      !context.reasons && { temperature: request.temperature }),
    ...thinking,
  };
}

/** A form of the answer goes out as a tool that the model must call; with other tools it may call those first. */
function toolChoice({ tools, toolChoice = "auto", responseFormat }: ModelRequest) {
  const hasTools = tools !== undefined && tools.length > 0 && toolChoice !== "none";
  if (responseFormat) return hasTools ? "any" : { type: "tool", name: responseFormat.name };
  return toolChoice === "required" ? "any" : toolChoice;
}

function encodeTools({ tools = [], responseFormat: format }: ModelRequest): WirePart[] {
  checkTools(tools);
  const encoded: WirePart[] = tools.map(({ name, description, parameters }) => ({
    name,
    description,
    input_schema: inputSchema(parameters),
  }));
  if (format) {
    checkFormat(format, undefined);
    const { name } = format;
    // It goes out as a tool of its own, which takes an object.
    if (tools.some((tool) => tool.name === name)) throw unusable(`a tool of the same name, "${name}"`);
    const { type } = format.schema;
    if (type !== undefined && type !== "object") throw unusable("a schema that is not one of an object");
    encoded.push({ name, description: answerToolDescription, input_schema: inputSchema(format.schema) });
  }
  return encoded;
}

function unusable(why: string): ProviderError {
  return new ProviderError(
    "bad_request",
    `The response format cannot be asked for on this wire: there is ${why}.`,
    {
      hint: "Give it another name, and wrap what is not an object into one.",
    },
  );
}

function inputSchema(given: Record<string, unknown>): Record<string, unknown> {
  const { $schema: _dialect, ...schema } = objectSchema(given);
  return schema;
}

/** The messages, in turns: the wire takes no two neighbours of the same role, and the first must be the user's. */
function encodeMessages(request: ModelRequest, context: EncodeContext): WireMessage[] {
  const isOwn = ownReasoning(request, context, MESSAGES_PATH);
  const messages: WireMessage[] = [];
  function add(role: WireMessage["role"], content: WirePart[]): void {
    if (content.length === 0) return;
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  }
  for (const turn of groupTurns(request.messages)) {
    if (turn.type === "user") {
      add("user", encodeContent(turn.message.content));
      continue;
    }
    const content = encodeAssistant(turn.message, isOwn);
    if (content.length === 0) continue;
    if (messages.length === 0) add("user", [{ type: "text", text: "Please continue." }]);
    add("assistant", content);
    add("user", [...turn.results.map(encodeResult), ...turn.results.flatMap(imagesOfError)]);
  }
  return messages;
}

function encodeContent(parts: readonly (TextPart | ImagePart)[]): WirePart[] {
  return filledParts(parts).map((part) =>
    part.type === "text" ? { type: "text", text: part.text } : encodeImage(part),
  );
}

function encodeImage(part: ImagePart): WirePart {
  return { type: "image", source: { type: "base64", media_type: part.mimeType, data: part.data } };
}

/** The blocks of an answer in the order they came. Thoughts go back unchanged with their signature, or not at all. */
function encodeAssistant(message: AssistantMessage, isOwn: ReturnType<typeof ownReasoning>): WirePart[] {
  const blocks: WirePart[] = [];
  let end = 0;
  for (const part of message.content) {
    if (part.type === "reasoning") {
      const opaque = part.opaque ?? "";
      if (!isOwn(part)) continue;
      if (!opaque.startsWith(redactedPrefix)) {
        blocks.push({ type: "thinking", thinking: part.text, signature: opaque });
      } else {
        blocks.push({ type: "redacted_thinking", data: opaque.slice(redactedPrefix.length) });
      }
      continue;
    }
    if (part.type === "text") {
      if (part.text.trim() === "") continue;
      blocks.push({ type: "text", text: part.text });
    } else {
      blocks.push({
        type: "tool_use",
        id: safeCallId(part.id),
        name: safeName(part.name),
        input: parseJsonObject(part.arguments) ?? {},
      });
    }
    end = blocks.length;
  }
  // An answer may not end with a thought.
  return blocks.slice(0, end);
}

function encodeResult(result: ToolMessage): WirePart {
  const images = result.isError ? [] : result.content.filter((part) => part.type === "image");
  const text = resultText(result);
  return {
    type: "tool_result",
    tool_use_id: safeCallId(result.callId),
    content: images.length === 0 ? text : encodeContent(result.content),
    ...(result.isError && { is_error: true }),
  };
}

/** A result that is an error takes only text. Its images follow behind all results. */
function imagesOfError(result: ToolMessage): WirePart[] {
  const images = result.isError ? result.content.filter((part) => part.type === "image") : [];
  if (images.length === 0) return [];
  return [{ type: "text", text: imageNote(result) }, ...images.map(encodeImage)];
}

/** Whether the model is to go on with an answer of its own that has calls and does not begin with a thought. */
function resumesWithoutThoughts(messages: readonly WireMessage[]): boolean {
  const answer = messages.at(-1)?.content[0]?.["type"] === "tool_result" ? messages.at(-2) : undefined;
  const first = answer?.content[0]?.["type"];
  return answer !== undefined && first !== "thinking" && first !== "redacted_thinking";
}
