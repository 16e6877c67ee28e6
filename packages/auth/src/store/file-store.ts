import { dirname, resolve } from "node:path";
import { isAuthError } from "../errors.ts";
import { removeLeftovers, writeAtomically } from "./atomic-write.ts";
import type { CredentialStore } from "./credential-store.ts";
import { canonical, locate } from "./location.ts";
import { acquireLock } from "./lock.ts";
import type { Lock } from "./lock.ts";
import { ensurePrivateFolder, maximumFileBytes, readPrivateFile } from "./private-file.ts";
import { systemReason, unreadable, unwritable } from "./problem.ts";
import { checkCredential, decodeDocument, emptyDocument, encodeDocument, findCredential } from "./schema.ts";
import type { StoreDocument } from "./schema.ts";

/** Settings of `createFileStore`. */
export interface FileStoreOptions {
  /** The file; its folder is made when missing. */
  readonly path: string;
  /** Called with one sentence when other users could read the file or its folder, after that was corrected. */
  readonly onWarning?: (sentence: string) => void;
}

const leftoverAgeMs = 60_000;

/**
 * Keeps credentials in one JSON file, mode 0600 in a folder of mode 0700, as plain text. A missing file is an empty
 * store. Saving is atomic and on the disk when it returns; several processes can save at once without losing entries.
 *
 * Throws `AuthError`: `store_unreadable` for a damaged file (its bytes stay as they are, and nothing is saved over
 * them), `store_insecure` for one that belongs to another user, `store_unwritable` when saving failed.
 */
export function createFileStore(options: FileStoreOptions): CredentialStore {
  const path = resolve(options.path);
  const warn = options.onWarning ?? (() => undefined);
  let tidied = false;
  let last: Promise<unknown> = Promise.resolve();

  async function load(target: string | undefined): Promise<{ document: StoreDocument; warning?: string }> {
    const file = target === undefined ? undefined : await readPrivateFile(target, path);
    if (file === undefined) return { document: emptyDocument() };
    const warning =
      file.loosened === undefined
        ? undefined
        : `Other users of this machine could read ${path} (mode ${file.loosened}); it is private again (0600).`;
    try {
      return { document: decodeDocument(file.bytes), ...(warning === undefined ? {} : { warning }) };
    } catch (error) {
      if (warning !== undefined) warn(warning);
      throw unreadable(path, error instanceof Error ? error.message : "is damaged", error);
    }
  }

  async function read(): Promise<StoreDocument> {
    const target = await locate(path);
    if (target !== undefined && !tidied) await removeLeftovers(target, leftoverAgeMs);
    tidied = true;
    const { document, warning } = await load(target);
    if (warning !== undefined) warn(warning);
    return document;
  }

  /** One change, decided on what the file holds at that moment. */
  async function update<T>(
    change: (entries: Map<string, unknown>) => { changed: boolean; result: T },
  ): Promise<T> {
    const linked = await locate(path);
    const folderMode = await ensurePrivateFolder(path);
    const target = await canonical(linked ?? path);
    for (;;) {
      const lock = await acquireLock(`${target}.lock`);
      try {
        await removeLeftovers(target, 0);
        const { document, warning } = await load(target);
        const loosened =
          warning ??
          (folderMode === undefined
            ? undefined
            : `Other users of this machine could open the folder ${dirname(path)} (mode ${folderMode}); it is private now (0700).`);
        if (loosened !== undefined) warn(loosened);
        const { changed, result } = change(document.entries);
        if (changed) await save(target, document, lock);
        return result;
      } catch (error) {
        if (!(error instanceof LockLost)) throw error;
      } finally {
        await lock.release();
      }
    }
  }

  /** In the order of the calls, and every failure as an `AuthError`. */
  function inOrder<T>(action: () => Promise<T>): Promise<T> {
    const done = last.then(action);
    last = done.catch(() => undefined);
    return done.catch((error: unknown) => {
      throw isAuthError(error) ? error : unwritable(path, systemReason(error), error);
    });
  }

  return {
    async get(id) {
      return findCredential(await read(), id);
    },
    async set(id, credential) {
      const checked = checkCredential(credential);
      await inOrder(() =>
        update((entries) => ({ changed: entries.set(id, checked).has(id), result: undefined })),
      );
    },
    async delete(id) {
      return inOrder(async () => {
        // Where there is no file there is nothing to forget, and no reason to make one.
        if ((await locate(path)) === undefined) return false;
        return update((entries) => {
          const changed = entries.delete(id);
          return { changed, result: changed };
        });
      });
    },
    async list() {
      const document = await read();
      return [...document.entries.keys()].filter((id) => findCredential(document, id) !== undefined).sort();
    },
  };
}

/** Another process took the lock over while this one slept: what was read may be old, so start again. */
class LockLost extends Error {}

async function save(target: string, document: StoreDocument, lock: Lock): Promise<void> {
  const text = encodeDocument(document);
  if (Buffer.byteLength(text) > maximumFileBytes) throw new Error("it would grow beyond 1 MB");
  await writeAtomically(target, text, async () => {
    if (!(await lock.isHeld())) throw new LockLost();
  });
}
