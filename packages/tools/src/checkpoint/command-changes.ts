import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore } from "./blobs.ts";
import { fileState, MAX_FILE_BYTES, sameState, type FileState } from "./file-state.ts";
import type { GitObjects } from "./git-objects.ts";
import { findRepository } from "./repository.ts";
import type { ChangedFile } from "./schema.ts";
import { isSame, listTree, type Stamp } from "./tree-listing.ts";

/** What a command changed. */
export interface CommandChanges {
  files: ChangedFile[];
  /** Folders that it made, absolute, those above first. */
  folders: string[];
}

/** Looks again after a command. */
export type LookAgain = () => Promise<CommandChanges>;

/** Bytes of files that git has not, copied before one command. What is already kept from an earlier one does not count. */
const MAX_COPIED_BYTES = 64 * 1024 * 1024;

/** Remembers how the work tree of a git repository is before a command. */
export interface CommandWatch {
  /** Gives undefined where there is no repository, or one that is too large to look at. */
  look(cwd: string, signal: AbortSignal): Promise<LookAgain | undefined>;
}

/**
 * Makes a watch that keeps its contents in `blobs`. Before a command it copies the files that differ from git's index;
 * what the others held is taken from git's objects afterwards, for those that were changed.
 */
export function createCommandWatch(blobs: BlobStore, objects: GitObjects): CommandWatch {
  /** Copies of an earlier command that still hold. */
  const copies = new Map<string, { stamp: Stamp; state: FileState }>();

  /** Keeps a file that only the work tree has. */
  async function keep(path: string, stamp: Stamp, room: { bytes: number }): Promise<FileState> {
    const copied = copies.get(path);
    if (copied && isSame(copied.stamp, stamp)) {
      const { state } = copied;
      if (state.state === null || state.lost !== undefined || (await blobs.has(state.state.hash)))
        return state;
    }
    if (room.bytes < stamp.size) {
      const lost = "there was too much beside it to keep";
      return { state: { hash: "", mode: stamp.mode & 0o7777 }, lost };
    }
    const { bytes, ...state } = await fileState(path);
    if (bytes) {
      room.bytes -= bytes.length;
      await blobs.put(bytes, { durable: false });
    }
    copies.set(path, { stamp, state });
    return state;
  }

  return {
    async look(cwd, signal) {
      const repository = await findRepository(await realpath(cwd));
      if (!repository) return undefined;
      const { top } = repository;
      const index = await objects.index(repository);
      const tracked = [...(index?.entries.keys() ?? [])];
      const before = await listTree(top, tracked, signal);
      if (!before) return undefined;

      const kept = new Map<string, FileState>();
      const room = { bytes: MAX_COPIED_BYTES };
      for (const [name, stamp] of before.files) {
        if (!index?.isClean(name, stamp)) kept.set(name, await keep(join(top, name), stamp, room));
      }

      /** How files were that were as the index says. */
      async function fromObjects(names: readonly string[], stamps: Map<string, Stamp>): Promise<void> {
        const wanted = new Map<string, string[]>();
        for (const name of names) {
          const stamp = stamps.get(name);
          const blob = index?.entries.get(name)?.blob;
          if (!stamp || blob === undefined) continue;
          const mode = stamp.mode & 0o7777;
          const lost =
            stamp.size > MAX_FILE_BYTES
              ? `it was larger than ${MAX_FILE_BYTES} bytes`
              : "git no longer has it";
          kept.set(name, { state: { hash: "", mode }, lost });
          if (stamp.size <= MAX_FILE_BYTES) wanted.set(blob, [...(wanted.get(blob) ?? []), name]);
        }
        await objects.read(repository!, [...wanted.keys()], async (blob, bytes) => {
          for (const name of wanted.get(blob) ?? []) {
            const stamp = stamps.get(name);
            if (!stamp) continue;
            const mode = stamp.mode & 0o7777;
            const was = asInWorkTree(bytes, stamp.size);
            kept.set(name, {
              state: { hash: was ? await blobs.put(was) : "", mode },
              lost: was ? undefined : "git keeps it in another form",
            });
          }
        });
      }

      return async () => {
        // Also after a command that was broken off.
        const after = await listTree(top, tracked, new AbortController().signal);
        if (!after) return { files: [], folders: [] };
        const changed = [...new Set([...before.files.keys(), ...after.files.keys()])].filter(
          (name) => !isSame(before.files.get(name), after.files.get(name)),
        );
        await fromObjects(
          changed.filter((name) => !kept.has(name)),
          before.files,
        );
        const files: ChangedFile[] = [];
        for (const name of changed) {
          const path = join(top, name);
          const was = kept.get(name) ?? { state: null, lost: undefined };
          const is = await fileState(path);
          if (was.lost === undefined && is.lost === undefined && sameState(was.state, is.state)) continue;
          const lost = was.lost ?? is.lost;
          files.push({ path, before: was.state, after: is.state, ...(lost !== undefined && { lost }) });
        }
        const folders = [...after.folders].filter((name) => !before.folders.has(name)).sort();
        return { files, folders: folders.map((name) => join(top, name)) };
      };
    },
  };
}

/**
 * The bytes of a file of a known size whose content git has: as they are there, or with the line ends of Windows. Gives
 * undefined where git keeps something else, such as the address of a large file.
 */
function asInWorkTree(bytes: Buffer, size: number): Buffer | undefined {
  if (bytes.length === size) return bytes;
  if (bytes.includes("\r")) return undefined;
  const converted = Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
  return converted.length === size ? converted : undefined;
}
