import { spawn } from "node:child_process";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { devNull } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Repository } from "./repository.ts";
import type { Stamp } from "./tree-listing.ts";

/** A file as git's index knows it. */
export interface IndexEntry {
  blob: string;
  mode: number;
  size: number;
  mtimeMs: number;
}

/** Reads the index and the objects of repositories that are not trusted. */
export interface GitObjects {
  /** What the index says, by name below the top; undefined when there is none, or none that git can read here. */
  index(repository: Repository): Promise<GitIndex | undefined>;
  /** Gives the bytes of each blob that is there to `take`. */
  read(repository: Repository, blobs: readonly string[], take: TakeBlob): Promise<void>;
}

/** Receives a blob. */
export type TakeBlob = (blob: string, bytes: Buffer) => Promise<void>;

/** An index that was read. */
export interface GitIndex {
  entries: ReadonlyMap<string, IndexEntry>;
  /** Whether the bytes of a file are those that the index names. */
  isClean(name: string, stamp: Stamp): boolean;
}

/**
 * Makes a reader with a repository of its own in `folder`, which is empty and stays so. git runs with that one's settings
 * and none of the project's, which can name programs; of the project it sees the index and the objects, which are data.
 */
export function createGitObjects(folder: string): GitObjects {
  const known = new Map<string, { version: string; index: GitIndex }>();
  let made: Promise<void> | undefined;

  async function make(): Promise<void> {
    await mkdir(join(folder, "refs"), { recursive: true, mode: 0o700 });
    await mkdir(join(folder, "objects"), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, "HEAD"), "ref: refs/heads/none\n", { mode: 0o600 });
  }

  async function git(repository: Repository, ...args: string[]) {
    await (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
    return spawn("git", args, {
      cwd: folder,
      stdio: ["pipe", "pipe", "ignore"],
      env: {
        PATH: process.env["PATH"],
        ...(process.env["SystemRoot"] !== undefined && { SystemRoot: process.env["SystemRoot"] }),
        LC_ALL: "C",
        GIT_DIR: folder,
        GIT_INDEX_FILE: repository.index,
        GIT_OBJECT_DIRECTORY: repository.objects,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: devNull,
        GIT_OPTIONAL_LOCKS: "0",
        GIT_NO_LAZY_FETCH: "1",
      },
    });
  }

  return {
    async index(repository) {
      const stats = await stat(repository.index).catch(() => undefined);
      if (!stats?.isFile()) return undefined;
      const version = `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
      const before = known.get(repository.index);
      if (before?.version === version) return before.index;
      const child = await git(repository, "ls-files", "--stage", "--debug", "-z");
      const ended = codeOf(child);
      const listed = await text(child.stdout);
      if ((await ended) !== 0) return undefined;
      const entries = parseIndex(listed);
      const index: GitIndex = {
        entries,
        isClean(name, stamp) {
          const entry = entries.get(name);
          return (
            entry !== undefined &&
            entry.size === stamp.size &&
            entry.mtimeMs === stamp.mtimeMs &&
            // A file written in the moment when the index was may have been written again in that moment.
            stamp.mtimeMs < stats.mtimeMs
          );
        },
      };
      known.set(repository.index, { version, index });
      return index;
    },

    async read(repository, blobs, take) {
      if (blobs.length === 0) return;
      const child = await git(repository, "cat-file", "--batch");
      const ended = codeOf(child);
      child.stdin.on("error", () => undefined).end(blobs.map((blob) => `${blob}\n`).join(""));
      let parts: Buffer[] = [];
      let length = 0;
      let wanted: { blob: string; size: number } | undefined;
      try {
        for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
          parts.push(chunk);
          length += chunk.length;
          if (wanted && length <= wanted.size) continue;
          let buffered = Buffer.concat(parts);
          for (;;) {
            if (!wanted) {
              const end = buffered.indexOf("\n");
              if (end === -1) break;
              const [, blob, size] =
                /^([0-9a-f]+) blob (\d+)$/.exec(buffered.toString("latin1", 0, end)) ?? [];
              buffered = buffered.subarray(end + 1);
              // What is missing, or something else, has one line and nothing behind it.
              if (blob !== undefined) wanted = { blob, size: Number(size) };
            } else {
              // Behind the bytes stands a line feed.
              if (buffered.length <= wanted.size) break;
              await take(wanted.blob, buffered.subarray(0, wanted.size));
              buffered = buffered.subarray(wanted.size + 1);
              wanted = undefined;
            }
          }
          parts = [buffered];
          length = buffered.length;
        }
      } finally {
        child.kill();
        await ended;
      }
    },
  };
}

/** How a program ended; undefined when it could not be started. */
function codeOf(child: ReturnType<typeof spawn>): Promise<number | null | undefined> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("close", (code) => resolve(code));
  });
}

const ENTRY =
  /(\d{6}) ([0-9a-f]+) (\d)\t([^\0]*)\0 {2}ctime: \d+:\d+\n {2}mtime: (\d+):(\d+)\n {2}dev: \d+\tino: \d+\n {2}uid: \d+\tgid: \d+\n {2}size: (\d+)\tflags: [0-9a-f]+\n/gy;

/** Reads what `git ls-files --stage --debug -z` prints. Only plain files that are not in conflict count. */
function parseIndex(listed: string): Map<string, IndexEntry> {
  const entries = new Map<string, IndexEntry>();
  for (const [, mode, blob = "", stage, name = "", seconds, nanoseconds, size] of listed.matchAll(ENTRY)) {
    if (stage !== "0" || !mode?.startsWith("100")) continue;
    entries.set(name, {
      blob,
      mode: Number.parseInt(mode.slice(3), 8),
      size: Number(size),
      // As Node puts the two together, so that they can be compared.
      mtimeMs: Number(seconds) * 1000 + Number(nanoseconds) / 1e6,
    });
  }
  return entries;
}
