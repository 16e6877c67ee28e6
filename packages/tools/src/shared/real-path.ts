import { lstat, readlink, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";

const MAX_LINKS = 40;

/**
 * Where a path really leads, with every symbolic link followed, also when the end of it is not there yet or a link
 * leads nowhere. A circle of links gives the path itself.
 */
export async function realPathOf(absolute: string): Promise<string> {
  let path = resolve(absolute);
  const missing: string[] = [];
  for (let links = 0; links < MAX_LINKS;) {
    const real = await realpath(path).catch(() => undefined);
    if (real !== undefined) return join(real, ...missing);
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isSymbolicLink()) {
      links += 1;
      const folder = await realpath(dirname(path)).catch(() => dirname(path));
      path = resolve(folder, await readlink(path).catch(() => "."));
      continue;
    }
    if (dirname(path) === path) break;
    missing.unshift(basename(path));
    path = dirname(path);
  }
  return resolve(absolute);
}

/**
 * Where a path that starts from a folder really leads, also through `..`: that is the folder above the one that a link
 * leads to, as the system has it, and not what stands before it in the text.
 */
export async function physicalPath(path: string, from: string): Promise<string> {
  const whole = isAbsolute(path) ? path : `${from}/${path}`;
  const up = /[^/]\/+\.\.(?=\/|$)/.exec(whole);
  if (!up) return realPathOf(whole);
  const folder = await realPathOf(whole.slice(0, up.index + 1));
  return physicalPath(whole.slice(up.index + up[0].length).replace(/^\/+/, ""), dirname(folder));
}
