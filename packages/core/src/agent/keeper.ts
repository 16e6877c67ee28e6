import { isCoreError, messageOf } from "../errors.ts";
import type { DurableEvent } from "../events/event.ts";
import type { Session } from "../session/session.ts";

/** Writes events to a session, and remembers those that could not be written. */
export interface Keeper {
  /** Keeps an event. Returns a sentence when something has changed that a person should know. */
  keep(event: DurableEvent): Promise<string | undefined>;
  /** Events that wait for the file to be writable again, oldest first. */
  readonly unsaved: readonly DurableEvent[];
  /** Tries once more to write what waits. Never rejects. */
  flush(): Promise<void>;
}

/**
 * Makes a keeper. With `stop` an event that cannot be written is an error, thrown by `keep`; with `continue` it waits in
 * memory, and is written before the next one once the file takes events again; one that is too large for any file is
 * told and let go. A session that is open for reading only
 * never will: there it is an error in any case, so that nobody talks into the void.
 */
export function createKeeper(session: Session | undefined, onFailure: "stop" | "continue"): Keeper {
  const unsaved: DurableEvent[] = [];
  let tail: Promise<unknown> = Promise.resolve();

  async function write(event: DurableEvent | undefined): Promise<string | undefined> {
    if (!session) return undefined;
    const before = unsaved.length + (session.pending?.length ?? 0);
    if (event) unsaved.push(event);
    try {
      let told = before > 0 ? "the conversation can be saved again, and is" : undefined;
      for (let next = unsaved[0]; next; next = unsaved[0]) {
        const tooLarge = await append(session, next);
        if (tooLarge) told = `a message of the conversation is not saved: ${tooLarge}`;
        unsaved.shift();
      }
      return told;
    } catch (error) {
      if (onFailure === "stop" || session.readOnly) {
        unsaved.length = 0;
        throw error;
      }
      if (before > 0) return undefined;
      return `the conversation goes on, but it is not saved: ${messageOf(error)}`;
    }
  }

  /** Returns why an event can never be written; it need not keep others from it. */
  async function append(to: Session, event: DurableEvent): Promise<string | undefined> {
    try {
      await to.append(event);
      return undefined;
    } catch (error) {
      if (onFailure === "stop" || !isCoreError(error) || error.code !== "record_too_large") throw error;
      return error.message;
    }
  }

  function inOrder(event: DurableEvent | undefined): Promise<string | undefined> {
    const written = tail.then(() => write(event));
    tail = written.catch(() => undefined);
    return written;
  }

  return {
    keep: inOrder,
    get unsaved() {
      return [...(session?.pending ?? []), ...unsaved];
    },
    async flush() {
      if (unsaved.length > 0) await inOrder(undefined).catch(() => undefined);
    },
  };
}
