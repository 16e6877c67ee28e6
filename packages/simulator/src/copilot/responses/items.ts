import { isRecord } from "../../http/call.ts";

type Item = Record<string, unknown>;

const ROLES = new Set(["system", "developer", "user", "assistant"]);
const ASKED = ["input_text", "input_image", "input_file"];
const SAID = ["output_text", "refusal"];

/** What is wrong with the items of a responses request: their shapes, and the pairs of calls and outputs. */
export function wrongItems(items: readonly Item[]): string | undefined {
  for (const [index, item] of items.entries()) {
    const wrong = wrongShape(item, `input[${index}]`);
    if (wrong !== undefined) return wrong;
  }
  return wrongPairs(items);
}

function wrongShape(item: Item, path: string): string | undefined {
  const type = item["type"] ?? "message";
  switch (type) {
    case "message":
      return wrongMessage(item, path);
    case "function_call":
      return wrongStrings(item, path, ["call_id", "name", "arguments"]);
    case "function_call_output":
      return wrongStrings(item, path, ["call_id", "output"]);
    case "reasoning":
      return Array.isArray(item["summary"]) ? undefined : `Missing required parameter: '${path}.summary'.`;
    default:
      return `Invalid value: '${JSON.stringify(type)}' for '${path}.type'.`;
  }
}

function wrongMessage(item: Item, path: string): string | undefined {
  const { role, content } = item;
  if (typeof role !== "string" || !ROLES.has(role)) return `Invalid value for '${path}.role'.`;
  if (typeof content === "string") return undefined;
  if (!Array.isArray(content) || !content.every(isRecord))
    return `Missing required parameter: '${path}.content'.`;
  const allowed = role === "assistant" ? SAID : ASKED;
  const odd = content.findIndex((part) => !allowed.includes(String(part["type"])));
  if (odd === -1) return undefined;
  const value = String(content[odd]?.["type"]);
  return `Invalid value: '${value}' for '${path}.content[${odd}].type'. Supported values are: ${allowed.map((name) => `'${name}'`).join(", ")}.`;
}

function wrongStrings(item: Item, path: string, names: readonly string[]): string | undefined {
  const odd = names.find((name) => typeof item[name] !== "string");
  return odd === undefined ? undefined : `Invalid type for '${path}.${odd}': expected a string.`;
}

/** Every call needs an output behind it, and every output a call before it. */
function wrongPairs(items: readonly Item[]): string | undefined {
  const open = new Set<string>();
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const id = String(item["call_id"]);
    if (item["type"] === "function_call") {
      if (seen.has(id)) return `input[${index}].call_id: the id ${id} was used before`;
      seen.add(id);
      open.add(id);
    }
    if (item["type"] === "function_call_output" && !open.delete(id)) {
      return `No tool call found for function call output with call_id ${id}.`;
    }
  }
  const [unanswered] = open;
  return unanswered === undefined ? undefined : `No tool output found for function call ${unanswered}.`;
}
