import { contentText } from "../answer/answer.ts";
import { isRecord, type Call } from "../http/call.ts";
import { capiError, text, type FullReply } from "../http/reply.ts";
import type { ModelShelf } from "./model-shelf.ts";
import type { ModelEntry } from "./model-catalogue.ts";

const MAX_TOOLS = 128;
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** A chat request that passed every check. */
export interface ValidChat {
  model: ModelEntry;
  messages: readonly Record<string, unknown>[];
  tools: readonly Record<string, unknown>[];
  stream: boolean;
  body: Record<string, unknown>;
}

/** Checks a chat request as strictly as the service does; what is wrong comes back as its reply. */
export function validateChat(models: ModelShelf, call: Call): ValidChat | FullReply {
  const { body } = call;
  if (call.malformed || !isRecord(body)) return invalid("failed to parse request");
  const model = findModel(models, body["model"]);
  if (isReply(model)) return model;
  const messages = body["messages"];
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isRecord)) {
    return invalid("messages must be a list of at least one message");
  }
  const tools = body["tools"] ?? [];
  if (!Array.isArray(tools) || !tools.every(isRecord)) return invalid("tools must be a list");
  const wrong = wrongTools(tools) ?? wrongContent(messages, model) ?? wrongPairing(messages);
  if (wrong !== undefined) return invalid(wrong);
  const limit =
    model.capabilities.limits?.max_prompt_tokens ?? model.capabilities.limits?.max_context_window_tokens;
  const count = promptTokens(messages);
  if (limit !== undefined && count > limit) {
    const message = `prompt token count of ${count} exceeds the limit of ${limit}`;
    return capiError(400, "model_max_prompt_tokens_exceeded", message);
  }
  return { model, messages, tools, stream: body["stream"] === true, body };
}

/** Whether a check ended in a reply. */
export function isReply(value: object): value is FullReply {
  return "type" in value && value.type === "full";
}

/** A rough count: four characters a token. Images are not counted. */
export function promptTokens(messages: readonly Record<string, unknown>[]): number {
  const characters = messages.reduce(
    (sum, message) =>
      sum + contentText(message["content"]).length + JSON.stringify(message["tool_calls"] ?? "").length,
    0,
  );
  return Math.ceil(characters / 4) + messages.length * 3;
}

function invalid(message: string): FullReply {
  return capiError(400, "invalid_request_body", message);
}

function findModel(models: ModelShelf, id: unknown): ModelEntry | FullReply {
  const model = typeof id === "string" ? models.find(id) : undefined;
  if (model === undefined || model.capabilities.type !== "chat" || policyMissing(model)) {
    return modelNotSupported();
  }
  if (model.supported_endpoints !== undefined && !model.supported_endpoints.includes("/chat/completions")) {
    const message = `model "${model.id}" is not accessible via the /chat/completions endpoint`;
    return capiError(400, "unsupported_api_for_model", message);
  }
  return model;
}

/** The reply for a model that does not exist, is no chat model, or waits for its terms to be accepted. */
export function modelNotSupported(): FullReply {
  const error = {
    message: "The requested model is not supported.",
    code: "model_not_supported",
    param: "model",
    type: "invalid_request_error",
  };
  return text(400, `${JSON.stringify({ error })}\n`);
}

function policyMissing(model: ModelEntry): boolean {
  return model.policy !== undefined && model.policy.state !== "enabled";
}

function wrongTools(tools: readonly Record<string, unknown>[]): string | undefined {
  if (tools.length > MAX_TOOLS) return `tools: at most ${MAX_TOOLS} are allowed, got ${tools.length}`;
  for (const [index, tool] of tools.entries()) {
    const definition = tool["function"];
    const name = isRecord(definition) ? definition["name"] : undefined;
    if (typeof name !== "string" || !TOOL_NAME.test(name)) {
      return `tools[${index}].function.name must match ^[a-zA-Z0-9_-]{1,64}$`;
    }
  }
  return undefined;
}

function wrongContent(messages: readonly Record<string, unknown>[], model: ModelEntry): string | undefined {
  for (const [index, message] of messages.entries()) {
    const { content } = message;
    if (!["system", "developer", "user", "assistant", "tool"].includes(String(message["role"]))) {
      return `messages[${index}].role is not a known role`;
    }
    if (Array.isArray(content) && content.some((part) => isRecord(part) && part["text"] === "")) {
      return `messages[${index}].content: text content blocks must be non-empty`;
    }
    const silent = content === undefined || content === null || content === "";
    if (silent && message["role"] === "user") return `messages[${index}].content must not be empty`;
  }
  const last = messages.at(-1);
  if (
    model.vendor === "Anthropic" &&
    last?.["role"] === "assistant" &&
    /\s$/.test(contentText(last["content"]))
  ) {
    return "messages: final assistant content cannot end with trailing whitespace";
  }
  return undefined;
}

/** Every tool call needs its result right behind it, and every result its call. */
function wrongPairing(messages: readonly Record<string, unknown>[]): string | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message["role"] === "tool") {
      const id = String(message["tool_call_id"]);
      if (!open.delete(id)) {
        return `messages[${index}]: unexpected tool result "${id}" without a tool call in the previous message`;
      }
      continue;
    }
    if (open.size > 0) return unanswered(index - 1, open);
    const calls = message["tool_calls"];
    const ids = Array.isArray(calls)
      ? calls.map((call: unknown) => (isRecord(call) ? String(call["id"]) : ""))
      : [];
    open = new Set(ids);
    if (open.size !== ids.length) return `messages[${index}]: tool call ids must be unique`;
  }
  return open.size > 0 ? unanswered(messages.length - 1, open) : undefined;
}

function unanswered(index: number, open: ReadonlySet<string>): string {
  const ids = [...open].join(", ");
  return `messages.${index}: tool_use ids were found without tool_result blocks immediately after: ${ids}`;
}
