import { randomUUID } from "node:crypto";
import { isRecord, parseJsonObject } from "../errors/error-body.ts";
import type { Initiator } from "../model/request.ts";

/** What SDKs send for themselves: keys of another service, and who and where they are. */
const NOT_FORWARDED =
  /^(?:authorization|proxy-authorization|x-api-key|api-key|cookie|host|connection|user-agent|openai-organization|openai-project|x-stainless-.*)$/;

/** The version of Anthropic's interface that Copilot speaks; newer SDKs ask for newer ones, which it may refuse. */
const ANTHROPIC_VERSION = "2023-06-01";

/** Headers of a request by an SDK, made fit for Copilot: its own credentials go, what Copilot wants to know comes. */
export function sdkHeaders(given: Headers, body: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  given.forEach((value, name) => {
    if (!NOT_FORWARDED.test(name)) headers[name] = value;
  });
  const asked = body === undefined ? undefined : parseJsonObject(body);
  // A compressed stream arrives in lumps, and a small one can hide an enormous one.
  headers["accept-encoding"] = "identity";
  if ("anthropic-version" in headers) headers["anthropic-version"] = ANTHROPIC_VERSION;
  headers["x-request-id"] ??= randomUUID();
  if (!asked) return headers;
  const intent = Array.isArray(asked["tools"]) ? "conversation-agent" : "conversation-panel";
  headers["x-initiator"] ??= initiatorIn(asked);
  headers["x-interaction-id"] ??= randomUUID();
  headers["x-interaction-type"] ??= intent;
  headers["openai-intent"] ??= intent;
  if (holdsImage(asked["messages"] ?? asked["input"], 0)) headers["copilot-vision-request"] = "true";
  return headers;
}

/**
 * Who caused a request of one of the three wires, when its sender did not say: a person, if the last message is a
 * person's own words and not the result of a tool.
 */
function initiatorIn(asked: Record<string, unknown>): Initiator {
  const conversation = asked["messages"] ?? asked["input"];
  if (!Array.isArray(conversation)) return "user";
  const last: unknown = conversation.at(-1);
  if (!isRecord(last) || last["role"] !== "user") return "agent";
  const { content } = last;
  const isToolResult =
    Array.isArray(content) &&
    content.length > 0 &&
    content.every((part) => isRecord(part) && part["type"] === "tool_result");
  return isToolResult ? "agent" : "user";
}

const IMAGE_TYPES: readonly unknown[] = ["image", "image_url", "input_image"];

function holdsImage(value: unknown, depth: number): boolean {
  if (depth > 8) return false;
  if (Array.isArray(value)) return value.some((entry) => holdsImage(entry, depth + 1));
  if (!isRecord(value)) return false;
  return IMAGE_TYPES.includes(value["type"]) || holdsImage(value["content"] ?? value["output"], depth + 1);
}
