import { isAuthError } from "../errors.ts";
import type { CredentialStore } from "./credential-store.ts";
import { createOrder } from "./in-order.ts";

/**
 * Several places as one store: saves go to the first, reading looks through all in their order, and what is saved or
 * forgotten does not stay behind in another place. When a place cannot be read, that is an error only for an account that
 * it lists.
 */
export function createLayeredStore(
  first: CredentialStore,
  others: readonly CredentialStore[],
): CredentialStore {
  const all = [first, ...others];
  const inOrder = createOrder();

  /** The place that has it; a place that is out of reach counts when it lists the account. */
  async function holderOf(id: string): Promise<CredentialStore | undefined> {
    let problem: unknown;
    for (const store of all) {
      try {
        if ((await store.get(id)) !== undefined) return store;
      } catch (error) {
        if (!isAuthError(error)) throw error;
        if (error.code !== "keychain_unavailable" || (await store.list()).includes(id)) problem ??= error;
      }
    }
    if (problem !== undefined) throw problem;
    return undefined;
  }

  async function forget(id: string, stores: readonly CredentialStore[]): Promise<boolean> {
    const problems: unknown[] = [];
    let had = false;
    for (const store of stores) {
      try {
        had = (await store.delete(id)) || had;
      } catch (error) {
        const unlisted =
          isAuthError(error) &&
          error.code === "keychain_unavailable" &&
          !(await store.list().catch(() => [id])).includes(id);
        if (!unlisted) problems.push(error);
      }
    }
    if (problems.length > 0) throw problems[0];
    return had;
  }

  return {
    async get(id) {
      return (await holderOf(id))?.get(id);
    },
    set: (id, credential) =>
      inOrder(async () => {
        await first.set(id, credential);
        await forget(id, others).catch(() => false);
      }),
    delete: (id) => inOrder(() => forget(id, all)),
    async list() {
      const ids = new Set<string>();
      for (const store of all) for (const id of await store.list()) ids.add(id);
      return [...ids].sort();
    },
    update: (id, change) => inOrder(async () => ((await holderOf(id)) ?? first).update(id, change)),
    exclusively: (id, action, wait) => first.exclusively(id, action, wait),
  };
}
