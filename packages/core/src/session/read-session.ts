import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { decodeLines, type Line } from "@zotpilot/ndjson";
import { CoreError } from "../errors.ts";
import { isDurableType, type DurableEvent } from "../events/event.ts";
import { pairCalls } from "../events/pairing.ts";
import { durableEvent } from "../events/schema.ts";
import { countLines, linesBackward, linesOf } from "./lines.ts";
import {
  parseLine,
  sessionFormat,
  sessionHeader,
  sessionLine,
  sessionVersion,
  type SessionHeader,
} from "./schema.ts";
import { requireFile, sessionError } from "./session-error.ts";

/** One event of a session, with the id of its line and when it was written. */
export interface SessionEntry {
  id: string;
  at: string;
  event: DurableEvent;
}

/** What was found in a session file. */
export interface SessionContents {
  header: SessionHeader;
  /**
   * The readable events that the conversation goes on from, mended so that calls and results pair up; calls at the very
   * end may be unanswered. What a summary or a new start has replaced is not among them.
   */
  events: DurableEvent[];
  /** One sentence for each thing that was passed over. */
  warnings: string[];
}

/**
 * Reads what a conversation goes on from: the header, and the events from the last beginning on. A torn last line (the
 * writer was killed) is left out; damaged lines are passed over with a warning; events of unknown types are passed over
 * in silence, for they are a newer version's. A file of a newer format is read as far as this version understands it.
 * Throws a `CoreError` when the file is missing, unreadable or no session.
 */
export async function readSession(path: string): Promise<SessionContents> {
  try {
    const header = await requireHeader(path);
    const start = await findBeginning(path);
    const events: DurableEvent[] = [];
    const warnings = header.isMadeUp ? [`${path}: line 1 is damaged and was passed over`] : [];
    const problems: { number: number; sentence: string }[] = [];
    const isNewer = header.version > sessionVersion;
    let isTorn = false;
    for await (const line of linesOf(path, start)) {
      if (line.type === "torn") {
        isTorn = true;
        continue;
      }
      if (start === 0 && line.number === 1) continue;
      const found = entryOf(line);
      if (typeof found === "string") problems.push({ number: line.number, sentence: found });
      else if (found) events.push(found.event);
    }
    if (problems.length > 0 && isNewer) {
      warnings.push(`${path}: lines that this version cannot read were passed over (${problems.length})`);
    } else if (problems.length > 0) {
      const before = await countLines(path, start);
      warnings.push(
        ...problems.map(({ number, sentence }) => `${path}: line ${before + number} ${sentence}`),
      );
    }
    if (isTorn) {
      warnings.push(
        `${path}: the last line was cut off when it was written, and was left out; what there is of it is kept`,
      );
    }
    const paired = pairCalls(events);
    if (paired.added > 0)
      warnings.push(`${path}: results of tool calls are missing and are given as lost (${paired.added})`);
    if (paired.dropped > 0)
      warnings.push(`${path}: results of unknown tool calls were left out (${paired.dropped})`);
    return { header, events: withModel(paired.events), warnings };
  } catch (error) {
    throw sessionError(error, path);
  }
}

/**
 * All readable events of a session from its first on, also those that a summary has replaced, one after another.
 * Throws as {@link readSession} does.
 */
export async function* readHistory(path: string): AsyncGenerator<SessionEntry, void> {
  try {
    await requireHeader(path);
    for await (const line of linesOf(path)) {
      if (line.type === "torn" || line.number === 1) continue;
      const found = entryOf(line);
      if (found && typeof found !== "string") yield found;
    }
  } catch (error) {
    throw sessionError(error, path);
  }
}

