import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { insecure, systemCode, systemReason, unreadable } from "./problem.ts";

/** Our user id, or undefined where files have no owner (Windows). */
export const ownUserId = (): number | undefined => process.geteuid?.();

/**
 * The file that a store path stands for: the path itself, or what a symbolic link of our own leads to (people keep
 * their settings in a repository). Undefined when there is nothing yet. A link that another user planted is refused,
 * and so is one that leads nowhere: writing through it would create a file where that user wants it.
 */
export async function locate(path: string): Promise<string | undefined> {
  let link: Awaited<ReturnType<typeof lstat>>;
  try {
    link = await lstat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw unreadable(path, `cannot be read: ${systemReason(error)}`, error);
  }
  if (!link.isSymbolicLink()) return path;
  const owner = ownUserId();
  if (owner !== undefined && link.uid !== owner)
    throw insecure(path, `it is a symbolic link that belongs to another user (id ${link.uid})`);
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT")
      throw unreadable(path, "is a symbolic link to a file that does not exist", error);
    throw unreadable(path, `is a symbolic link that cannot be followed: ${systemReason(error)}`, error);
  }
}

/** The same file under one name, whichever way its folder was reached, so that all writers meet at one lock. */
export async function canonical(path: string): Promise<string> {
  return join(await realpath(dirname(path)), basename(path));
}
