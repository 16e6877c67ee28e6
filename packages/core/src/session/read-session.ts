import { createReadStream } from "node:fs";
import { decodeLines } from "@zotpilot/ndjson";
import { CoreError } from "../errors.ts";
import { isDurableType, type DurableEvent } from "../events/event.ts";
import { pairCalls } from "../events/pairing.ts";
import { durableEvent } from "../events/schema.ts";
import { sessionFormat, sessionHeader, sessionLine, sessionVersion, type SessionHeader } from "./schema.ts";
import { sessionError } from "./session-error.ts";

/** What was found in a session file. */
export interface SessionContents {
  header: SessionHeader;
  /** The readable events, mended so that calls and results pair up; calls at the very end may be unanswered. */
  events: DurableEvent[];
  /** One sentence for each thing that was passed over. */
  warnings: string[];
}

/**
 * Reads a session file. A torn last line (the writer was killed) is left out; damaged lines are passed over with a
 * warning; events of unknown types are passed over in silence, for they are a newer version's.
 * Throws a `CoreError` when the file is missing, unreadable or no session at all.
 */
export async function readSession(path: string): Promise<SessionContents> {
  let header: SessionHeader | undefined;
  const events: DurableEvent[] = [];
  const warnings: string[] = [];
  let torn = false;
  try {
    for await (const line of decodeLines(createReadStream(path))) {
      if (line.type === "torn") {
        torn = true;
        continue;
      }
      if (header && line.type === "line" && line.text === "") continue;
      const value = line.type === "line" ? parse(line.text) : undefined;
      if (!header) {
        header = parseHeader(value, path);
        continue;
      }
      const envelope = sessionLine.safeParse(value);
      const event = envelope.success ? durableEvent.safeParse(envelope.data.event) : undefined;
      if (event?.success) events.push(event.data);
      else if (!envelope.success)
        warnings.push(`${path}: line ${line.number} is damaged and was passed over`);
      else if (isDurableType(envelope.data.event.type)) {
        warnings.push(`${path}: line ${line.number} has an unexpected form and was passed over`);
      }
    }
  } catch (error) {
    throw sessionError(error, path);
  }
  if (!header) {
    const found = torn ? "its first line is cut off" : "it is empty";
    throw new CoreError("session_corrupt", `${path} is not a session file: ${found}`);
  }
  if (torn) warnings.push(`${path}: the last line was cut off when it was written, and was left out`);

  const paired = pairCalls(events);
  if (paired.added > 0)
    warnings.push(`${path}: results of tool calls are missing and are given as lost (${paired.added})`);
  if (paired.dropped > 0)
    warnings.push(`${path}: results of unknown tool calls were left out (${paired.dropped})`);
  return { header, events: paired.events, warnings };
}

/** Reads the header alone. Undefined for a file that is no session of this version. */
export async function readSessionHeader(path: string): Promise<SessionHeader | undefined> {
  for await (const line of decodeLines(createReadStream(path, { end: 64 * 1024 }))) {
    if (line.type !== "line") return undefined;
    const parsed = sessionHeader.safeParse(parse(line.text));
    return parsed.success ? parsed.data : undefined;
  }
  return undefined;
}

function parseHeader(value: unknown, path: string): SessionHeader {
  const format = sessionFormat.safeParse(value);
  if (format.success && format.data.version > sessionVersion) {
    const sentence = `${path} was written by a newer version (format ${format.data.version}); update zotpilot to continue it`;
    throw new CoreError("session_newer", sentence);
  }
  const header = sessionHeader.safeParse(value);
  if (header.success) return header.data;
  throw new CoreError("session_corrupt", `${path} is not a session file: its first line is damaged`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
