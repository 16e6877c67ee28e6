/**
 * The operating system's keychain as the keychain store uses it: entries of text under a service and an account. Every
 * call stands for itself, as if made by another program, so that what is read was really kept.
 */
export interface KeychainBackend {
  /** What people know it by, such as "Secret Service". */
  readonly name: string;
  /** The text of an entry, or null when there is none. Rejects when the keychain is locked or missing. */
  get(service: string, account: string): Promise<string | null>;
  set(service: string, account: string, text: string): Promise<void>;
  /** Says whether there was one. */
  delete(service: string, account: string): Promise<boolean>;
}

/** The part of `@napi-rs/keyring` that is used. */
interface KeyringModule {
  readonly AsyncEntry: new (
    service: string,
    account: string,
    options: { readonly linux: { readonly store: "secret-service" } },
  ) => {
    getPassword(): Promise<string | null>;
    setPassword(text: string): Promise<void>;
    deleteCredential(): Promise<boolean>;
  };
}

/** Without the pin, a Linux without Secret Service keeps secrets in the kernel, which forgets them without a word. */
const pinned = { linux: { store: "secret-service" } } as const;

/** Optional, and native: by this name at run time only, so that neither compilers nor bundlers insist on it. */
const packageName: string = "@napi-rs/keyring";

const names: Readonly<Record<string, string>> = {
  darwin: "the macOS keychain",
  win32: "the Windows Credential Manager",
};

/** The backend through the optional package `@napi-rs/keyring`; undefined where that is not installed. */
export async function loadKeychainBackend(): Promise<KeychainBackend | undefined> {
  let keyring: KeyringModule;
  try {
    keyring = (await import(packageName)) as KeyringModule;
  } catch {
    return undefined;
  }
  const entry = (service: string, account: string) => new keyring.AsyncEntry(service, account, pinned);
  return {
    name: names[process.platform] ?? "the Secret Service",
    get: async (service, account) => entry(service, account).getPassword(),
    set: async (service, account, text) => entry(service, account).setPassword(text),
    delete: async (service, account) => entry(service, account).deleteCredential(),
  };
}
