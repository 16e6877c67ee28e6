import type { CredentialStore } from "./credential-store.ts";
import { exclusivelyAmongProcesses } from "./exclusive.ts";
import { createLockedFile } from "./locked-file.ts";
import { checkCredential, decodeDocument, emptyDocument, encodeDocument, findCredential } from "./schema.ts";
import type { StoreDocument } from "./schema.ts";

/** Settings of `createFileStore`. */
export interface FileStoreOptions {
  /** The file; its folder is made when missing. */
  readonly path: string;
  /** Called with one sentence when other users could read the file or its folder, after that was corrected. */
  readonly onWarning?: (sentence: string) => void;
}

/**
 * Keeps credentials in one JSON file, mode 0600 in a folder of mode 0700, as plain text. A missing file is an empty
 * store. Saving is atomic and on the disk when it returns; several processes can save at once without losing entries.
 *
 * Throws `AuthError`: `store_unreadable` for a damaged file (its bytes stay as they are, and nothing is saved over
 * them), `store_insecure` for one that belongs to another user, `store_unwritable` when saving failed.
 */
export function createFileStore(options: FileStoreOptions): CredentialStore {
  const file = createLockedFile<StoreDocument>({
    path: options.path,
    format: { empty: emptyDocument, decode: decodeDocument, encode: encodeDocument },
    onWarning: options.onWarning,
  });

  return {
    async get(id) {
      return findCredential(await file.read(), id);
    },
    async set(id, credential) {
      const checked = checkCredential(credential);
      await file.update(({ entries }) => ({
        changed: entries.set(id, checked).has(id),
        result: undefined,
      }));
    },
    async delete(id) {
      // Where there is no file there is nothing to forget, and no reason to make one.
      return file.updateIfThere(false, ({ entries }) => {
        const changed = entries.delete(id);
        return { changed, result: changed };
      });
    },
    async list() {
      const document = await file.read();
      return [...document.entries.keys()].filter((id) => findCredential(document, id) !== undefined).sort();
    },
    async update(id, change) {
      return file.update((document) => {
        const current = findCredential(document, id);
        const next = change(current && { ...current });
        if (next === undefined) return { changed: false, result: current };
        const checked = checkCredential(next);
        document.entries.set(id, checked);
        return { changed: true, result: { ...checked } };
      });
    },
    exclusively: (id, action, wait) => exclusivelyAmongProcesses(file.anchor, id, action, wait),
  };
}
