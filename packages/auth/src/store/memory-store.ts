import type { CredentialStore } from "./credential-store.ts";
import { checkCredential } from "./schema.ts";
import type { Credential } from "./schema.ts";
import { createTurns } from "./turns.ts";

/** A store that ends with the program: for tests, and for programs that keep credentials themselves. */
export function createMemoryStore(): CredentialStore {
  const credentials = new Map<string, Credential>();
  const turns = createTurns();
  return {
    async get(id) {
      const credential = credentials.get(id);
      return credential === undefined ? undefined : { ...credential };
    },
    async set(id, credential) {
      credentials.set(id, checkCredential(credential));
    },
    async delete(id) {
      return credentials.delete(id);
    },
    async list() {
      return [...credentials.keys()].sort();
    },
    async update(id, change) {
      const current = credentials.get(id);
      const next = change(current && { ...current });
      if (next !== undefined) credentials.set(id, checkCredential(next));
      const stored = credentials.get(id);
      return stored && { ...stored };
    },
    exclusively: turns,
  };
}
