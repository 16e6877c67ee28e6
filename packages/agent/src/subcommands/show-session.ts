import { readHistory, type SessionSummary } from "@zotpilot/core";
import { encodeLine } from "@zotpilot/ndjson";
import { textOf } from "@zotpilot/provider/model";
import { sessionLine } from "./session-lines.ts";

/** Prints all that was said in a session; results of tools are cut for people, never for programs. */
export async function showSession(
  session: SessionSummary,
  json: boolean,
  print: (line: string) => void,
): Promise<void> {
  if (!json) print(sessionLine(session));
  for await (const { id, at, event } of readHistory(session.path)) {
    if (json) print(encodeLine({ id, at, event }).trimEnd());
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
}

function shorten(text: string): string {
  const lines = text.split("\n");
  return lines.length <= 6 ? text : `${lines.slice(0, 5).join("\n")}\n… ${lines.length - 5} more lines`;
}
