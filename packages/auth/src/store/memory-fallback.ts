import { isAuthError } from "../errors.ts";
import type { AuthError } from "../errors.ts";
import type { Credential, CredentialStore } from "./credential-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createOrder } from "./in-order.ts";
import { checkCredential } from "./schema.ts";
import { createTurns } from "./turns.ts";

/**
 * A store that goes on in memory when saving fails (a full disk, a read-only home): the new credential is used for as long
 * as the program runs, and `onNotSaved` is told once for each account with the error that says why. What was stored
 * before is still there afterwards. Signing out is not softened: an account that could not be deleted is an error.
 */
export function withMemoryFallback(
  store: CredentialStore,
  onNotSaved: (id: string, error: AuthError) => void = () => undefined,
): CredentialStore {
  const memory = createMemoryStore();
  const turns = createTurns();
  const inOrder = createOrder();
  const told = new Set<string>();

  async function keep(id: string, credential: Credential, error: unknown): Promise<void> {
    if (!isUnsaved(error)) throw error;
    await memory.set(id, credential);
    if (told.has(id)) return;
    told.add(id);
    onNotSaved(id, error);
  }

  return {
    async get(id) {
      return (await memory.get(id)) ?? store.get(id);
    },
    set: (id, credential) =>
      inOrder(async () => {
        const copy = checkCredential(credential);
        try {
          await store.set(id, copy);
          await memory.delete(id);
        } catch (error) {
          await keep(id, copy, error);
        }
      }),
    delete: (id) =>
      inOrder(async () => {
        const forgotten = await memory.delete(id);
        return (await store.delete(id)) || forgotten;
      }),
    async list() {
      const ids = new Set([...(await store.list()), ...(await memory.list())]);
      return [...ids].sort();
    },
    update: (id, change) =>
      inOrder(async () => {
        let wanted: Credential | undefined;
        try {
          if ((await memory.get(id)) !== undefined) return await memory.update(id, change);
          return await store.update(id, (current) => (wanted = change(current)));
        } catch (error) {
          if (wanted === undefined) throw error;
          await keep(id, wanted, error);
          return { ...wanted };
        }
      }),
    async exclusively(id, action, wait) {
      if ((await memory.get(id)) !== undefined) return turns(id, action, wait);
      return store.exclusively(id, action, wait);
    },
  };
}

function isUnsaved(error: unknown): error is AuthError {
  return isAuthError(error) && (error.code === "store_unwritable" || error.code === "keychain_unavailable");
}
