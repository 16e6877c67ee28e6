import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { CoreError } from "../errors.ts";
import type { DurableEvent } from "../events/event.ts";
import { interruptedResult, unansweredCalls } from "../events/pairing.ts";
import { foldTranscript } from "../events/transcript.ts";
import { copySession } from "./copy.ts";
import { sessionFileName } from "./file-name.ts";
import { acquireLease, describeHolder, isLease, lockedError } from "./lease.ts";
import { createLog, openLog, type Log } from "./log.ts";
import { newerError, readSession, requireHeader } from "./read-session.ts";
import { sessionVersion, type SessionHeader } from "./schema.ts";
import { sessionError } from "./session-error.ts";
import { createWritingSession, type WritingSession } from "./writing-session.ts";

/** A conversation on disk: an append-only log of its durable events. */
export interface Session {
  readonly id: string;
  /** The file, absolute. It exists from the first event on. */
  readonly path: string;
  /** When it began, ISO 8601. */
  readonly createdAt: string;
  /**
   * The events that the conversation goes on from, as they were when it was opened: all of them, or those since the last
   * summary. Empty again once a summary or a new start is appended, so that nothing is held in memory that nobody goes on
   * from. `readHistory(path)` has all.
   */
  readonly events: readonly DurableEvent[];
  /** What was passed over or mended when it was opened, a sentence each. */
  readonly warnings: readonly string[];
  /** Whether nothing can be appended: another program writes to it, or a newer version has written it. */
  readonly readOnly?: boolean;
  /** What it was opened with as `pending` and is not in the file yet. */
  readonly pending?: readonly DurableEvent[];
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
  /** As of {@link OpenSessionOptions}. */
  pending?: readonly DurableEvent[];
}

/** Options of {@link openSession}. */
export interface OpenSessionOptions {
  /**
   * What happens when another program writes to the session: a copy is opened and the warnings name the program (`fork`,
   * when left out), it is opened for reading (`read_only`), or a `CoreError` `session_locked` is thrown (`throw`).
   */
  held?: "fork" | "read_only" | "throw";
  now?: () => Date;
  /**
   * What of the conversation could not be written before, see `unsaved` of an agent: it goes on from them, and they are
   * written before anything else.
   */
  pending?: readonly DurableEvent[];
}

/** Starts a session. Nothing is written before the first event, so that an unused one leaves no file. */
export function createSession(options: CreateSessionOptions): Session {
  const now = options.now ?? (() => new Date());
  const id = randomUUID();
  const createdAt = now().toISOString();
  const path = join(options.directory, sessionFileName(id, createdAt));
  const header: SessionHeader = { type: "session", version: sessionVersion, id, cwd: options.cwd, createdAt };
  const { pending = [] } = options;
  const open = (): Promise<Log> => createLog(path, header);
  return createWritingSession({ header, path, events: pending, pending, warnings: [], now, open });
}

/**
 * Opens a session to continue it. A torn tail is cut, and tool calls that a crash left without a result are
 * answered as interrupted, so that the next request is one that a model accepts. One program writes at a time; see
 * `held`. A session of a newer format is opened for reading, as far as this version understands it, and its warnings say
 * so. Throws a `CoreError` when the file is missing, unreadable or no session, and `session_newer` when not even its
 * first line can be understood.
 */
export async function openSession(path: string, options: OpenSessionOptions = {}): Promise<Session> {
  return openTold(path, options, []);
}

/** Opens a session whose warnings begin with what was told already. */
export async function openTold(
  path: string,
  options: OpenSessionOptions,
  told: readonly string[],
): Promise<Session> {
  const now = options.now ?? (() => new Date());
  // First of all: what is no session gets no lock beside it.
  const { version } = await requireHeader(path);
  if (version > sessionVersion) {
    const newer = newerError(
      path,
      version,
      "it is open for reading only; update zotpilot to continue it, or start a new conversation",
    );
    return openReadOnly(path, newer, told);
  }
  const lease = await acquireLease(path).catch((error: unknown) => {
    throw sessionError(error, path);
  });
  if (!isLease(lease)) {
    const held = options.held ?? "fork";
    if (held === "throw") throw lockedError(path, lease);
    if (held === "read_only") {
      const sentence = `${path} is in use by ${describeHolder(lease)}; it is open for reading only`;
      return openReadOnly(path, new CoreError("session_locked", sentence), told);
    }
    const copy = await copySession(path, { directory: dirname(path), now });
    const warning = `${path} is in use by ${describeHolder(lease)}; this is a copy of it, ${copy}`;
    return openTold(copy, options, [...told, warning]);
  }
  let opened: WritingSession | undefined;
  try {
    const { header, events: found, warnings } = await readSession(path);
    const { pending = [] } = options;
    const events = [...found, ...pending];
    const { messages } = foldTranscript(events);
    const mended = unansweredCalls(messages).map((call): DurableEvent => ({
      type: "tool_message",
      message: interruptedResult(call, now()),
    }));
    opened = createWritingSession({
      header,
      path,
      events: [...events, ...mended],
      pending,
      mended,
      warnings: [...told, ...warnings],
      now,
      open: () => openLog(path),
      lease,
    });
    await opened.mend();
    return opened;
  } catch (error) {
    await (opened ? opened.close() : lease.release());
    throw error;
  }
}

/** A session that takes nothing, with the reason among its warnings and in what `append` throws. */
async function openReadOnly(path: string, reason: CoreError, told: readonly string[]): Promise<Session> {
  const { header, events, warnings } = await readSession(path);
  return {
    id: header.id,
    path,
    createdAt: header.createdAt,
    events,
    warnings: [...told, ...warnings, reason.message],
    readOnly: true,
    async append() {
      throw new CoreError(reason.code, reason.message);
    },
    close: async () => undefined,
  };
}
