import { appendFile, mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { decodeArguments, type ToolContext, type ToolMiddleware } from "@zotpilot/core";
import { resolvePath } from "../shared/path.ts";
import { realPathOf } from "../shared/real-path.ts";
import { ToolError } from "../shared/tool-error.ts";
import { createBlobStore } from "./blobs.ts";
import { createCommandWatch, type CommandChanges, type LookAgain } from "./command-changes.ts";
import { fileState, sameState } from "./file-state.ts";
import { forgetOldest } from "./forget-oldest.ts";
import { createGitObjects } from "./git-objects.ts";
import { logOf, readLog } from "./logs.ts";
import { restore } from "./restore.ts";
import type { ChangedFile, CheckpointEntry } from "./schema.ts";

/** How checkpoints are kept. */
export interface CheckpointOptions {
  /** A folder of its own, private to the user. Absolute. Sessions may share it. */
  folder: string;
  /** The session that the calls belong to. */
  session: string;
  /** How many bytes of file contents are kept, over all sessions; the oldest go first. Default 200 MiB. */
  maxBytes?: number;
  now?: () => Date;
}

/** What an undo did. */
export interface UndoResult {
  /** The files that are as they were, absolute. */
  restored: string[];
}

/** Remembers how files were, and brings them back. */
export interface Checkpoints {
  /** Belongs next to the tools, so that it sees only what really runs. */
  middleware: ToolMiddleware;
  /** Calls from here on belong to the next turn. */
  nextTurn(): void;
  /** What calls of this session changed and was not undone, oldest first. */
  list(): Promise<CheckpointEntry[]>;
  /**
   * Undoes the last turn that changed something, or one turn, or one call. Throws a `ToolError` (`conflict`) and changes
   * nothing when one of the files is not as the agent left it.
   */
  undo(what?: { turn: number } | { call: string }): Promise<UndoResult>;
}

const FILE_TOOLS = new Set(["write", "edit"]);
const COMMAND_TOOLS = new Set(["bash", "powershell"]);
const MAX_BYTES = 200 * 1024 * 1024;

/**
 * Makes checkpoints of what `write`, `edit` and, in a git repository, commands change. Contents are kept once each, under
 * their hash. A disk that is full costs the checkpoint and not the call.
 */
export function createCheckpoints(options: CheckpointOptions): Checkpoints {
  const { folder, session, maxBytes = MAX_BYTES, now = () => new Date() } = options;
  /** What all sessions kept when it was counted last, and what was added here since; in bytes. */
  let counted: number | undefined;
  let written = 0;
  const blobs = createBlobStore(join(folder, "contents"), (bytes) => (written += bytes));
  const commands = createCommandWatch(blobs, createGitObjects(join(folder, "reader")));
  const log = logOf(folder, session);
  /** Counted from where the log ended: the turns of a program that went on with the session before are its own. */
  let turn = 1;
  let earlier: Promise<number> | undefined;
  let writing: Promise<void> = Promise.resolve();

  /** All that were ever made. */
  async function logged(): Promise<CheckpointEntry[]> {
    const byId = new Map((await readLog(log)).map((entry) => [`${entry.turn} ${entry.id}`, entry]));
    return [...byId.values()];
  }

  async function entries(): Promise<CheckpointEntry[]> {
    return (await logged()).filter(({ undone }) => !undone);
  }

  async function lastTurn(): Promise<number> {
    return (await logged()).reduce((last, entry) => Math.max(last, entry.turn), 0);
  }

  async function append(entry: CheckpointEntry): Promise<void> {
    // One that failed is no reason against the next.
    writing = writing
      .catch(() => undefined)
      .then(async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const line = `\n${JSON.stringify(entry)}\n`;
        await appendFile(log, line, { mode: 0o600 });
        written += Buffer.byteLength(line);
      });
    await writing;
  }

  async function record(id: string, tool: string, cwd: string, changes: CommandChanges): Promise<void> {
    const { files, folders } = changes;
    if (files.length === 0 && folders.length === 0) return;
    const made = folders.length > 0 && { folders };
    const own = turn;
    const turnInLog = (await (earlier ??= lastTurn())) + own;
    await append({ id, turn: turnInLog, tool, at: now().toISOString(), cwd, files, ...made });
    await keepBelowLimit();
  }

  /** Counting all looks at each content, so it is done only when there may be too much. */
  async function keepBelowLimit(): Promise<void> {
    if (counted !== undefined && counted + written <= maxBytes) return;
    written = 0;
    counted = await forgetOldest({ folder, blobs, maxBytes, log });
  }

  async function aroundFile(cwd: string, shown: string): Promise<LookAgain> {
    const path = await realPathOf(resolvePath(cwd, shown));
    const was = await fileState(path);
    if (was.bytes) await blobs.put(was.bytes);
    const missing = was.state ? [] : await missingFolders(dirname(path));
    return async () => {
      const is = await fileState(path);
      if (sameState(was.state, is.state)) return { files: [], folders: [] };
      const lost = was.lost ?? is.lost;
      const file: ChangedFile = {
        path,
        before: was.state,
        after: is.state,
        ...(lost !== undefined && { lost }),
      };
      return { files: [file], folders: missing };
    };
  }

  function around(
    name: string,
    input: unknown,
    { cwd, signal }: ToolContext,
  ): Promise<LookAgain | undefined> | undefined {
    if (COMMAND_TOOLS.has(name)) return commands.look(cwd, signal);
    const path = typeof input === "object" && input !== null && "path" in input ? input.path : undefined;
    return FILE_TOOLS.has(name) && typeof path === "string" && path !== ""
      ? aroundFile(cwd, path)
      : undefined;
  }

  return {
    middleware: (next) => async (call, context) => {
      const lookAgain = await around(call.name, decodeArguments(call), context)?.catch(() => undefined);
      try {
        return await next(call, context);
      } finally {
        const changes = await lookAgain?.().catch(() => undefined);
        if (changes) await record(call.id, call.name, context.cwd, changes).catch(() => undefined);
      }
    },
    nextTurn() {
      turn += 1;
    },
    list: entries,
    async undo(what) {
      const all = await entries();
      const last = all.at(-1)?.turn;
      const wanted = what ?? (last === undefined ? undefined : { turn: last });
      const chosen = all.filter((entry) =>
        wanted && "call" in wanted ? entry.id === wanted.call : entry.turn === wanted?.turn,
      );
      if (chosen.length === 0) throw new ToolError("not_found", "there is nothing to undo");
      const restored = await restore(chosen, blobs);
      for (const entry of chosen) await append({ ...entry, undone: true });
      return { restored };
    },
  };
}

/** The folders on the way to one that are not there yet. */
async function missingFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let current = folder; !(await stat(current).catch(() => undefined)); current = dirname(current)) {
    missing.push(current);
    if (dirname(current) === current) break;
  }
  return missing;
}

/** Removes the checkpoints of a session, for when the session itself is deleted. Contents go when nobody needs them. */
export async function deleteCheckpoints(folder: string, session: string): Promise<void> {
  await rm(logOf(folder, session), { force: true });
}
