import type { Message } from "@zotpilot/provider/model";

/** The longest tool result that goes into a summary whole, in characters. */
const maxResultLength = 4_000;

/** Messages as plain text, each below its role, for a model that is to summarise them. */
export function renderMessages(messages: readonly Message[]): string[] {
  return messages.map((message) => `--- ${message.role} ---\n${renderContent(message)}\n`);
}

function renderContent(message: Message): string {
  const lines: string[] = [];
  for (const part of message.content) {
    if (part.type === "text") {
      lines.push(message.role === "tool" ? shorten(part.text, maxResultLength) : part.text);
    } else if (part.type === "image") lines.push(`[image: ${part.mimeType}]`);
    else if (part.type === "tool_call") {
      lines.push(`[tool_call ${part.name} ${shorten(part.arguments, maxResultLength)}]`);
    }
  }
  if (message.role === "tool" && message.isError) lines.push("[the call failed]");
  return lines.join("\n");
}

/** A long text as its beginning and its end, with what is missing said between them. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = Math.max(0, Math.floor(length / 2));
  const left = wellFormed(text.slice(0, half));
  const right = wellFormed(text.slice(text.length - half));
  const missing = text.length - left.length - right.length;
  return `${left}\n[… ${missing} characters left out to save room …]\n${right}`;
}

/** Cutting may have halved a character. */
function wellFormed(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]/, "").replace(/[\uD800-\uDBFF]$/, "");
}
