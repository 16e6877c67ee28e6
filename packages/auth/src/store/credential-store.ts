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
  /**
   * Saves what `change` makes of the credential, decided on what the store holds at that moment, so that of several
   * writers none undoes another. `change` returns undefined to leave everything as it is. Resolves to what is stored then.
   */
  update(
    id: string,
    change: (current: Credential | undefined) => Credential | undefined,
  ): Promise<Credential | undefined>;
  /**
   * Runs `action` while no other process and no other call runs one for that id; saving does not wait for it. With
   * `isMoot`, which is asked from time to time while waiting, it stops to wait once that is true, and `action` is not run.
   */
  exclusively<T>(id: string, action: () => Promise<T>, wait?: ExclusiveWait): Promise<T | undefined>;
}

/** How long to wait for one's turn. */
export interface ExclusiveWait {
  readonly isMoot?: () => Promise<boolean>;
  readonly signal?: AbortSignal;
}

/** The id of an account: `login@host`, in lower case because GitHub's names do not differ by case. */
export function credentialId(login: string, host: string): string {
  return `${login}@${host}`.toLowerCase();
}
