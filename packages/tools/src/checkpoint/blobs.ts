import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Contents of files, kept under their SHA-256. */
export interface BlobStore {
  /** Keeps bytes and gives their name. What need not survive a power failure can be written faster. */
  put(bytes: Uint8Array, options?: { durable?: boolean }): Promise<string>;
  has(name: string): Promise<boolean>;
  /** The bytes; undefined when they are gone or damaged. */
  get(name: string): Promise<Buffer | undefined>;
  /** Every name with the room that it takes, in bytes. */
  list(): Promise<Map<string, number>>;
  delete(name: string): Promise<void>;
}

/** The name that bytes are kept under. */
export function blobName(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Disks give out room in pieces of this many bytes, or fewer. */
const PIECE = 4096;

/** Makes a store in a folder of its own. `onAdded` is told the room that new contents take at most, in bytes. */
export function createBlobStore(folder: string, onAdded: (bytes: number) => void): BlobStore {
  const pathOf = (name: string): string => join(folder, name.slice(0, 2), name.slice(2));

  async function has(name: string): Promise<boolean> {
    return (await stat(pathOf(name)).catch(() => undefined)) !== undefined;
  }

  return {
    has,
    async put(bytes, { durable = true } = {}) {
      const name = blobName(bytes);
      const path = pathOf(name);
      if (await has(name)) return name;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${randomBytes(4).toString("hex")}`;
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        if (durable) await handle.sync();
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
      onAdded(Math.ceil(bytes.length / PIECE) * PIECE);
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
          if (stats) found.set(start + rest, roomOf(stats));
        }
      }
      return found;
    },
    delete: (name) => rm(pathOf(name), { force: true }),
  };
}

/** What a file takes of the disk, which for small ones is more than their size. Windows does not tell. */
export function roomOf({ size, blocks }: { size: number; blocks: number | undefined }): number {
  return Math.max(size, (blocks ?? 0) * 512);
}
