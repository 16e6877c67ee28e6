import {
  createSessionStore,
  exportSession,
  forkSession,
  readHistory,
  type SessionStore,
  type SessionSummary,
  type SessionTree,
} from "@zotpilot/core";
import { encodeLine } from "@zotpilot/ndjson";
import { textOf } from "@zotpilot/provider/model";
import { resolve } from "node:path";
import { exitCodes, safeLine, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { resolvePaths } from "../runtime/paths.ts";
import { accountCommand } from "./context.ts";
import type { SessionAction } from "./session-actions.ts";

/** What `zotpilot sessions` was asked for besides the common options. */
export interface SessionsCommandOptions {
  readonly action: SessionAction;
  readonly words: readonly string[];
  readonly json: boolean;
  /** For fork: the entry that the fork ends with, as show lists it. */
  readonly at?: string;
  /** For prune. */
  readonly olderThanDays?: number;
  readonly keep?: number;
  readonly maxMegabytes?: number;
  readonly dryRun: boolean;
}

/** Lists the conversations of this folder and does things with them. */
export async function runSessions(options: CliOptions, own: SessionsCommandOptions, io: Io): Promise<number> {
  const { print, say } = accountCommand(io);
  const root = `${resolvePaths(io.env).sessions}${options.demo === "always" ? "-demo" : ""}`;
  const store = createSessionStore({ root, cwd: options.cwd });
  const [first, ...rest] = own.words;
  const one = (): string => {
    if (first) return first;
    throw new UsageError(
      `sessions ${own.action} needs a session: its id or the beginning of it, or its name.`,
    );
  };
  switch (own.action) {
    case "list": {
      const sessions = await store.list();
      if (sessions.length === 0 && !own.json) say("There is no conversation in this folder.");
      for (const session of sessions) print(own.json ? asJson(session) : line(session));
      return exitCodes.ok;
    }
    case "tree":
      printTree(await store.tree(), print);
      return exitCodes.ok;
    case "show":
      await show(await store.find(one()), own.json, print);
      return exitCodes.ok;
    case "search":
      return search(store, own, print, say);
    case "rename": {
      const name = rest.join(" ");
      await store.rename(one(), name);
      say(name === "" ? "The name was taken away." : `It is called "${name}" now.`);
      return exitCodes.ok;
    }
    case "fork": {
      const { path } = await store.find(one());
      const fork = await forkSession(path, own.at === undefined ? {} : { at: own.at });
      await fork.close();
      say(`Forked. Go on with it: zotpilot --resume ${fork.id.slice(0, 8)}`);
      return exitCodes.ok;
    }
    case "delete": {
      const session = await store.remove(one());
      say(`Deleted ${line(session)}`);
      return exitCodes.ok;
    }
    case "export": {
      const { path } = await store.find(one());
      print(await exportSession(path, resolve(options.cwd, rest[0] ?? ".")));
      return exitCodes.ok;
    }
    case "import": {
      if (!first) throw new UsageError("sessions import needs a file.");
      const { warnings } = await store.import(resolve(options.cwd, first));
      for (const warning of warnings) say(`zotpilot: ${safeLine(warning)}`);
      const [newest] = await store.list();
      say(`Imported. Go on with it: zotpilot --resume ${newest?.id.slice(0, 8) ?? ""}`);
      return exitCodes.ok;
    }
    case "prune":
      return prune(store, own, print, say);
  }
}

async function show(session: SessionSummary, json: boolean, print: (line: string) => void): Promise<void> {
  if (!json) print(line(session));
  for await (const { id, at, event } of readHistory(session.path)) {
    if (json) print(encodeLine({ id, at, event }).trimEnd());
    else if ("message" in event) {
      const { message } = event;
      const text = textOf(message).trim();
      const calls =
        message.role === "assistant"
          ? message.content.filter((part) => part.type === "tool_call").map(({ name }) => `● ${name}`)
          : [];
      const said = message.role === "tool" ? shorten(text) : text;
      print(`\n[${id.slice(0, 8)}] ${message.role}`);
      for (const part of [said, ...calls]) if (part !== "") print(part);
    }
  }
}

function shorten(text: string): string {
  const lines = text.split("\n");
  return lines.length <= 6 ? text : `${lines.slice(0, 5).join("\n")}\n… ${lines.length - 5} more lines`;
}

async function search(
  store: SessionStore,
  own: SessionsCommandOptions,
  print: (line: string) => void,
  say: (line: string) => void,
): Promise<number> {
  const text = own.words.join(" ");
  if (text === "") throw new UsageError("sessions search needs a text.");
  let found = 0;
  for await (const { session, entryId, at, role, excerpt } of store.search(text)) {
    found += 1;
    if (own.json) print(encodeLine({ session: session.id, entry: entryId, at, role, excerpt }).trimEnd());
    else print(`${session.id.slice(0, 8)} [${entryId.slice(0, 8)}] ${role}: ${safeLine(excerpt)}`);
  }
  if (found === 0 && !own.json) say("It was said in no conversation of this folder.");
  return exitCodes.ok;
}

async function prune(
  store: SessionStore,
  own: SessionsCommandOptions,
  print: (line: string) => void,
  say: (line: string) => void,
): Promise<number> {
  const { olderThanDays, keep, maxMegabytes, dryRun } = own;
  if (olderThanDays === undefined && keep === undefined && maxMegabytes === undefined) {
    throw new UsageError("sessions prune needs a rule: --older-than <days>, --keep <n> or --max-size <MB>.");
  }
  const removed = await store.prune({
    dryRun,
    ...(olderThanDays !== undefined && { olderThanMs: olderThanDays * 24 * 60 * 60 * 1000 }),
    ...(keep !== undefined && { keep }),
    ...(maxMegabytes !== undefined && { maxBytes: maxMegabytes * 1024 * 1024 }),
  });
  for (const session of removed) print(own.json ? asJson(session) : line(session));
  const what = removed.length === 1 ? "1 conversation" : `${removed.length} conversations`;
  say(dryRun ? `${what} would be deleted; leave out --dry-run to do it.` : `${what} deleted.`);
  return exitCodes.ok;
}

function printTree(trees: readonly SessionTree[], print: (line: string) => void, indent = ""): void {
  for (const { session, forks } of trees) {
    print(`${indent}${line(session)}`);
    printTree(forks, print, `${indent}  └ `.replace("└ └", "  └"));
  }
}

function line(session: SessionSummary): string {
  const when = session.updatedAt.toISOString().slice(0, 16).replace("T", " ");
  const name = session.name === undefined ? "" : `"${session.name}" `;
  return safeLine(`${session.id.slice(0, 8)}  ${when}  ${name}${session.title ?? "(nothing was said)"}`);
}

/** As in all that programs read from us: snake_case. */
function asJson(session: SessionSummary): string {
  const { id, path, cwd, createdAt, updatedAt, bytes, name, title, model, parent } = session;
  const facts = { id, path, cwd, created_at: createdAt, updated_at: updatedAt.toISOString(), bytes };
  const told = { name: name ?? null, title: title ?? null, model: model ?? null, parent: parent ?? null };
  return encodeLine({ ...facts, ...told }).trimEnd();
}
