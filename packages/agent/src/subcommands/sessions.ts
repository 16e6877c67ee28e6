import {
  createSessionStore,
  exportSession,
  forkSession,
  type SessionStore,
  type SessionSummary,
  type SessionTree,
} from "@zotpilot/core";
import { resolve } from "node:path";
import { exitCodes, safeLine, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { exportTarget } from "../runtime/export-target.ts";
import { findSession } from "../runtime/find-session.ts";
import { resolvePaths, type Paths } from "../runtime/paths.ts";
import { accountCommand, type AccountCommand } from "./context.ts";
import type { SessionAction } from "./session-actions.ts";
import { sessionJson, sessionLine } from "./session-lines.ts";
import { showSession } from "./show-session.ts";

/** What `zotpilot sessions` was asked for besides the common options; the words are as many as the action needs. */
export interface SessionsCommandOptions {
  readonly action: SessionAction;
  readonly words: readonly string[];
  readonly json: boolean;
  /** For fork: the entry that the fork ends with, as show lists it. */
  readonly at?: string;
  /** For export: a file that is there is replaced. */
  readonly force: boolean;
  /** For prune. */
  readonly olderThanDays?: number;
  readonly keep?: number;
  readonly maxMegabytes?: number;
  readonly dryRun: boolean;
}

/** Lists the conversations of this folder and does things with them. */
export async function runSessions(options: CliOptions, own: SessionsCommandOptions, io: Io): Promise<number> {
  const command = accountCommand(io);
  const { print, printJson, say } = command;
  const isDemo = options.demo === "always";
  const paths = resolvePaths(io.env);
  const root = isDemo ? paths.demoSessions : paths.sessions;
  const store = createSessionStore({ root, cwd: options.cwd });
  const [first = "", ...rest] = own.words;
  const printSession = (session: SessionSummary): void =>
    own.json ? printJson(sessionJson(session)) : print(sessionLine(session));
  /** Tells which session there is now, and how to go on with it. */
  const tellNew = async (what: string, path: string): Promise<void> => {
    const session = await store.find(path);
    if (own.json) printJson(sessionJson(session));
    else say(`${what}. Go on with it: zotpilot ${isDemo ? "--demo " : ""}--resume ${session.id.slice(0, 8)}`);
  };
  switch (own.action) {
    case "list": {
      const sessions = await store.list();
      if (sessions.length === 0 && !own.json) say("There is no conversation in this folder.");
      sessions.forEach(printSession);
      return exitCodes.ok;
    }
    case "tree": {
      const trees = await store.tree();
      if (trees.length === 0 && !own.json) say("There is no conversation in this folder.");
      printTree(trees, (session, indent) =>
        own.json ? printJson(sessionJson(session)) : print(`${indent}${sessionLine(session)}`),
      );
      return exitCodes.ok;
    }
    case "show":
      await showSession(await findSession(store, first), own.json, command);
      return exitCodes.ok;
    case "search":
      return search(store, own, command);
    case "rename": {
      const name = safeLine(rest.join(" "));
      const { path } = await findSession(store, first);
      await store.rename(path, name);
      if (own.json) printJson(sessionJson(await store.find(path)));
      else say(name === "" ? "The name was taken away." : `It is called "${name}" now.`);
      return exitCodes.ok;
    }
    case "fork": {
      const { path } = await findSession(store, first);
      const fork = await forkSession(path, own.at === undefined ? {} : { at: own.at });
      await fork.close();
      await tellNew("Forked", fork.path);
      return exitCodes.ok;
    }
    case "delete": {
      const session = await store.remove((await findSession(store, first)).path);
      await forgetFiles(paths, session);
      if (own.json) printJson(sessionJson(session));
      else say(`Deleted ${sessionLine(session)}`);
      return exitCodes.ok;
    }
    case "export": {
      const { path } = await findSession(store, first);
      const target = await exportTarget(
        path,
        resolve(options.cwd, rest[0] ?? "."),
        own.force || "--force replaces it",
      );
      const file = await exportSession(path, target);
      if (own.json) printJson({ path: file });
      else print(file);
      return exitCodes.ok;
    }
    case "import": {
      const { path, warnings } = await store.import(resolve(options.cwd, first));
      for (const warning of warnings) say(`zotpilot: ${safeLine(warning)}`);
      await tellNew("Imported", path);
      return exitCodes.ok;
    }
    case "prune": {
      const removed = await prune(store, own);
      for (const session of removed) {
        if (!own.dryRun) await forgetFiles(paths, session);
        printSession(session);
      }
      say(pruned(removed.length, own.dryRun));
      return exitCodes.ok;
    }
  }
}

async function search(
  store: SessionStore,
  own: SessionsCommandOptions,
  { print, printJson, say }: AccountCommand,
): Promise<number> {
  let found = 0;
  for await (const { session, entryId, at, role, excerpt } of store.search(own.words.join(" "))) {
    found += 1;
    if (own.json) printJson({ session: session.id, entry: entryId, at, role, excerpt });
    else print(`${session.id.slice(0, 8)} [${entryId.slice(0, 8)}] ${role}: ${safeLine(excerpt)}`);
  }
  if (found === 0 && !own.json) say("It was said in no conversation of this folder.");
  return exitCodes.ok;
}

/** Deletes by the rules that were given, or tells what they would delete. */
async function prune(store: SessionStore, own: SessionsCommandOptions): Promise<readonly SessionSummary[]> {
  const { olderThanDays, keep, maxMegabytes, dryRun } = own;
  if (olderThanDays === undefined && keep === undefined && maxMegabytes === undefined) {
    throw new UsageError("sessions prune needs a rule: --older-than <days>, --keep <n> or --max-size <MB>.");
  }
  return store.prune({
    dryRun,
    ...(olderThanDays !== undefined && { olderThanMs: olderThanDays * 24 * 60 * 60 * 1000 }),
    ...(keep !== undefined && { keep }),
    ...(maxMegabytes !== undefined && { maxBytes: maxMegabytes * 1024 * 1024 }),
  });
}

function pruned(count: number, dryRun: boolean): string {
  const what = count === 1 ? "1 conversation" : `${count} conversations`;
  const kept = count === 0 ? " Those with a name, or in use, are kept." : "";
  return dryRun
    ? `${what} would be deleted; leave out --dry-run to do it.${kept}`
    : `${what} deleted.${kept}`;
}

/** What was remembered of the files that a conversation changed goes with it. */
async function forgetFiles({ checkpoints }: Paths, { id }: SessionSummary): Promise<void> {
  // Only those who delete wait for the tools to be loaded.
  const { deleteCheckpoints } = await import("@zotpilot/tools");
  await deleteCheckpoints(checkpoints, id);
}

function printTree(
  trees: readonly SessionTree[],
  print: (session: SessionSummary, indent: string) => void,
  depth = 0,
): void {
  const indent = depth === 0 ? "" : `${"  ".repeat(depth)}└ `;
  for (const { session, forks } of trees) {
    print(session, indent);
    printTree(forks, print, depth + 1);
  }
}
