import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { ToolMessage } from "@zotpilot/provider/model";
import type { DurableEvent } from "../events/event.ts";
import { emptyTranscript, reduceTranscript, unansweredCalls } from "../events/transcript.ts";
import { openLog, type Log } from "./log.ts";
import { readSession, sessionError } from "./read-session.ts";
import { sessionVersion, type SessionHeader } from "./schema.ts";

/** A conversation on disk: an append-only log of its durable events. */
export interface Session {
  readonly id: string;
  /** The file, absolute. It exists from the first event on. */
  readonly path: string;
  /** The events that were there when it was opened. */
  readonly events: readonly DurableEvent[];
  /** What was passed over or mended when it was opened, a sentence each. */
  readonly warnings: readonly string[];
  /** Writes an event; durable when it resolves. Throws a `CoreError` when the file cannot be written. */
  append(event: DurableEvent): Promise<void>;
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
  return session(header, path, [], [], now, async () => {
    const log = await openLog(path, 0);
    await log.append(header);
    return log;
  });
}

/**
 * Opens a session to continue it. A torn tail is cut, and tool calls that a crash left without a result are
 * answered as interrupted, so that the next request is one that a model accepts.
 * Throws a `CoreError` when the file is missing, unreadable or no session.
 */
export async function openSession(path: string, options: { now?: () => Date } = {}): Promise<Session> {
  const now = options.now ?? (() => new Date());
  const { header, events, length, warnings } = await readSession(path);
  let opened: Promise<Log> | undefined;
  const open = (): Promise<Log> => (opened ??= openLog(path, length));

  const mended = answerInterruptedCalls(events, now);
  const result = session(header, path, [...events, ...mended], warnings, now, open);
  for (const event of mended) await result.append(event);
  return result;
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
  return {
    id: header.id,
    path,
    events,
    warnings,
    async append(event) {
      try {
        log ??= open();
        await (await log).append({ id: randomUUID(), at: now().toISOString(), event });
      } catch (error) {
        throw sessionError(error, path);
      }
    },
    async close() {
      const opened = await log?.catch(() => undefined);
      await opened?.close();
    },
  };
}

function answerInterruptedCalls(events: readonly DurableEvent[], now: () => Date): DurableEvent[] {
  const { messages } = events.reduce(reduceTranscript, emptyTranscript);
  return unansweredCalls(messages).map(({ id, name }) => {
    const message: ToolMessage = {
      role: "tool",
      callId: id,
      name,
      content: [
        {
          type: "text",
          text: "interrupted: the program ended while this call was running; whether it had an effect is unknown",
        },
      ],
      isError: true,
      at: now().toISOString(),
    };
    return { type: "tool_message", message };
  });
}
