import { contentText } from "../../answer/answer.ts";
import { isRecord } from "../../http/call.ts";

type Item = Record<string, unknown>;

/** The items of a responses request as the messages of a chat; calls join the assistant message before them. */
export function chatMessages(instructions: unknown, items: readonly Item[]): Item[] {
  const messages: Item[] = [];
  if (typeof instructions === "string") messages.push({ role: "system", content: instructions });
  for (const item of items) {
    switch (item["type"] ?? "message") {
      case "message":
        messages.push({ role: item["role"], content: chatContent(item["content"]) });
        break;
      case "function_call":
        addCall(messages, item);
        break;
      case "function_call_output":
        messages.push({ role: "tool", tool_call_id: item["call_id"], content: item["output"] });
        break;
      default:
        // Reasoning is for the model that made it, not for a script.
        break;
    }
  }
  return messages;
}

/** The tools of a responses request as those of a chat. */
export function chatTools(tools: readonly Item[]): Item[] {
  return tools.map(({ type, ...definition }) => ({ type, function: definition }));
}

function addCall(messages: Item[], item: Item): void {
  const call = {
    id: item["call_id"],
    type: "function",
    function: { name: item["name"], arguments: item["arguments"] },
  };
  const last = messages.at(-1);
  if (last?.["role"] !== "assistant") {
    messages.push({ role: "assistant", content: null, tool_calls: [call] });
    return;
  }
  const calls = last["tool_calls"];
  last["tool_calls"] = Array.isArray(calls) ? [...(calls as unknown[]), call] : [call];
}

/** Text alone becomes a string. */
function chatContent(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const parts = content.filter(isRecord);
  if (!parts.some((part) => part["type"] === "input_image")) return contentText(content);
  return parts.map((part) =>
    part["type"] === "input_image"
      ? { type: "image_url", image_url: { url: part["image_url"] } }
      : { type: "text", text: part["text"] },
  );
}
