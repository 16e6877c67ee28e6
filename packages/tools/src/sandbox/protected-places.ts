import { readlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { kindOf } from "../shared/kind-of.ts";

/** What programs outside of the sandbox run or obey without being asked. */
const IN_PROJECT = [
  ".gitmodules",
  ".husky",
  ".vscode",
  ".idea",
  ".devcontainer",
  ".mcp.json",
  ".envrc",
  ".npmrc",
  ".yarnrc",
  ".yarnrc.yml",
  ".github/workflows",
  ".zotpilot",
];
const IN_REPOSITORY = [
  "hooks",
  "config",
  "config.worktree",
  "commondir",
  "info/attributes",
  "modules",
  "worktrees",
];

/** Places in the folders that commands may write to. All absolute. */
export interface ProtectedPlaces {
  /** May not be written to. */
  readOnly: string[];
  /** May not be moved away, or another one could take the place. Outer ones first. */
  pinned: string[];
  /** Are not there and must not come. */
  absent: string[];
  /** Are links, or no files at all, and must not become anything else; with where they lead. */
  links: Map<string, string | undefined>;
}

/** Finds what commands must not plant for others to run. `repositories` are the folders or files named `.git`. */
export async function protectedPlaces(
  writable: readonly string[],
  repositories: readonly string[],
): Promise<ProtectedPlaces> {
  const places: ProtectedPlaces = { readOnly: [], pinned: [], absent: [], links: new Map() };
  const own = writable.flatMap((folder) =>
    IN_PROJECT.map((name) => ({ top: folder, path: join(folder, name) })),
  );
  const pinned = new Set<string>();
  const inside: typeof own = [];
  for (const path of new Set([...writable.map((folder) => join(folder, ".git")), ...repositories])) {
    const kind = await kindOf(path);
    if (kind === "file") places.readOnly.push(path);
    if (kind === "other") places.links.set(path, await linkOf(path));
    if (kind !== "folder") continue;
    pinned.add(path);
    inside.push(...IN_REPOSITORY.map((name) => ({ top: path, path: join(path, name) })));
  }
  for (const { top, path } of [...own, ...inside]) {
    const kind = await kindOf(path);
    // A link is left as it is: what it leads to is read-only already, or is writable as itself.
    if (kind === "other") places.links.set(path, await linkOf(path));
    if (kind === "file" || kind === "folder") places.readOnly.push(path);
    if (kind === "absent") {
      places.absent.push(path);
      continue;
    }
    for (let above = dirname(path); relative(top, above) !== ""; above = dirname(above)) pinned.add(above);
  }
  places.pinned = [...pinned].sort();
  return places;
}

/** Where a link leads; undefined for what is none. */
export function linkOf(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined);
}
