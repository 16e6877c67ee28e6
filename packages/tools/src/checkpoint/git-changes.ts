import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRunsNothing } from "../shell/git.ts";
import { blobName } from "./blobs.ts";
import { fileState, type FileState } from "./file-state.ts";
import type { ChangedFile } from "./schema.ts";

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;
const MAX_FILES = 2_000;
const QUIET = ["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/** How a work tree was before a command. */
export interface GitSnapshot {
  /** What the command changed since, with the bytes of before for those who keep them. */
  changes(): Promise<{ file: ChangedFile; before: Buffer | undefined }[]>;
}

/**
 * Remembers what git knows about a work tree: which files differ from its index, with their bytes, and the index. Gives
 * undefined where there is no repository, or one with programs in its settings, which are not run for this.
 */
export async function gitSnapshot(cwd: string): Promise<GitSnapshot | undefined> {
  const git = async (...args: string[]): Promise<Buffer> => {
    const { stdout } = await run("git", [...QUIET, ...args], {
      cwd,
      encoding: "buffer",
      maxBuffer: MAX_OUTPUT,
    });
    return stdout;
  };
  try {
    if (!(await repositoryRunsNothing(cwd))) return undefined;
    const top = (await git("rev-parse", "--show-toplevel")).toString().replace(/\n$/, "");
    const differing = async (): Promise<string[]> =>
      (await git("ls-files", "-z", "-m", "-o", "-d", "--exclude-standard", "--full-name", "--", top))
        .toString()
        .split("\0")
        .filter(Boolean);
    const index = (await git("write-tree")).toString().trim();
    const before = new Map<string, FileState>();
    const dirty = await differing();
    if (dirty.length > MAX_FILES) return undefined;
    for (const name of dirty) before.set(name, await fileState(join(top, name)));

    const stateBefore = async (name: string): Promise<FileState> => {
      const known = before.get(name);
      if (known) return known;
      const listed = (await git("ls-tree", "-z", "--full-tree", index, "--", name)).toString();
      const mode = /^(100644|100755) blob /.exec(listed)?.[1];
      if (mode === undefined) return { state: null, bytes: undefined, lost: undefined };
      const bytes = await git("cat-file", "--filters", `${index}:${name}`);
      return {
        state: { hash: blobName(bytes), mode: mode === "100755" ? 0o755 : 0o644 },
        bytes,
        lost: undefined,
      };
    };

    return {
      async changes() {
        const after = (await git("write-tree")).toString().trim();
        const moved = (await git("diff", "--name-only", "-z", "--no-renames", index, after))
          .toString()
          .split("\0");
        const names = new Set([...dirty, ...(await differing()), ...moved.filter(Boolean)]);
        const changed: { file: ChangedFile; before: Buffer | undefined }[] = [];
        for (const name of [...names].slice(0, MAX_FILES)) {
          const path = join(top, name);
          const [was, is] = [await stateBefore(name), await fileState(path)];
          if (was.state?.hash === is.state?.hash && was.lost === is.lost) continue;
          const lost = was.lost ?? is.lost;
          const file: ChangedFile = {
            path,
            before: was.state,
            after: is.state,
            ...(lost !== undefined && { lost }),
          };
          changed.push({ file, before: was.bytes });
        }
        return changed;
      },
    };
  } catch {
    // No git, no repository, or one that git does not want to touch.
    return undefined;
  }
}
