import { contentText } from "../answer/answer.ts";
import { isRecord, type Call } from "../http/call.ts";
import type { FullReply } from "../http/reply.ts";
import type { ModelEntry } from "./model-catalogue.ts";
import type { ModelShelf } from "./model-shelf.ts";
import { findModel, invalid, isReply, tooLong, wrongToolNames, type ValidRequest } from "./valid-request.ts";

/** Checks a chat request as strictly as the service does; what is wrong comes back as its reply. */
export function validateChat(models: ModelShelf, call: Call): ValidRequest | FullReply {
  const { body } = call;
  if (call.malformed || !isRecord(body)) return invalid("failed to parse request");
  const model = findModel(models, body["model"], "/chat/completions");
  if (isReply(model)) return model;
  const messages = body["messages"];
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isRecord)) {
    return invalid("messages must be a list of at least one message");
  }
  const tools = body["tools"] ?? [];
  if (!Array.isArray(tools) || !tools.every(isRecord)) return invalid("tools must be a list");
  const wrong = wrongTools(tools) ?? wrongContent(messages, model) ?? wrongPairing(messages);
  if (wrong !== undefined) return invalid(wrong);
  const valid: ValidRequest = { model, messages, tools, stream: body["stream"] === true, body };
  return tooLong(model, messages) ?? valid;
}

function wrongTools(tools: readonly Record<string, unknown>[]): string | undefined {
  const names = tools.map((tool) => (isRecord(tool["function"]) ? tool["function"]["name"] : undefined));
  return wrongToolNames(names, "function.name");
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
