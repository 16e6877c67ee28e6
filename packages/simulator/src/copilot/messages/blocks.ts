import { isRecord } from "../../http/call.ts";

type Block = Record<string, unknown>;
type Check = (block: Block) => string | undefined;

const IMAGE_TYPES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

const needs =
  (...names: readonly string[]): Check =>
  (block) => {
    const missing = names.find((name) => typeof block[name] !== "string");
    return missing === undefined ? undefined : `${missing}: Field required`;
  };

const CHECKS: Record<string, Record<string, Check>> = {
  user: { text: wrongText, image: wrongImage, tool_result: wrongResult, document: () => undefined },
  assistant: {
    text: wrongText,
    tool_use: (block) =>
      needs("id", "name")(block) ?? (isRecord(block["input"]) ? undefined : "input: Field required"),
    thinking: needs("thinking", "signature"),
    redacted_thinking: needs("data"),
  },
};

/** What is wrong with the content of messages, block by block. */
export function wrongBlocks(messages: readonly Block[]): string | undefined {
  for (const [index, { role, content }] of messages.entries()) {
    const path = `messages.${index}.content`;
    const wrong = wrongContent(content, CHECKS[String(role)] ?? {}, path);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function wrongContent(content: unknown, checks: Record<string, Check>, path: string): string | undefined {
  if (typeof content === "string") return content === "" ? `${path}: must be non-empty` : undefined;
  if (!Array.isArray(content) || !content.every(isRecord)) return `${path}: Input should be a valid list`;
  if (content.length === 0) return `${path}: must be non-empty`;
  for (const [index, block] of content.entries()) {
    const type = String(block["type"]);
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined;
    if (check === undefined) return `${path}.${index}: the block type '${type}' is not allowed here`;
    const wrong = check(block);
    if (wrong !== undefined) return `${path}.${index}.${wrong}`;
  }
  return undefined;
}

function wrongText(block: Block): string | undefined {
  if (typeof block["text"] !== "string") return "text: Field required";
  return block["text"] === "" ? "text: text content blocks must be non-empty" : undefined;
}

function wrongImage(block: Block): string | undefined {
  const source = isRecord(block["source"]) ? block["source"] : {};
  if (source["type"] === "url") {
    return String(source["url"]).startsWith("https:") ? undefined : "source.url: only https is supported";
  }
  if (source["type"] !== "base64") return "source.type: Input should be 'base64' or 'url'";
  return IMAGE_TYPES.has(String(source["media_type"]))
    ? undefined
    : "source.media_type: image media type not supported";
}

function wrongResult(block: Block): string | undefined {
  const missing = needs("tool_use_id")(block);
  const { content } = block;
  if (missing !== undefined || content === undefined || typeof content === "string") return missing;
  if (Array.isArray(content) && content.length === 0) return undefined;
  return wrongContent(content, { text: wrongText, image: wrongImage }, "content");
}
