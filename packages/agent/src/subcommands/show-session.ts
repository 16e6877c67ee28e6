import {
  emptyTranscript,
  readHistory,
  reduceTranscript,
  totalCost,
  type SessionSummary,
  type Transcript,
} from "@zotpilot/core";
import { textOf } from "@zotpilot/provider/model";
import { costSentence, usageSentence } from "../costs.ts";
import type { AccountCommand } from "./context.ts";
import { sessionLine } from "./session-lines.ts";

/** Prints all that was said in a session and what it has used; results of tools are cut for people, never for programs. */
export async function showSession(
  session: SessionSummary,
  json: boolean,
  { print, printJson }: Pick<AccountCommand, "print" | "printJson">,
): Promise<void> {
  if (!json) print(sessionLine(session));
  let spent: Transcript = emptyTranscript;
  for await (const { id, at, event } of readHistory(session.path)) {
    // The messages are printed, not kept: sessions can be long.
    spent = { ...reduceTranscript(spent, event), messages: [] };
    if (json) printJson({ id, at, event });
    else if ("message" in event) {
      const { message } = event;
      const text = textOf(message).trim();
      const calls =
        message.role === "assistant"
          ? message.content.filter((part) => part.type === "tool_call").map(({ name }) => `● ${name}`)
          : [];
      const said = message.role === "tool" ? shorten(text) : text;
      print(`\n[${id.slice(0, 8)}] ${message.role}`);
      for (const part of [said, ...calls]) if (part !== "") print(part);
    }
  }
  const { usage, unmeasured, premiumRequests } = spent;
  const isUsed = usage.inputTokens > 0 || unmeasured > 0;
  if (!json && isUsed)
    print(`\nused: ${usageSentence(usage)}; ${costSentence(totalCost(usage, unmeasured, premiumRequests))}`);
}

function shorten(text: string): string {
  const lines = text.split("\n");
  return lines.length <= 6 ? text : `${lines.slice(0, 5).join("\n")}\n… ${lines.length - 5} more lines`;
}
