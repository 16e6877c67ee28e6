import { constants, open } from "node:fs/promises";

/** Makes the names in a folder survive a power loss. Some file systems, and Windows, cannot do that. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Nothing more can be done, and the data is in place.
  }
}
