import { join } from "node:path";
import { AuthError } from "../errors.ts";
import type { CredentialStore } from "./credential-store.ts";
import { createFileStore } from "./file-store.ts";
import { loadKeychainBackend } from "./keychain-backend.ts";
import type { KeychainBackend } from "./keychain-backend.ts";
import { probeKeychain } from "./keychain-probe.ts";
import { createKeychainStore, keychainService } from "./keychain-store.ts";
import { createLayeredStore } from "./layered-store.ts";

/** Settings of `openCredentialStore`. */
export interface OpenStoreOptions {
  /** Where our files lie; made when missing, and private. */
  readonly folder: string;
  /**
   * `keychain` uses nothing else and fails where there is none, `file` never asks for a keychain, `auto` takes the keychain
   * unless it is missing or accounts are already in the file. `auto` unless given.
   */
  readonly preference?: "auto" | "keychain" | "file";
  /** The keychain to use, or null for none; that of the operating system unless given. */
  readonly backend?: KeychainBackend | null;
  /** The name of the entries in the keychain; `zotpilot` unless given. */
  readonly service?: string;
  /** How long one call of the keychain may take, in milliseconds; 3000 unless given. */
  readonly patienceMs?: number;
  /** Called with one sentence when something had to be corrected or was lost. */
  readonly onWarning?: (sentence: string) => void;
}

/** A store, and where it keeps what is saved. */
export interface OpenedStore {
  readonly store: CredentialStore;
  readonly kind: "keychain" | "file";
  /** Where, in words: the keychain's name or the path of the file. */
  readonly place: string;
  /** Why it was taken, as one sentence. */
  readonly reason: string;
  /** Ids that only the keychain holds while it cannot be reached; empty otherwise. */
  readonly unreachable: readonly string[];
}

/** The names of our files in the folder. */
export const storeFiles = {
  credentials: "credentials.json",
  keychainIndex: "keychain.json",
  accounts: "accounts.json",
} as const;

/**
 * Opens the place where credentials are kept and says which it is. What the other place holds from earlier is still found
 * and signed out, but nothing is moved (see `moveCredentials`). Throws `AuthError` `keychain_unavailable` with the
 * preference `keychain` where there is none that works, and the errors of the stores. Takes 3 s at most.
 */
export async function openCredentialStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const { folder, preference = "auto", service = keychainService, patienceMs, onWarning } = options;
  const warn = onWarning && { onWarning };
  const path = join(folder, storeFiles.credentials);
  const indexPath = join(folder, storeFiles.keychainIndex);
  const file = createFileStore({ path, ...warn });
  const keychainOf = (backend: KeychainBackend) =>
    createKeychainStore({
      backend,
      indexPath,
      service,
      ...(patienceMs !== undefined && { patienceMs }),
      ...warn,
    });
  /** Our list of what a keychain holds, without asking the keychain. */
  const listed = () => keychainOf(missing).list();
  const takeFile = async (reason: string, keychain?: CredentialStore): Promise<OpenedStore> => {
    const elsewhere = await listed();
    const others = elsewhere.length > 0 ? [keychain ?? keychainOf(missing)] : [];
    const here = elsewhere.length > 0 && keychain === undefined ? await file.list() : [];
    return {
      store: others.length > 0 ? createLayeredStore(file, others) : file,
      kind: "file",
      place: path,
      reason,
      unreachable: keychain === undefined ? elsewhere.filter((id) => !here.includes(id)) : [],
    };
  };

  const find = async () =>
    options.backend === undefined ? loadKeychainBackend() : (options.backend ?? undefined);
  if (preference === "file") {
    const known = (await listed()).length > 0 ? await find() : undefined;
    return takeFile("A private file was asked for.", known && keychainOf(known));
  }
  if (preference === "auto" && (await listed()).length === 0 && (await file.list()).length > 0)
    return takeFile("Accounts are already kept in the private file; they can be moved to the keychain.");

  const backend = await find();
  const problem =
    backend === undefined
      ? "the package @napi-rs/keyring, through which it is reached, is not installed"
      : await probeKeychain(backend, service, patienceMs);
  if (backend === undefined || problem !== undefined) {
    const sentence = `The keychain cannot be used: ${problem}.`;
    if (preference === "keychain") throw new AuthError("keychain_unavailable", sentence);
    return takeFile(`${sentence} Tokens are kept in a private file.`);
  }
  const keychain = keychainOf(backend);
  const inFile = (await file.list()).length > 0;
  return {
    store: inFile ? createLayeredStore(keychain, [file]) : keychain,
    kind: "keychain",
    place: backend.name,
    reason:
      preference === "keychain"
        ? "The keychain was asked for."
        : "The keychain keeps tokens safer than a file.",
    unreachable: [],
  };
}

/** Stands for a keychain that is not there: its accounts are known, and cannot be had. */
const gone = async (): Promise<never> => {
  throw new Error("it is not there at the moment");
};
const missing: KeychainBackend = { name: "not reachable", get: gone, set: gone, delete: gone };
