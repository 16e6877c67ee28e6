import type { Seals } from "../seals.ts";
import { blocksOf } from "./pairs.ts";

/** What the data of redacted thinking is bound to. */
export const REDACTED = "redacted thinking";

/** What is wrong with thinking that was brought back: it was not made here, or its text is another one. */
export function wrongThinking(
  messages: readonly Record<string, unknown>[],
  seals: Seals,
): string | undefined {
  for (const { path, block } of thinkingBlocks(messages)) {
    if (block["type"] === "redacted_thinking") {
      if (!seals.accepts(String(block["data"]), REDACTED))
        return `${path}: Invalid data in redacted_thinking block`;
    } else if (!seals.accepts(String(block["signature"]), String(block["thinking"]))) {
      return invalidSignature(path);
    }
  }
  return undefined;
}

/** The message for thinking whose signature does not fit. */
export function invalidSignature(path: string): string {
  return `${path}: Invalid signature in thinking block`;
}

/** Every thinking block, with its place. */
export function thinkingBlocks(
  messages: readonly Record<string, unknown>[],
): { path: string; block: Record<string, unknown> }[] {
  return messages.flatMap((message, index) =>
    blocksOf(message)
      .map((block, at) => ({ path: `messages.${index}.content.${at}`, block }))
      .filter(({ block }) => block["type"] === "thinking" || block["type"] === "redacted_thinking"),
  );
}
