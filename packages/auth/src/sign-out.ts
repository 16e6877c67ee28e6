import type { Accounts } from "./accounts/accounts.ts";
import type { AuthError } from "./errors.ts";
import { isAuthError } from "./errors.ts";
import { revokeUrl } from "./revoke-url.ts";
import type { CredentialStore } from "./store/credential-store.ts";

/** Settings of `signOut`. */
export interface SignOutOptions {
  readonly store: CredentialStore;
  /** Their choices of a signed-out account are taken back. */
  readonly accounts?: Accounts;
  /** The ids to sign out; `all` for every account of the store. */
  readonly ids: readonly string[] | "all";
}

/** An account that is signed out. */
export interface SignedOut {
  readonly id: string;
  /** The page on which the person can take the token back as well; absent for keys of other services. */
  readonly revokeUrl?: string;
}

/** What signing out did. */
export interface SignOutReport {
  readonly signedOut: readonly SignedOut[];
  /** Ids that nobody was signed in as. */
  readonly unknown: readonly string[];
  /** What is still stored, and why. */
  readonly left: readonly { readonly id: string; readonly error: AuthError }[];
}

/**
 * Removes every copy of the accounts' tokens from the store, keychain and file alike, and tells for each where it can be
 * revoked. A failure of one does not keep the others from being signed out: it is in the report. Throws only when the store
 * cannot be listed for `all`.
 */
export async function signOut(options: SignOutOptions): Promise<SignOutReport> {
  const { store, accounts } = options;
  const ids = options.ids === "all" ? await store.list() : options.ids;
  const signedOut: SignedOut[] = [];
  const unknown: string[] = [];
  const left: { id: string; error: AuthError }[] = [];
  for (const id of ids) {
    // Only for the address below: signing out works without it.
    const credential = await store.get(id).catch(() => undefined);
    try {
      const listed = (await store.list()).includes(id);
      const had = await store.delete(id);
      await accounts?.forget(id);
      if (!had && !listed) {
        unknown.push(id);
        continue;
      }
      const isGitHub = credential?.type === "oauth";
      signedOut.push({ id, ...(isGitHub && { revokeUrl: revokeUrl(credential) }) });
    } catch (error) {
      if (!isAuthError(error)) throw error;
      left.push({ id, error });
    }
  }
  return { signedOut, unknown, left };
}
