import type { Span } from "@zotpilot/tui";

/** A line of a diff in the colours that everybody knows; its first character says the same without them. */
export function diffSpan(text: string): Span {
  if (text.startsWith("+")) return { text, color: "green" };
  if (text.startsWith("-")) return { text, color: "red" };
  if (text.startsWith("@@")) return { text, color: "cyan", dim: true };
  return { text, dim: true };
}
