import {
  createAccounts,
  createTokenRefresher,
  openCredentialStore,
  type Accounts,
  type CredentialStore,
  type OpenedStore,
  type TokenRefresher,
} from "@zotpilot/auth";
import { UsageError } from "../errors.ts";
import { resolvePaths } from "./paths.ts";

/** Where tokens are kept, whose they are, and how they stay fresh. */
export interface Credentials {
  readonly store: CredentialStore;
  readonly accounts: Accounts;
  readonly refresher: TokenRefresher;
  /** Keychain or file, where, and why. */
  readonly opened: OpenedStore;
}

/** Opens them. Throws a {@link UsageError} for a setting that does not exist, and the errors of the store. */
export async function openCredentials(options: {
  env: Record<string, string | undefined>;
  fetch: typeof globalThis.fetch;
  onWarning: (sentence: string) => void;
}): Promise<Credentials> {
  const { env, fetch, onWarning } = options;
  const folder = resolvePaths(env).settings;
  const opened = await openCredentialStore({ folder, preference: preferenceFrom(env), onWarning });
  const { store } = opened;
  return {
    store,
    opened,
    accounts: createAccounts({ store, folder, onWarning }),
    refresher: createTokenRefresher({ store, fetch, onWarning }),
  };
}

/** Where the token of this account is kept, as a sentence. */
export function placeSentence({ kind, place }: OpenedStore): string {
  return kind === "file"
    ? `The token is kept in ${place}, readable by you alone.`
    : `The token is kept in the keychain (${place}).`;
}

function preferenceFrom(env: Record<string, string | undefined>): "auto" | "keychain" | "file" {
  const setting = env["ZOTPILOT_CREDENTIAL_STORE"];
  if (!setting) return "auto";
  if (setting === "auto" || setting === "keychain" || setting === "file") return setting;
  throw new UsageError(`ZOTPILOT_CREDENTIAL_STORE is "${setting}"; it can be auto, keychain or file.`);
}
