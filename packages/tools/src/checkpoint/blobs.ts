import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Contents of files, kept under their SHA-256. */
export interface BlobStore {
  /** Keeps bytes and gives their name. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes; undefined when they are gone or damaged. */
  get(name: string): Promise<Buffer | undefined>;
  /** Every name with its size, in bytes. */
  list(): Promise<Map<string, number>>;
  delete(name: string): Promise<void>;
}

/** The name that bytes are kept under. */
export function blobName(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Makes a store in a folder of its own. */
export function createBlobStore(folder: string): BlobStore {
  const pathOf = (name: string): string => join(folder, name.slice(0, 2), name.slice(2));

  return {
    async put(bytes) {
      const name = blobName(bytes);
      const path = pathOf(name);
      if (await stat(path).catch(() => undefined)) return name;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${randomBytes(4).toString("hex")}`;
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
      return name;
    },
    async get(name) {
      const bytes = await readFile(pathOf(name)).catch(() => undefined);
      return bytes && blobName(bytes) === name ? bytes : undefined;
    },
    async list() {
      const found = new Map<string, number>();
      for (const start of await readdir(folder).catch(() => [])) {
        if (!/^[0-9a-f]{2}$/.test(start)) continue;
        for (const rest of await readdir(join(folder, start)).catch(() => [])) {
          const stats = await stat(join(folder, start, rest)).catch(() => undefined);
          if (stats) found.set(start + rest, stats.size);
        }
      }
      return found;
    },
    delete: (name) => rm(pathOf(name), { force: true }),
  };
}
