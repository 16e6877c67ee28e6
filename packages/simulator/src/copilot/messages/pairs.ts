import { isRecord } from "../../http/call.ts";

type Message = Record<string, unknown>;

/** Every tool use needs its result at the beginning of the next message, and every result its use. */
export function wrongPairs(messages: readonly Message[]): string | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const blocks = blocksOf(message);
    const results = blocks.findIndex((block) => block["type"] !== "tool_result");
    const late = blocks.findLastIndex((block) => block["type"] === "tool_result");
    if (results !== -1 && late > results) {
      return `messages.${index}.content.${late}: tool_result blocks must come first in their message`;
    }
    for (const [at, block] of blocks.entries()) {
      const id = String(block["tool_use_id"]);
      if (block["type"] === "tool_result" && !open.delete(id)) {
        return `messages.${index}.content.${at}: unexpected tool_use_id found in tool_result blocks: ${id}. Each tool_result block must have a corresponding tool_use block in the previous message.`;
      }
    }
    if (open.size > 0) {
      return `messages.${index - 1}: tool_use ids were found without tool_result blocks immediately after: ${[...open].join(", ")}. Each tool_use block must have a corresponding tool_result block in the next message.`;
    }
    const ids = blocks.filter((block) => block["type"] === "tool_use").map((block) => String(block["id"]));
    open = new Set(ids);
    if (open.size !== ids.length) return `messages.${index}: tool_use ids must be unique`;
  }
  return undefined;
}

/** The blocks of a message; none when its content is a text. */
export function blocksOf(message: Message): Record<string, unknown>[] {
  const { content } = message;
  return Array.isArray(content) ? content.filter(isRecord) : [];
}
