import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isCoreError } from "../errors.ts";
import { readSessionHeader } from "./read-session.ts";
import { sessionError } from "./session-error.ts";
import { createSession, openSession, type Session } from "./session.ts";

/** What a list of sessions shows. */
export interface SessionSummary {
  id: string;
  path: string;
  cwd: string;
  createdAt: string;
  /** When it was last written. */
  updatedAt: Date;
}

/** The sessions of one project folder. */
export interface SessionStore {
  /** Starts a session; see {@link createSession}. */
  create(): Session;
  /** Newest first. Reads headers only; files that are no sessions are left out. */
  list(): Promise<SessionSummary[]>;
  /**
   * The session last written, opened; its warnings name the damaged files that were passed over. Undefined when there
   * is none. Throws as {@link openSession} does.
   */
  openLatest(): Promise<Session | undefined>;
}

/** The sessions of `cwd` (absolute) below `root`, each project in a folder of its own. */
export function createSessionStore(options: { root: string; cwd: string; now?: () => Date }): SessionStore {
  const digest = createHash("sha256").update(options.cwd).digest("hex").slice(0, 16);
  const directory = join(options.root, digest);
  const clock = options.now ? { now: options.now } : {};

  async function candidates(): Promise<{ path: string; updatedAt: Date }[]> {
    const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw sessionError(error, directory);
    });
    const paths = names.filter((name) => name.endsWith(".jsonl")).map((name) => join(directory, name));
    const found = await Promise.all(
      paths.map(async (path) => {
        // Gone since the folder was read, or not ours to look at: not one of its sessions.
        const entry = await stat(path).catch(() => undefined);
        return entry?.isFile() ? [{ path, updatedAt: entry.mtime }] : [];
      }),
    );
    return found
      .flat()
      .sort(
        (left, right) =>
          right.updatedAt.getTime() - left.updatedAt.getTime() || (left.path < right.path ? 1 : -1),
      );
  }

  return {
    create: () => createSession({ directory, cwd: options.cwd, ...clock }),
    async list() {
      const summaries: SessionSummary[] = [];
      for (const { path, updatedAt } of await candidates()) {
        const header = await readSessionHeader(path).catch(() => undefined);
        if (header)
          summaries.push({ id: header.id, path, cwd: header.cwd, createdAt: header.createdAt, updatedAt });
      }
      return summaries;
    },
    async openLatest() {
      const passedOver: string[] = [];
      for (const { path } of await candidates()) {
        try {
          const opened = await openSession(path, clock);
          return { ...opened, warnings: [...passedOver, ...opened.warnings] };
        } catch (error) {
          if (!isCoreError(error) || error.code !== "session_corrupt") throw error;
          passedOver.push(`${error.message}; it was passed over`);
        }
      }
      return undefined;
    },
  };
}
