import { AuthError } from "../errors.ts";
import type { CredentialStore } from "./credential-store.ts";
import { exclusivelyAmongProcesses } from "./exclusive.ts";
import type { KeychainBackend } from "./keychain-backend.ts";
import { keychainCall } from "./keychain-call.ts";
import { createLockedFile } from "./locked-file.ts";
import { idListFormat } from "./id-list.ts";
import { checkCredential, decodeCredential, encodeCredential } from "./schema.ts";
import type { Credential } from "./schema.ts";

/** Settings of `createKeychainStore`. */
export interface KeychainStoreOptions {
  /** See `loadKeychainBackend`. */
  readonly backend: KeychainBackend;
  /** The file with the ids of the accounts, and nothing secret: a keychain cannot tell what it holds. */
  readonly indexPath: string;
  /** The name under which the entries stand in the keychain; `zotpilot` unless given. */
  readonly service?: string;
  /** How long one call of the keychain may take, in milliseconds; 3000 unless given. */
  readonly patienceMs?: number;
  /** Called with one sentence, for example when the keychain has lost an account. */
  readonly onWarning?: (sentence: string) => void;
}

/** The service name under which credentials stand in the keychain. */
export const keychainService = "zotpilot";

/**
 * Keeps each credential as an entry of the operating system's keychain, and the list of ids in a private file. Throws
 * `AuthError` `keychain_unavailable` when the keychain refuses or does not answer in time, `store_unreadable` for an
 * entry that is damaged, and for the list the errors of `createFileStore`.
 */
export function createKeychainStore(options: KeychainStoreOptions): CredentialStore {
  const { backend, service = keychainService, patienceMs } = options;
  const warn = options.onWarning ?? (() => undefined);
  const index = createLockedFile({
    path: options.indexPath,
    format: idListFormat,
    words: {
      title: "list of accounts in the keychain",
      repair: "repair it, or move it away and sign in again",
    },
    onWarning: options.onWarning,
  });
  const told = new Set<string>();

  async function load(id: string): Promise<Credential | undefined> {
    const text = await keychainCall(backend.name, () => backend.get(service, id), { patienceMs });
    if (text === null) return undefined;
    try {
      return decodeCredential(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "is damaged";
      throw new AuthError(
        "store_unreadable",
        `The entry of ${id} in the keychain (${backend.name}) ${reason}. It was left as it is: sign in again to replace it.`,
      );
    }
  }

  async function save(id: string, credential: Credential): Promise<void> {
    const text = encodeCredential(credential);
    const secret = credential.token;
    await keychainCall(backend.name, () => backend.set(service, id, text), { patienceMs, secret });
  }

  /**
   * One change under the lock of the list, so that of several processes none undoes another. The id is on the list before
   * the secret is in the keychain: one that is on no list could never be signed out.
   */
  function keep(id: string, next: () => Promise<Credential | undefined>): Promise<void> {
    return index.update(async (ids, saveNow) => {
      const credential = await next();
      if (credential === undefined) return { changed: false, result: undefined };
      const isNew = !ids.has(id);
      if (isNew) {
        ids.add(id);
        await saveNow();
      }
      try {
        await save(id, credential);
      } catch (error) {
        if (isNew) {
          ids.delete(id);
          await saveNow().catch(() => undefined);
        }
        throw error;
      }
      return { changed: false, result: undefined };
    });
  }

  return {
    async get(id) {
      const credential = await load(id);
      if (credential === undefined && !told.has(id) && (await index.read()).has(id)) {
        told.add(id);
        warn(
          `The keychain (${backend.name}) does not hold ${id} any more. Sign in again to use that account.`,
        );
      }
      return credential;
    },
    async set(id, credential) {
      const checked = checkCredential(credential);
      await keep(id, async () => checked);
    },
    async delete(id) {
      const remove = () => keychainCall(backend.name, () => backend.delete(service, id), { patienceMs });
      const had = await index.updateIfThere(undefined, async (ids) => {
        const result = await remove();
        return { changed: ids.delete(id), result };
      });
      // A list that somebody deleted must not keep a secret from being deleted too.
      return had ?? remove();
    },
    async list() {
      return [...(await index.read())].sort();
    },
    async update(id, change) {
      let stored: Credential | undefined;
      await keep(id, async () => {
        stored = await load(id);
        const next = change(stored && { ...stored });
        if (next === undefined) return undefined;
        stored = checkCredential(next);
        return stored;
      });
      return stored && { ...stored };
    },
    exclusively: (id, action, wait) => exclusivelyAmongProcesses(index.anchor, id, action, wait),
  };
}
