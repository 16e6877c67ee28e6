import { constants } from "node:fs";
import { open, readdir, readlink } from "node:fs/promises";
import type { Confinement } from "../shared/confinement.ts";
import type { ReadFolder } from "./walk.ts";

const FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);

/**
 * Lists folders for a confined walk. On Linux a folder is opened, and where the opened one really is decides, so that
 * a link that is put in its place meanwhile shows nothing; elsewhere it is looked at just before.
 */
export function readConfined(confinement: Confinement): ReadFolder {
  return async (path) => {
    if (process.platform !== "linux") {
      return readdir(await confinement.locate(path, path), { withFileTypes: true });
    }
    const folder = await open(path, FOLDER);
    try {
      const held = `/proc/self/fd/${folder.fd}`;
      await confinement.locate(await readlink(held), path);
      return await readdir(held, { withFileTypes: true });
    } finally {
      await folder.close();
    }
  };
}
