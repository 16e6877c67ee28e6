import { contentText } from "../answer/answer.ts";
import { capiError, text, type FullReply } from "../http/reply.ts";
import type { ModelEntry } from "./model-catalogue.ts";
import type { ModelShelf } from "./model-shelf.ts";

/** The endpoints on which models answer. */
export type ModelEndpoint = "/chat/completions" | "/responses" | "/v1/messages";

/** A model request that passed every check. Messages and tools are in the form of the chat completions API. */
export interface ValidRequest {
  model: ModelEntry;
  messages: readonly Record<string, unknown>[];
  tools: readonly Record<string, unknown>[];
  stream: boolean;
  body: Record<string, unknown>;
}

const MAX_TOOLS = 128;
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Whether a check ended in a reply. */
export function isReply(value: object): value is FullReply {
  return "type" in value && value.type === "full";
}

/** The reply for a body that breaks a rule. */
export function invalid(message: string): FullReply {
  return capiError(400, "invalid_request_body", message);
}

/** The model of a request, or the reply when it cannot be used, or not on this endpoint. */
export function findModel(models: ModelShelf, id: unknown, endpoint: ModelEndpoint): ModelEntry | FullReply {
  const model = findOfType(models, id, "chat");
  if (model === undefined) return modelNotSupported();
  if (!(model.supported_endpoints ?? ["/chat/completions"]).includes(endpoint)) {
    const message = `model "${model.id}" is not accessible via the ${endpoint} endpoint`;
    return capiError(400, "unsupported_api_for_model", message);
  }
  return model;
}

/** A model of a type whose terms do not wait to be accepted. */
export function findOfType(models: ModelShelf, id: unknown, type: string): ModelEntry | undefined {
  const model = typeof id === "string" ? models.find(id) : undefined;
  const isOpen = model?.policy === undefined || model.policy.state === "enabled";
  return model?.capabilities.type === type && isOpen ? model : undefined;
}

/** The reply for a model that does not exist, is of another type, or waits for its terms to be accepted. */
export function modelNotSupported(): FullReply {
  const error = {
    message: "The requested model is not supported.",
    code: "model_not_supported",
    param: "model",
    type: "invalid_request_error",
  };
  return text(400, `${JSON.stringify({ error })}\n`);
}

/** What is wrong with the names of tools; `path` says where the name of one is. */
export function wrongToolNames(names: readonly unknown[], path: string): string | undefined {
  if (names.length > MAX_TOOLS) return `tools: at most ${MAX_TOOLS} are allowed, got ${names.length}`;
  const index = names.findIndex((name) => typeof name !== "string" || !TOOL_NAME.test(name));
  return index === -1 ? undefined : `tools[${index}].${path} must match ^[a-zA-Z0-9_-]{1,64}$`;
}

/** The reply for a prompt that is longer than the model takes. */
export function tooLong(model: ModelEntry, messages: ValidRequest["messages"]): FullReply | undefined {
  const { limits } = model.capabilities;
  const limit = limits?.max_prompt_tokens ?? limits?.max_context_window_tokens;
  const count = promptTokens(messages);
  if (limit === undefined || count <= limit) return undefined;
  const message = `prompt token count of ${count} exceeds the limit of ${limit}`;
  return capiError(400, "model_max_prompt_tokens_exceeded", message);
}

/** A rough count: four characters a token. Images are not counted. */
export function promptTokens(messages: ValidRequest["messages"]): number {
  const characters = messages.reduce(
    (sum, message) =>
      sum + contentText(message["content"]).length + JSON.stringify(message["tool_calls"] ?? "").length,
    0,
  );
  return Math.ceil(characters / 4) + messages.length * 3;
}
