import { dirname } from "node:path";
import { copySession } from "./copy.ts";
import { openSession, type Session } from "./session.ts";

/** Options of {@link forkSession}. */
export interface ForkOptions {
  /** The id of the last line that the fork has, as `readHistory` gives it, or the beginning of it; the whole conversation when left out. */
  at?: string;
  /** The folder that the fork goes into; that of the original when left out. */
  directory?: string;
  /** The project folder of the fork; the original's when left out. */
  cwd?: string;
  now?: () => Date;
}

/**
 * Copies a conversation up to one of its messages into a new session, and opens that. The original is not touched, and
 * may be in use; its name stays with it. Throws a `CoreError` as {@link openSession} does, and `session_not_found` when
 * there is no such line, or more than one that is meant.
 */
export async function forkSession(path: string, options: ForkOptions = {}): Promise<Session> {
  const { now } = options;
  const copy = await copySession(path, {
    directory: options.directory ?? dirname(path),
    ...(options.at !== undefined && { at: options.at }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(now && { now }),
  });
  return openSession(copy, now ? { now } : {});
}
