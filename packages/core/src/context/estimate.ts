import type { Message, ToolSpec } from "@zotpilot/provider/model";

/** An image is worth about so many characters of text. */
const imageLength = 4_000;
const charactersPerToken = 4;

/** About how many tokens some messages take. Only for what no model call has measured yet. */
export function estimateTokens(messages: readonly Message[]): number {
  let length = 0;
  for (const message of messages) {
    for (const part of message.content) {
      if (part.type === "text") length += part.text.length;
      else if (part.type === "image") length += imageLength;
      else if (part.type === "tool_call") length += part.name.length + part.arguments.length;
      else length += part.text.length + (part.opaque?.length ?? 0);
    }
    length += 16;
  }
  return Math.ceil(length / charactersPerToken);
}

/** About how many tokens stand before every conversation. */
export function estimatePrefix(system: string, tools: readonly ToolSpec[]): number {
  let length = system.length;
  for (const { name, description, parameters } of tools) {
    length += name.length + description.length + JSON.stringify(parameters).length;
  }
  return Math.ceil(length / charactersPerToken);
}
