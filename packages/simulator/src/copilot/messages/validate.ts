import { isRecord, type Call } from "../../http/call.ts";
import type { FullReply } from "../../http/reply.ts";
import type { World } from "../../world.ts";
import { refuseBetas } from "../betas.ts";
import { findModel, invalid, isReply, tooLong, wrongToolNames, type ValidRequest } from "../valid-request.ts";
import { wrongBlocks } from "./blocks.ts";
import { wrongPairs } from "./pairs.ts";
import { wrongSettings } from "./settings.ts";
import { wrongThinking } from "./thinking.ts";
import { chatMessages, chatTools } from "./translate.ts";

/** Checks a messages request as strictly as the service does; what is wrong comes back as its reply. */
export function validateMessages(world: World, call: Call): ValidRequest | FullReply {
  const { body } = call;
  if (call.malformed || !isRecord(body)) return invalid("failed to parse request");
  const model = findModel(world.models, body["model"], "/v1/messages");
  if (isReply(model)) return model;
  const unlisted = refuseBetas(call);
  if (unlisted !== undefined) return unlisted;
  const messages = body["messages"];
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isRecord)) {
    return invalid("messages: at least one message is required");
  }
  const tools = body["tools"] ?? [];
  if (!Array.isArray(tools) || !tools.every(isRecord)) return invalid("tools: Input should be a valid list");
  const wrong =
    wrongSettings(call, body, model) ??
    wrongTools(tools) ??
    wrongTurns(messages) ??
    wrongBlocks(messages) ??
    wrongPairs(messages) ??
    wrongThinking(messages, world.seals);
  if (wrong !== undefined) return invalid(wrong);
  const chat = chatMessages(body["system"], messages);
  const valid = { model, messages: chat, tools: chatTools(tools), stream: body["stream"] === true, body };
  return tooLong(model, chat) ?? valid;
}

function wrongTools(tools: readonly Record<string, unknown>[]): string | undefined {
  for (const [index, tool] of tools.entries()) {
    const schema = tool["input_schema"];
    if (tool["type"] !== undefined && tool["type"] !== "custom") {
      return `tools.${index}.type: only custom tools are supported`;
    }
    if (!isRecord(schema) || schema["type"] !== "object") {
      return `tools.${index}.custom.input_schema.type: Input should be 'object'`;
    }
  }
  const names = tools.map((tool) => tool["name"]);
  return wrongToolNames(names, "name");
}

/** User and assistant take turns, and the user begins and ends. */
function wrongTurns(messages: readonly Record<string, unknown>[]): string | undefined {
  let previous: unknown = "assistant";
  for (const [index, { role }] of messages.entries()) {
    if (role !== "user" && role !== "assistant") {
      return `messages.${index}.role: Input should be 'user' or 'assistant'`;
    }
    if (role === previous) {
      return index === 0
        ? "messages: first message must use the user role"
        : `messages: roles must alternate between "user" and "assistant", but found multiple "${role}" roles in a row`;
    }
    previous = role;
  }
  return previous === "user" ? undefined : PREFILL;
}

const PREFILL =
  "This model does not support assistant message prefill. The conversation must end with a user message.";
