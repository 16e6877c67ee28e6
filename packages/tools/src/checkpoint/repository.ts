import { lstat, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Where a git repository keeps what a checkpoint reads. All absolute. */
export interface Repository {
  /** The top of the work tree. */
  top: string;
  index: string;
  objects: string;
}

/**
 * Finds the repository around a folder by looking, without running git: what is found here is only ever read as data, so
 * that it does not matter who wrote it.
 */
export async function findRepository(folder: string): Promise<Repository | undefined> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const dot = join(current, ".git");
    const stats = await lstat(dot).catch(() => undefined);
    if (stats?.isDirectory()) return repositoryIn(current, dot);
    if (stats?.isFile()) {
      const named = /^gitdir: (.+)$/m.exec(await firstLines(dot))?.[1];
      return named === undefined ? undefined : repositoryIn(current, resolve(current, named));
    }
    if (dirname(current) === current) return undefined;
  }
}

async function repositoryIn(top: string, folder: string): Promise<Repository> {
  // A further work tree has an index of its own and shares the objects.
  const common = (await firstLines(join(folder, "commondir"))).trim();
  return {
    top,
    index: join(folder, "index"),
    objects: join(common === "" ? folder : resolve(folder, common), "objects"),
  };
}

async function firstLines(file: string): Promise<string> {
  const stats = await lstat(file).catch(() => undefined);
  if (!stats?.isFile() || stats.size > 4096) return "";
  return readFile(file, "utf8").catch(() => "");
}
