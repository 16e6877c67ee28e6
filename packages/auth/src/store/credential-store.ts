import type { Credential } from "./schema.ts";

export type { Credential } from "./schema.ts";

/** Where credentials are kept, by id (see `credentialId`). */
export interface CredentialStore {
  /** The credential, or undefined when there is none. Throws when the store cannot be read: that is not "none". */
  get(id: string): Promise<Credential | undefined>;
  /** Saves it, replacing the one of that id whole. When it returns, the credential survives a crash of the program. */
  set(id: string, credential: Credential): Promise<void>;
  /** Forgets it; says whether there was one. */
  delete(id: string): Promise<boolean>;
  /** The ids, sorted. */
  list(): Promise<readonly string[]>;
}

/** The id of an account: `login@host`, in lower case because GitHub's names do not differ by case. */
export function credentialId(login: string, host: string): string {
  return `${login}@${host}`.toLowerCase();
}
