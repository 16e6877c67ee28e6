import { existsSync } from "node:fs";
import { CoreError, createSessionStore, openSession, type DurableEvent, type Session } from "@zotpilot/core";
import type { CliOptions } from "../options.ts";
import { findSession } from "./find-session.ts";
import { resolvePaths } from "./paths.ts";

/** Which session the next agent has. */
export interface Conversations {
  /** Opens the one that was asked for, or goes on with, or begins one. Undefined when none is to be kept. */
  open(place: "account" | "demo"): Promise<Session | undefined>;
  /** From now on every account goes on with this, beginning with what could not be saved of it; with none when left out. */
  goOnWith(unfinished?: { path: string; pending: readonly DurableEvent[] }): void;
  /** What an account would go on with. */
  readonly unfinished: { path: string; pending: readonly DurableEvent[] } | undefined;
}

/** `--resume` and `--continue` count once: what is opened after that, for another account, is a new conversation. */
export function createConversations(settings: {
  options: CliOptions;
  env: Record<string, string | undefined>;
  onWarning: (sentence: string) => void;
}): Conversations {
  const { options, env, onWarning } = settings;
  const isKept =
    options.session && (options.mode !== "rpc" || options.continue || options.resume !== undefined);
  let asked = options.resume;
  let continuesLatest = options.continue;
  let unfinished: Conversations["unfinished"];

  function told(session: Session): Session {
    // Nobody reads along in the modes that run one prompt: they would only fail with it.
    if (session.readOnly && (options.mode === "print" || options.mode === "json")) {
      throw new CoreError("session_newer", session.warnings.at(-1) ?? `${session.path} is for reading only`);
    }
    for (const warning of session.warnings) onWarning(warning);
    if (session.readOnly) onWarning("Nothing can be added to this conversation; /clear starts a new one.");
    return session;
  }

  return {
    goOnWith(next) {
      unfinished = next;
    },
    get unfinished() {
      return unfinished;
    },
    async open(place) {
      if (!isKept) return undefined;
      // What was said to the demo stays with the demo: a model of an account never sees it.
      const { sessions: own, demoSessions } = resolvePaths(env);
      const root = place === "demo" ? demoSessions : own;
      const sessions = createSessionStore({ root, cwd: options.cwd });
      if (unfinished && place === "account") {
        const { path, pending } = unfinished;
        const opened = existsSync(path) ? await openSession(path, { pending }) : sessions.create({ pending });
        // It is the session's from here on.
        unfinished = { path: opened.path, pending: [] };
        return opened;
      }
      if (asked !== undefined) {
        const resumed = await openSession((await findSession(sessions, asked)).path);
        asked = undefined;
        return told(resumed);
      }
      if (!continuesLatest) return sessions.create();
      const latest = await sessions.openLatest();
      continuesLatest = false;
      if (latest) return told(latest);
      onWarning("there is no earlier conversation in this folder; this is a new one");
      return sessions.create();
    },
  };
}
