import { randomUUID } from "node:crypto";
import { CoreError } from "../errors.ts";
import type { DurableEvent } from "../events/event.ts";
import { foldTranscript } from "../events/transcript.ts";
import { acquireLease, isLease, lockedError, type Lease } from "./lease.ts";
import type { Log } from "./log.ts";
import type { SessionHeader } from "./schema.ts";
import type { Session } from "./session.ts";
import { sessionError } from "./session-error.ts";

/** A name is told again after so many bytes, so that it stands near the end of the file, where lists look for it. */
const nameEveryBytes = 32 * 1024;

/** A session that something is to be added to before the next event. */
export interface WritingSession extends Session {
  /** Adds it now, if the file can be written; one that can only be read can be read even so. */
  mend(): Promise<void>;
}

/** Makes a session of what was read of it; what is pending and mended is written before the next event. */
export function createWritingSession(parts: {
  header: SessionHeader;
  path: string;
  events: readonly DurableEvent[];
  /** Those of the events that were told before and are not in the file yet. */
  pending: readonly DurableEvent[];
  /** Those behind them that nobody has told. */
  mended?: readonly DurableEvent[];
  warnings: readonly string[];
  now: () => Date;
  open: () => Promise<Log>;
  lease?: Lease;
}): WritingSession {
  const { header, path, warnings, now, open, pending, mended = [] } = parts;
  let { events } = parts;
  const waiting = [...pending, ...mended];
  let log: Promise<Log> | undefined;
  let lease = parts.lease;
  let closed = false;
  let name = foldTranscript(events).name;
  let sinceName = 0;

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

  async function write(event: DurableEvent): Promise<void> {
    const opened = await openedLog();
    if (lease) await lease.check();
    else {
      const taken = await acquireLease(path);
      if (!isLease(taken)) throw lockedError(path, taken);
      lease = taken;
    }
    sinceName += await opened.append({ id: randomUUID(), at: now().toISOString(), event });
  }

  async function writeWaiting(): Promise<void> {
    for (let event = waiting[0]; event; event = waiting[0]) {
      await write(event);
      waiting.shift();
    }
  }

  /** Writes one after another, so that the check before a write is the check of that write. */
  let tail: Promise<unknown> = Promise.resolve();
  function inOrder(event: DurableEvent): Promise<void> {
    const written = tail.then(async () => {
      await writeWaiting();
      await write(event);
      if (event.type === "compacted" || event.type === "cleared") events = [];
      if (event.type === "session_named") {
        name = event.name;
        sinceName = 0;
      } else if (name && sinceName > nameEveryBytes) {
        sinceName = 0;
        await write({ type: "session_named", name });
      }
    });
    tail = written.catch(() => undefined);
    return written;
  }

  return {
    id: header.id,
    path,
    createdAt: header.createdAt,
    get events() {
      return events;
    },
    warnings,
    readOnly: false,
    get pending() {
      return waiting.slice(0, Math.max(0, waiting.length - mended.length));
    },
    async mend() {
      await writeWaiting().catch((error: unknown) => {
        const { code } = sessionError(error, path) as { code?: unknown };
        if (code !== "session_unavailable") throw error;
      });
    },
    async append(event) {
      if (closed) throw new CoreError("session_unavailable", `the session at ${path} is closed`);
      try {
        await inOrder(event);
      } catch (error) {
        throw sessionError(error, path);
      }
    },
    async close() {
      closed = true;
      await tail;
      await writeWaiting().catch(() => undefined);
      const opened = await log?.catch(() => undefined);
      await opened?.close();
      await lease?.release();
    },
  };
}
