import { contentText } from "../../answer/answer.ts";
import { blocksOf } from "./pairs.ts";

type Message = Record<string, unknown>;

/** The messages of a messages request as those of a chat: tool results become messages of their own. */
export function chatMessages(system: unknown, messages: readonly Message[]): Message[] {
  const text = contentText(system);
  const chat = messages.flatMap((message) =>
    message["role"] === "user" ? userMessages(message) : [assistant(message)],
  );
  return text === "" ? chat : [{ role: "system", content: text }, ...chat];
}

/** The tools of a messages request as those of a chat. */
export function chatTools(tools: readonly Message[]): Message[] {
  return tools.map(({ name, description, input_schema: parameters }) => ({
    type: "function",
    function: { name, ...(description === undefined ? {} : { description }), parameters },
  }));
}

function userMessages(message: Message): Message[] {
  if (typeof message["content"] === "string") return [{ role: "user", content: message["content"] }];
  const blocks = blocksOf(message);
  const results = blocks
    .filter((block) => block["type"] === "tool_result")
    .map((block) => ({
      role: "tool",
      tool_call_id: block["tool_use_id"],
      content: contentText(block["content"]),
    }));
  const rest = blocks.filter((block) => block["type"] !== "tool_result");
  return rest.length === 0 ? results : [...results, { role: "user", content: userContent(rest) }];
}

function userContent(blocks: readonly Message[]): unknown {
  if (!blocks.some((block) => block["type"] === "image")) return contentText(blocks);
  return blocks.map((block) =>
    block["type"] === "image"
      ? { type: "image_url", image_url: { url: imageUrl(block["source"] as Message) } }
      : { type: "text", text: block["text"] },
  );
}

function imageUrl(source: Message): string {
  if (source["type"] === "url") return String(source["url"]);
  return `data:${String(source["media_type"])};base64,${String(source["data"])}`;
}

function assistant(message: Message): Message {
  const calls = blocksOf(message)
    .filter((block) => block["type"] === "tool_use")
    .map(({ id, name, input }) => ({
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(input) },
    }));
  const text = contentText(message["content"]);
  const content = text === "" && calls.length > 0 ? null : text;
  return { role: "assistant", content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}
