import { randomUUID } from "node:crypto";
import type { Initiator, ModelRequest } from "../model/request.ts";

/** Who caused a request, when the caller did not say: a person, if the last message is a person's. */
export function initiatorOf(request: ModelRequest): Initiator {
  return request.initiator ?? (request.messages.at(-1)?.role === "user" ? "user" : "agent");
}

function hasImage(request: ModelRequest): boolean {
  return request.messages.some((message) => message.content.some((part) => part.type === "image"));
}

/** The headers that depend on the request. They stay the same when the request is sent again. */
export function requestHeaders(request: ModelRequest): Record<string, string> {
  const intent = request.tools?.length ? "conversation-agent" : "conversation-panel";
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    Accept: "text/event-stream, application/json",
    // A compressed stream arrives in lumps, and a small one can hide an enormous one.
    "Accept-Encoding": "identity",
    "X-Initiator": initiatorOf(request),
    "X-Request-Id": randomUUID(),
    "X-Interaction-Id": request.interactionId ?? randomUUID(),
    "X-Interaction-Type": intent,
    "OpenAI-Intent": intent,
  };
  if (hasImage(request)) headers["Copilot-Vision-Request"] = "true";
  return headers;
}
