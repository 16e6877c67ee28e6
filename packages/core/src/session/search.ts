import { textOf, type Message } from "@zotpilot/provider/model";
import { linesOf } from "./lines.ts";
import { entryOf } from "./read-session.ts";
import type { SessionSummary } from "./summary.ts";

/** A place in a session where a text was found. */
export interface SessionMatch {
  session: SessionSummary;
  /** The line of the session; see `readHistory` and `forkSession`. */
  entryId: string;
  at: string;
  role: Message["role"];
  /** What stands around the found text, on one line. */
  excerpt: string;
}

const around = 60;

/** Finds a text in what was said, whatever its case. One session after another, each from its beginning. */
export async function* searchSessions(
  sessions: Iterable<SessionSummary>,
  text: string,
): AsyncGenerator<SessionMatch, void> {
  const wanted = text.toLowerCase();
  if (wanted === "") return;
  for (const session of sessions) {
    try {
      for await (const line of linesOf(session.path)) {
        if (line.type !== "line" || !line.text.includes('"message":')) continue;
        const entry = entryOf(line);
        if (!entry || typeof entry === "string" || !("message" in entry.event)) continue;
        const { message } = entry.event;
        const said = textOf(message);
        const index = said.toLowerCase().indexOf(wanted);
        if (index === -1) continue;
        const excerpt = said
          .slice(Math.max(0, index - around), index + text.length + around)
          .replaceAll(/\s+/g, " ")
          .trim();
        yield { session, entryId: entry.id, at: entry.at, role: message.role, excerpt };
      }
    } catch {
      // A session that cannot be read has nothing to find; opening it says why.
    }
  }
}
