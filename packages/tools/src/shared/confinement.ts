import { constants, type BigIntStats } from "node:fs";
import { lstat, mkdir, open, realpath, type FileHandle } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { ToolContext } from "@zotpilot/core";
import { isInside } from "./inside.ts";
import { realPathOf } from "./real-path.ts";
import { systemCode, ToolError } from "./tool-error.ts";

/** Keeps file tools inside some folders. */
export interface Confinement {
  /** Where a path really leads. Throws a {@link ToolError} (`outside`) when that is outside. */
  locate(absolute: string, shown: string): Promise<string>;
  /** Opens a folder that {@link locate} gave, so that nobody can put another one in its place. */
  openFolder(real: string, shown: string, options?: { create?: boolean }): Promise<HeldFolder>;
  /** Throws unless an open file is the one that stands at this real path. */
  requireSame(real: string, stats: BigIntStats, shown: string): Promise<void>;
}

/** A folder that stays the same one while it is held. */
export interface HeldFolder {
  /** A path to it, for the time being. */
  path: string;
  close(): Promise<void>;
}

/** What the tools find in their context when they are confined. */
export interface ConfinedContext extends ToolContext {
  confinement?: Confinement;
}

/** The confinement of a call, if there is one. */
export function confinementOf(context: ToolContext): Confinement | undefined {
  return (context as ConfinedContext).confinement;
}

const FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * Makes a confinement to `roots`. On Linux a file is reached from its root one folder at a time, and each is held open
 * and may not be a link, so that swapping links meanwhile gains nothing. Elsewhere it is checked before and after.
 */
export function createConfinement(roots: readonly string[]): Confinement {
  const held = process.platform === "linux";
  const realRoots = Promise.all(roots.map((root) => realPathOf(root)));

  async function rootOf(real: string, shown: string): Promise<string> {
    const found = (await realRoots).find((root) => isInside(real, root));
    if (found !== undefined) return found;
    const leads = real === shown ? "" : ` (it leads to ${real})`;
    throw new ToolError(
      "outside",
      `${shown} is outside of what the file tools are confined to${leads}; they may use ${roots.join(", ")}`,
    );
  }

  async function step(folder: FileHandle, name: string, create: boolean): Promise<FileHandle> {
    const path = `/proc/self/fd/${folder.fd}/${name}`;
    try {
      return await open(path, FOLDER);
    } catch (error) {
      if (!create || systemCode(error) !== "ENOENT") throw error;
      await mkdir(path).catch((failure: unknown) => {
        if (systemCode(failure) !== "EEXIST") throw failure;
      });
      return open(path, FOLDER);
    }
  }

  return {
    async locate(absolute, shown) {
      const real = await realPathOf(absolute);
      await rootOf(real, shown);
      return real;
    },
    async openFolder(real, shown, { create = false } = {}) {
      const root = await rootOf(real, shown);
      if (!held) {
        if (create) await mkdir(real, { recursive: true });
        const now = await realpath(real);
        await rootOf(now, shown);
        return { path: now, close: async () => {} };
      }
      let folder = await open(root, FOLDER);
      try {
        for (const name of relative(root, real).split(sep).filter(Boolean)) {
          const next = await step(folder, name, create);
          await folder.close();
          folder = next;
        }
      } catch (error) {
        await folder.close();
        throw error;
      }
      return { path: `/proc/self/fd/${folder.fd}`, close: () => folder.close() };
    },
    async requireSame(real, stats, shown) {
      if (held) return;
      const now = await realPathOf(real);
      await rootOf(now, shown);
      const there = await lstat(now, { bigint: true });
      if (there.ino !== stats.ino || there.dev !== stats.dev) {
        throw new ToolError("outside", `${shown} was exchanged while it was opened`);
      }
    },
  };
}

/** The path of a file in a held folder. */
export function inFolder(folder: HeldFolder, name: string): string {
  return join(folder.path, name);
}
