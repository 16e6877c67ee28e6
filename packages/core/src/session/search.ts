import { textOf, type Message } from "@zotpilot/provider/model";
import { linesOf } from "./lines.ts";
import { entryOf } from "./read-session.ts";
import { parseLine } from "./schema.ts";
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

/** Finds a text in what was said and in what tools were called with, whatever its case and line breaks. One session after another, each from its beginning. */
export async function* searchSessions(
  sessions: Iterable<SessionSummary>,
  text: string,
): AsyncGenerator<SessionMatch, void> {
  const wanted = comparable(text.trim());
  if (wanted === "") return;
  for (const session of sessions) {
    try {
      for await (const line of linesOf(session.path)) {
        if (line.type !== "line" || !line.text.includes('"message":')) continue;
        const entry = entryOf(line);
        if (!entry || typeof entry === "string" || !("message" in entry.event)) continue;
        const { message } = entry.event;
        const excerpt = excerptOf(saidIn(message), wanted);
        if (excerpt === undefined) continue;
        yield { session, entryId: entry.id, at: entry.at, role: message.role, excerpt };
      }
    } catch {
      // A session that cannot be read has nothing to find; opening it says why.
    }
  }
}

/** The text of a message, and what its calls were made with, as a person would write it. */
function saidIn(message: Message): string {
  if (message.role !== "assistant") return textOf(message);
  const calls = message.content.flatMap((part) =>
    part.type === "tool_call" ? [part.name, ...stringsIn(parseLine(part.arguments))] : [],
  );
  return [textOf(message), ...calls].join("\n");
}

function stringsIn(value: unknown, depth = 0): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > 8) return [];
  return Object.values(value).flatMap((inner) => stringsIn(inner, depth + 1));
}

/** The same letters in one form: a composed é is a plain one with its accent, and ς is σ. */
function comparable(text: string): string {
  return text.normalize("NFC").replaceAll(/\s+/g, " ").toLowerCase().replaceAll("ς", "σ");
}

/** What stands around a found text, on one line; undefined when it is not there. */
function excerptOf(said: string, wanted: string): string | undefined {
  const index = comparable(said).indexOf(wanted);
  if (index === -1) return undefined;
  const shown = said.normalize("NFC").replaceAll(/\s+/g, " ");
  const start = Math.max(0, placeIn(shown, index) - around);
  const end = placeIn(shown, index + wanted.length) + around;
  // Half a character is none.
  return shown
    .slice(start, end)
    .replaceAll(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "")
    .trim();
}

/** Where a place of the text in small letters is in the text itself: some letters get longer. */
function placeIn(shown: string, index: number): number {
  if (shown.toLowerCase().length === shown.length) return index;
  let small = 0;
  let place = 0;
  for (const letter of shown) {
    if (small >= index) break;
    small += letter.toLowerCase().length;
    place += letter.length;
  }
  return place;
}
