import type { KeychainBackend } from "../src/index.ts";

/** A keychain in memory, which several stores can share as if they were programs on one machine. */
export function sampleKeychain(changes: Partial<KeychainBackend> = {}) {
  const entries = new Map<string, string>();
  const key = (service: string, account: string) => `${service}\0${account}`;
  const backend: KeychainBackend = {
    name: "the sample keychain",
    get: async (service, account) => entries.get(key(service, account)) ?? null,
    set: async (service, account, text) => void entries.set(key(service, account), text),
    delete: async (service, account) => entries.delete(key(service, account)),
    ...changes,
  };
  return { backend, entries };
}

/** A keychain that asks a person who is not there. */
export const hangingKeychain = (): KeychainBackend => {
  const hang = () => new Promise<never>(() => undefined);
  return { name: "the hanging keychain", get: hang, set: hang, delete: hang };
};

/** One that is locked. */
export const lockedKeychain = (): KeychainBackend => {
  const refuse = async (): Promise<never> => {
    throw new Error("Couldn't access platform storage: the collection is locked.");
  };
  return { name: "the locked keychain", get: refuse, set: refuse, delete: refuse };
};
