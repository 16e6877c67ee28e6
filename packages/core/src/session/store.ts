import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CoreError, isCoreError } from "../errors.ts";
import { acquireLease, isLease, lockedError } from "./lease.ts";
import { listCandidates, listSummaries } from "./list.ts";
import { importSession, type ImportedSession } from "./portable.ts";
import { prunable, type PruneOptions } from "./prune.ts";
import { searchSessions, type SessionMatch } from "./search.ts";
import {
  createSession,
  openSession,
  openTold,
  type CreateSessionOptions,
  type OpenSessionOptions,
  type Session,
} from "./session.ts";
import { sessionError } from "./session-error.ts";
import type { SessionSummary } from "./summary.ts";
import { sessionTrees, type SessionTree } from "./tree.ts";

/** The sessions of one project folder. */
export interface SessionStore {
  /** The folder that their files are in. */
  readonly directory: string;
  /** Starts a session; see {@link createSession}. */
  create(options?: Pick<CreateSessionOptions, "pending">): Session;
  /** The last written first. Reads beginnings and ends only; files that are no sessions are left out. */
  list(): Promise<SessionSummary[]>;
  /**
   * The session last written, opened; its warnings name the damaged files that were passed over. Undefined when there
   * is none. Throws as {@link openSession} does.
   */
  openLatest(options?: Pick<OpenSessionOptions, "held">): Promise<Session | undefined>;
  /**
   * The session with this id, name, or file, or whose id begins so. Throws a `CoreError` `session_not_found` when there
   * is none, or more than one.
   */
  find(wanted: string): Promise<SessionSummary>;
  /** The sessions as trees of their forks. */
  tree(): Promise<SessionTree[]>;
  /** Where a text was said, the last written session first. */
  search(text: string): AsyncGenerator<SessionMatch, void>;
  /** Gives a session a name; an empty one takes it away. Throws `session_locked` while another program writes to it. */
  rename(wanted: string, name: string): Promise<void>;
  /** Deletes a session. Throws `session_locked` while a program writes to it. */
  remove(wanted: string): Promise<SessionSummary>;
  /** Deletes sessions by age, number or size, never one that is in use. Returns them; with `dryRun` that is all. */
  prune(options: PruneOptions): Promise<SessionSummary[]>;
  /** Makes a session of a file; see {@link importSession}. */
  import(file: string): Promise<ImportedSession>;
}

/** Small enough to be read whole; a session without a conversation is a few lines. */
const unusedBytes = 8 * 1024;

/** Whether nothing was said in a session yet. What cannot be read is not unused: opening it says why. */
async function isUnused(path: string, bytes: number): Promise<boolean> {
  if (bytes > unusedBytes) return false;
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined || !text.includes('"type":"session"')) return false;
  return text.includes('"type":"model_changed"') && !/"type":"(?:user_message|compacted)"/.test(text);
}

/** The sessions of `cwd` (absolute) below `root`, each project in a folder of its own. */
export function createSessionStore(options: { root: string; cwd: string; now?: () => Date }): SessionStore {
  const digest = createHash("sha256").update(options.cwd).digest("hex").slice(0, 16);
  const directory = join(options.root, digest);
  const clock = options.now ? { now: options.now } : {};
  const list = (): Promise<SessionSummary[]> => listSummaries(directory);

  async function find(wanted: string): Promise<SessionSummary> {
    const sessions = await list();
    const exact = sessions.filter(({ id, path, name }) => [id, path, name].includes(wanted));
    const found = exact.length > 0 ? exact : sessions.filter(({ id }) => wanted && id.startsWith(wanted));
    const [only] = found;
    if (only && found.length === 1) return only;
    const many = found.map(({ id }) => id).join(", ");
    const message = only
      ? `more than one session is meant by "${wanted}": ${many}`
      : `there is no session "${wanted}"`;
    throw new CoreError("session_not_found", message);
  }

  async function remove(session: SessionSummary): Promise<void> {
    const lease = await acquireLease(session.path);
    if (!isLease(lease)) throw lockedError(session.path, lease);
    try {
      await rm(session.path);
      await rm(`${session.path}.torn`, { force: true });
    } catch (error) {
      throw sessionError(error, session.path);
    } finally {
      await lease.release();
    }
  }

  return {
    directory,
    create: (more) => createSession({ directory, cwd: options.cwd, ...clock, ...more }),
    list,
    async openLatest({ held } = {}) {
      const passedOver: string[] = [];
      const candidates = await listCandidates(directory);
      for (const { path, bytes } of candidates) {
        // One in which only a model was chosen must not hide the conversation before it.
        if (candidates.length > 1 && (await isUnused(path, bytes))) continue;
        try {
          return await openTold(path, { ...clock, ...(held && { held }) }, passedOver);
        } catch (error) {
          if (!isCoreError(error) || error.code !== "session_corrupt") throw error;
          passedOver.push(`${error.message}; it was passed over`);
        }
      }
      return undefined;
    },
    find,
    tree: async () => sessionTrees(await list()),
    async *search(text) {
      yield* searchSessions(await list(), text);
    },
    async rename(wanted, name) {
      const { path } = await find(wanted);
      const session = await openSession(path, { ...clock, held: "throw" });
      try {
        await session.append({ type: "session_named", name });
      } finally {
        await session.close();
      }
    },
    async remove(wanted) {
      const session = await find(wanted);
      await remove(session);
      return session;
    },
    async prune(rules) {
      const now = options.now?.() ?? new Date();
      const chosen = prunable(await list(), rules, now);
      if (rules.dryRun) return chosen;
      const removed: SessionSummary[] = [];
      for (const session of chosen) {
        try {
          await remove(session);
          removed.push(session);
        } catch (error) {
          if (!isCoreError(error) || error.code !== "session_locked") throw error;
        }
      }
      return removed;
    },
    import: (file) => importSession(file, { directory, cwd: options.cwd, ...clock }),
  };
}
