import { chmod, mkdir, rm, rmdir, stat, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { realPathOf } from "../shared/real-path.ts";
import { replaceFile } from "../shared/replace-file.ts";
import { ToolError } from "../shared/tool-error.ts";
import type { BlobStore } from "./blobs.ts";
import { fileState, sameState } from "./file-state.ts";
import type { ChangedFile, CheckpointEntry } from "./schema.ts";

/** Brings the files of some calls (oldest first) back. Looks at all of them before it changes the first. */
export async function restore(entries: readonly CheckpointEntry[], blobs: BlobStore): Promise<string[]> {
  const plan = new Map<string, ChangedFile>();
  for (const { files } of entries) {
    for (const file of files) {
      const earlier = plan.get(file.path);
      const lost = earlier?.lost ?? file.lost;
      plan.set(file.path, {
        path: file.path,
        before: earlier ? earlier.before : file.before,
        after: file.after,
        ...(lost !== undefined && { lost }),
      });
    }
  }
  const contents = new Map<string, Buffer>();
  for (const { path, before, after, lost } of plan.values()) {
    if (lost !== undefined) throw conflict(`${path} cannot be brought back: ${lost}`);
    // A folder that became a link would lead what is written to somebody else's files.
    if ((await realPathOf(dirname(path))) !== dirname(path)) {
      throw conflict(`${path} cannot be brought back: a folder above it was replaced by a link`);
    }
    const { state } = await fileState(path);
    if (!sameState(state, after)) {
      throw conflict(
        `${path} was ${state ? "changed" : "removed"} since by somebody else, and that would be lost`,
      );
    }
    if (!before) continue;
    const bytes = await blobs.get(before.hash);
    if (!bytes) throw conflict(`${path} cannot be brought back: what was in it is no longer kept`);
    contents.set(path, bytes);
  }
  for (const { path, before, after } of plan.values()) {
    const bytes = contents.get(path);
    if (!before || !bytes || before.link || after?.link) await rm(path, { force: true });
    if (!before || !bytes) continue;
    await mkdir(dirname(path), { recursive: true });
    if (before.link) {
      await symlink(bytes, path);
      continue;
    }
    const stats = await stat(path, { bigint: true }).catch(() => undefined);
    await replaceFile({ path, stats }, bytes, { signal: new AbortController().signal });
    await chmod(path, before.mode);
  }
  // The deepest first; one that somebody put something into stays.
  const folders = new Set(entries.flatMap((entry) => entry.folders ?? []));
  for (const folder of [...folders].sort().toReversed()) await rmdir(folder).catch(() => undefined);
  return [...plan.keys()];
}

function conflict(why: string): ToolError {
  return new ToolError("conflict", `${why}. Nothing was undone.`);
}
