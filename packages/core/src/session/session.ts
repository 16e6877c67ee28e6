import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { CoreError } from "../errors.ts";
import type { DurableEvent } from "../events/event.ts";
import { interruptedResult, unansweredCalls } from "../events/pairing.ts";
import { emptyTranscript, reduceTranscript } from "../events/transcript.ts";
import { createLog, openLog, type Log } from "./log.ts";
import { readSession } from "./read-session.ts";
import { sessionVersion, type SessionHeader } from "./schema.ts";
import { sessionError } from "./session-error.ts";

/** A conversation on disk: an append-only log of its durable events. */
export interface Session {
  readonly id: string;
  /** The file, absolute. It exists from the first event on. */
  readonly path: string;
  /** The events that were there when it was opened. */
  readonly events: readonly DurableEvent[];
  /** What was passed over or mended when it was opened, a sentence each. */
  readonly warnings: readonly string[];
  /**
   * Writes an event; durable when it resolves. Throws a `CoreError` when the file cannot be written: then nothing of
   * the event is kept, and a later one may succeed.
   */
  append(event: DurableEvent): Promise<void>;
  /** Waits for what is being written, then refuses what comes later. Can be called twice. */
  close(): Promise<void>;
}

/** Options of {@link createSession}. */
export interface CreateSessionOptions {
  /** The folder that the file goes into. */
  directory: string;
  /** The project folder that the conversation is about; absolute. */
  cwd: string;
  now?: () => Date;
}

/** Starts a session. Nothing is written before the first event, so that an unused one leaves no file. */
export function createSession(options: CreateSessionOptions): Session {
  const now = options.now ?? (() => new Date());
  const id = randomUUID();
  const createdAt = now().toISOString();
  const stamp = createdAt.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const path = join(options.directory, `${stamp}-${id.slice(0, 8)}.jsonl`);
  const header: SessionHeader = { type: "session", version: sessionVersion, id, cwd: options.cwd, createdAt };
  return session(header, path, [], [], now, () => createLog(path, header));
}

/**
 * Opens a session to continue it. A torn tail is cut, and tool calls that a crash left without a result are
 * answered as interrupted, so that the next request is one that a model accepts.
 * Throws a `CoreError` when the file is missing, unreadable, no session, or of a newer version.
 */
export async function openSession(path: string, options: { now?: () => Date } = {}): Promise<Session> {
  const now = options.now ?? (() => new Date());
  const { header, events, warnings } = await readSession(path);
  const { messages } = events.reduce(reduceTranscript, emptyTranscript);
  const mended = unansweredCalls(messages).map((call): DurableEvent => ({
    type: "tool_message",
    message: interruptedResult(call, now()),
  }));
  const opened = session(header, path, [...events, ...mended], warnings, now, () => openLog(path));
  try {
    for (const event of mended) await opened.append(event);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}

function session(
  header: SessionHeader,
  path: string,
  events: readonly DurableEvent[],
  warnings: readonly string[],
  now: () => Date,
  open: () => Promise<Log>,
): Session {
  let log: Promise<Log> | undefined;
  let closed = false;

  async function openedLog(): Promise<Log> {
    const opening = (log ??= open());
    try {
      return await opening;
    } catch (error) {
      // A full disk may have room again later.
      if (log === opening) log = undefined;
      throw error;
    }
  }

  return {
    id: header.id,
    path,
    events,
    warnings,
    async append(event) {
      if (closed) throw new CoreError("session_unavailable", `the session at ${path} is closed`);
      try {
        await (await openedLog()).append({ id: randomUUID(), at: now().toISOString(), event });
      } catch (error) {
        throw sessionError(error, path);
      }
    },
    async close() {
      closed = true;
      const opened = await log?.catch(() => undefined);
      await opened?.close();
    },
  };
}
