import { decodeArguments } from "@zotpilot/core";
import type { ToolCall } from "@zotpilot/provider/model";
import { sanitizeTerminalText } from "@zotpilot/tui";

/** The argument that says most about a call, by the names that tools use for it. */
const telling = ["command", "path", "file_path", "pattern", "query", "url", "name"];

const longest = 300;

/** What a tool was called with, on one line and safe to show; drawing cuts it to the width. */
export function summarizeCall(call: ToolCall): string {
  const input = decodeArguments(call);
  if (typeof input !== "object" || input === null || input instanceof Error) return oneLine(call.arguments);
  const entries = Object.entries(input);
  const main = telling.find((name) => typeof (input as Record<string, unknown>)[name] === "string");
  const rest = entries
    // What goes into a file is shown below.
    .filter(([name, value]) => name !== main && name !== "content" && isShort(value))
    .map(([name, value]) => `${name}=${String(value)}`);
  const shown = main === undefined ? rest : [String((input as Record<string, unknown>)[main]), ...rest];
  return oneLine(shown.join(" "));
}

/** What a call puts into a file as a whole, when it is one that does. */
export function writtenBy(call: ToolCall): string | undefined {
  const input = decodeArguments(call);
  if (typeof input !== "object" || input === null || !("path" in input) || !("content" in input))
    return undefined;
  return typeof input.content === "string" ? input.content : undefined;
}

function isShort(value: unknown): boolean {
  return (
    typeof value === "number" ||
    typeof value === "boolean" ||
    (typeof value === "string" && value.length <= 40 && !value.includes("\n"))
  );
}

function oneLine(text: string): string {
  return sanitizeTerminalText(text.slice(0, longest))
    .replaceAll(/\s*\n\s*/g, " ⏎ ")
    .trim();
}
