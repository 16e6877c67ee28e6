import { createReadStream } from "node:fs";
import { decodeLines } from "@zotpilot/ndjson";
import { CoreError } from "../errors.ts";
import type { DurableEvent } from "../events/event.ts";
import { durableEvent } from "../events/schema.ts";
import { sessionHeader, sessionLine, sessionVersion, type SessionHeader } from "./schema.ts";

/** What was found in a session file. */
export interface SessionContents {
  header: SessionHeader;
  events: DurableEvent[];
  /** Where the last complete line ends, in bytes: the place to append at. */
  length: number;
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
  let length = 0;
  let torn = false;
  try {
    const stream = createReadStream(path);
    for await (const line of decodeLines(stream)) {
      if (line.type === "torn") {
        torn = true;
        length = line.offset;
        continue;
      }
      const value = line.type === "line" ? parse(line.text) : undefined;
      if (!header) {
        const parsed = sessionHeader.safeParse(value);
        if (!parsed.success) {
          throw new CoreError("session_corrupt", `${path} is not a session file: its first line is damaged`);
        }
        header = parsed.data;
        if (header.version > sessionVersion) {
          throw new CoreError(
            "session_corrupt",
            `${path} was written by a newer version (format ${header.version}); update zotpilot to continue it`,
          );
        }
        continue;
      }
      const envelope = sessionLine.safeParse(value);
      const event = envelope.success ? durableEvent.safeParse(envelope.data.event) : undefined;
      if (event?.success) events.push(event.data);
      else if (!envelope.success)
        warnings.push(`${path}: line ${line.number} is damaged and was passed over`);
      else if (isKnownType(envelope.data.event.type)) {
        warnings.push(`${path}: line ${line.number} has an unexpected form and was passed over`);
      }
    }
    if (!torn) length = stream.bytesRead;
  } catch (error) {
    throw sessionError(error, path);
  }
  if (!header) throw new CoreError("session_corrupt", `${path} is not a session file: it is empty`);
  if (torn) warnings.push(`${path}: the last line was cut off when it was written, and was left out`);
  return { header, events, length, warnings };
}

/** Reads the header alone. Undefined for a file that is no session. */
export async function readSessionHeader(path: string): Promise<SessionHeader | undefined> {
  for await (const line of decodeLines(createReadStream(path, { end: 64 * 1024 }))) {
    if (line.type !== "line") return undefined;
    const parsed = sessionHeader.safeParse(parse(line.text));
    return parsed.success ? parsed.data : undefined;
  }
  return undefined;
}

/** Gives errors of the file system a sentence; other errors pass. */
export function sessionError(error: unknown, path: string): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return new CoreError("session_not_found", `there is no session at ${path}`);
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) {
    return new CoreError("session_unavailable", `cannot use the session at ${path} (${code})`, {
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(String(error));
}

function isKnownType(type: string): boolean {
  return ["user_message", "assistant_message", "tool_message", "model_changed", "cleared"].includes(type);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
