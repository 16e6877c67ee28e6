import { isRecord, type Call } from "../../http/call.ts";
import { capiError, type FullReply } from "../../http/reply.ts";
import type { World } from "../../world.ts";
import { findModel, invalid, isReply, tooLong, wrongToolNames, type ValidRequest } from "../valid-request.ts";
import { wrongItems } from "./items.ts";
import { wrongReasoning } from "./reasoning.ts";
import { chatMessages, chatTools } from "./translate.ts";

/** Checks a responses request as strictly as the service does; what is wrong comes back as its reply. */
export function validateResponses(world: World, call: Call): ValidRequest | FullReply {
  const { body } = call;
  if (call.malformed || !isRecord(body)) return invalid("failed to parse request");
  const model = findModel(world.models, body["model"], "/responses");
  if (isReply(model)) return model;
  const input =
    typeof body["input"] === "string" ? [{ role: "user", content: body["input"] }] : body["input"];
  if (!Array.isArray(input) || input.length === 0 || !input.every(isRecord)) {
    return invalid("input must be a text or a list of at least one item");
  }
  const tools = body["tools"] ?? [];
  if (!Array.isArray(tools) || !tools.every(isRecord)) return invalid("tools must be a list");
  const wrong = wrongSettings(body) ?? wrongTools(tools) ?? wrongItems(input);
  if (wrong !== undefined) return invalid(wrong);
  // Nothing is stored, so there is no response to go on from.
  if (typeof body["previous_response_id"] === "string") {
    return capiError(400, "previous_response_not_found", "Previous response was not found. (sample)");
  }
  const reasoning = wrongReasoning(input, model.id, world.seals);
  if (reasoning !== undefined) return reasoning;
  const messages = chatMessages(body["instructions"], input);
  const valid = { model, messages, tools: chatTools(tools), stream: body["stream"] === true, body };
  return tooLong(model, messages) ?? valid;
}

function wrongSettings(body: Record<string, unknown>): string | undefined {
  if (body["messages"] !== undefined) return "Unknown parameter: 'messages'.";
  if (body["background"] === true) return "Unsupported parameter: 'background'.";
  const tier = body["service_tier"] ?? "auto";
  return tier === "auto" || tier === "default" ? undefined : "Unsupported parameter: 'service_tier'.";
}

function wrongTools(tools: readonly Record<string, unknown>[]): string | undefined {
  const odd = tools.findIndex((tool) => tool["type"] !== "function");
  if (odd !== -1) return `tools[${odd}].type: only function tools are supported`;
  const names = tools.map((tool) => tool["name"]);
  return wrongToolNames(names, "name");
}