/** The event of a line; a sentence when it is damaged, nothing when it is blank or of a newer version. */
export function entryOf(line: Line): SessionEntry | string | undefined {
  if (line.type === "line" && line.text === "") return undefined;
  const envelope = sessionLine.safeParse(line.type === "line" ? parseLine(line.text) : undefined);
  if (!envelope.success) return "is damaged and was passed over";
  const { id, at } = envelope.data;
  const event = durableEvent.safeParse(envelope.data.event);
  if (event.success) return { id, at, event: event.data };
  return isDurableType(envelope.data.event.type) ? "has an unexpected form and was passed over" : undefined;
}

/** A header, and whether it had to be made up because the first line is damaged. */
export interface FoundHeader extends SessionHeader {
  isMadeUp?: boolean;
}

/**
 * Reads the header, also that of a newer version in which this one finds what it needs. Where the first line is damaged
 * and the second one is a session's, a header is made up. Throws a `CoreError` when the file is missing, unreadable or no
 * session, and `session_newer` when its header has become another one.
 */
export async function requireHeader(path: string): Promise<FoundHeader> {
  let reason = "it is empty";
  try {
    await requireFile(path);
    for await (const line of decodeLines(createReadStream(path))) {
      if (line.type === "torn" && line.number === 1) reason = "its first line is cut off";
      if (line.type === "torn") break;
      const value = line.type === "line" ? parseLine(line.text) : undefined;
      const header = line.number === 1 ? parseHeader(value, path) : headerFor(path, value);
      if (header) return header;
      reason = "its first line is damaged";
      if (line.number > 1) break;
    }
  } catch (error) {
    throw sessionError(error, path);
  }
  throw new CoreError("session_corrupt", `${path} is not a session file: ${reason}`);
}

/** The header of a session whose first line is damaged, by its name and its second line; undefined when that is none. */
export function headerFor(path: string, second: unknown): FoundHeader | undefined {
  const line = sessionLine.safeParse(second);
  if (!line.success) return undefined;
  const id = basename(path, ".jsonl");
  return { type: "session", version: sessionVersion, id, cwd: "", createdAt: line.data.at, isMadeUp: true };
}

/** Where the last summary or new start stands that nothing before it must be read for; 0 when there is none. */
async function findBeginning(path: string): Promise<number> {
  for await (const { bytes, offset } of linesBackward(path)) {
    if (offset === 0 || !mayBegin(bytes)) continue;
    const found = entryOf({ type: "line", text: bytes.toString("utf8"), number: 0 });
    if (!found || typeof found === "string") continue;
    const { event } = found;
    if (event.type === "compacted" || (event.type === "cleared" && event.spent)) return offset;
  }
  return 0;
}

/** Whether a line could be such an event, at one look: most lines are not. */
function mayBegin(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 256).toString("latin1");
  return head.includes('"type":"compacted"') || head.includes('"type":"cleared"');
}

/** The model that stands in a beginning, as the event that chose it: so readers find it where it always is. */
function withModel(events: DurableEvent[]): DurableEvent[] {
  const [first] = events;
  if (first?.type !== "compacted" && first?.type !== "cleared") return events;
  const { model, provider = "" } = first.spent ?? {};
  return model === undefined ? events : [{ type: "model_changed", provider, model }, ...events];
}

/** Reads the header of a session that is to be written to or copied. Throws `session_newer` for a newer one as well. */
export async function requireOwnHeader(path: string): Promise<SessionHeader> {
  const { isMadeUp: _, ...header } = await requireHeader(path);
  if (header.version > sessionVersion) throw newerError(path, header.version, "update zotpilot to use it");
  return header;
}

/** The error of a session that a newer version has written. */
export function newerError(path: string, version: number, advice: string): CoreError {
  const sentence = `${path} was written by a newer version of zotpilot (format ${version}); ${advice}`;
  return new CoreError("session_newer", sentence);
}

function parseHeader(value: unknown, path: string): SessionHeader | undefined {
  const header = sessionHeader.safeParse(value);
  if (header.success) return header.data;
  const format = sessionFormat.safeParse(value);
  if (format.success && format.data.version > sessionVersion) {
    throw newerError(path, format.data.version, "update zotpilot to use it");
  }
  return undefined;
}
