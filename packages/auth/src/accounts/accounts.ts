import { realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AuthError } from "../errors.ts";
import { displayText } from "../display.ts";
import type { Credential, CredentialStore } from "../store/credential-store.ts";
import { createLockedFile } from "../store/locked-file.ts";
import type { Change } from "../store/locked-file.ts";
import { storeFiles } from "../store/open-store.ts";
import { choicesFormat } from "./choices.ts";
import type { AccountChoices } from "./choices.ts";

/** Settings of `createAccounts`. */
export interface AccountsOptions {
  readonly store: CredentialStore;
  /** The folder of our files, as for `openCredentialStore`; the choices are kept there in `accounts.json`. */
  readonly folder: string;
  readonly onWarning?: (sentence: string) => void;
}

/** A stored account, without its token. */
export interface Account {
  readonly id: string;
  readonly login: string;
  readonly host: string;
  readonly signedInAt: string;
  /** True for the one that is used where no folder says otherwise. */
  readonly isDefault: boolean;
  /** The folders in and below which it is used. */
  readonly folders: readonly string[];
}

/** Where a question is asked from. */
export interface AccountScope {
  /** A folder: its own choice, or that of the nearest folder above it. */
  readonly folder?: string;
  /** Only accounts of this host, by its `GitHubHost` name. */
  readonly host?: string;
}

/** The accounts of a store, and which of them to use where. See `createAccounts`. */
export interface Accounts {
  /** All stored accounts, by id. One that cannot be read (a locked keychain) is listed by what its id tells. */
  list(): Promise<readonly Account[]>;
  /**
   * The id to use: the choice of the folder or the nearest above it, else the default, else the account that signed in
   * last. A choice of an account that is no longer stored, or is on another host, counts for nothing.
   */
  resolve(scope?: AccountScope): Promise<string | undefined>;
  /**
   * Chooses the account for a folder, or for everywhere; null takes the choice back. Throws `AuthError` `not_logged_in` for
   * an id that is not stored.
   */
  choose(id: string | null, scope?: Pick<AccountScope, "folder">): Promise<void>;
  /** Takes every choice of an account back, for one that signed out. */
  forget(id: string): Promise<void>;
}

/**
 * Several accounts in one store: a default for the machine and one for each folder, kept in a private file that holds ids
 * and no secrets. Throws the errors of `createFileStore` for that file.
 */
export function createAccounts(options: AccountsOptions): Accounts {
  const { store } = options;
  const file = createLockedFile<AccountChoices>({
    path: join(options.folder, storeFiles.accounts),
    format: choicesFormat,
    words: { title: "file of chosen accounts", repair: "repair it, or move it away and choose again" },
    onWarning: options.onWarning,
  });

  async function newest(ids: readonly string[], host: string | undefined): Promise<string | undefined> {
    let best: { readonly id: string; readonly credential: Credential } | undefined;
    for (const id of ids) {
      const credential = await store.get(id);
      if (credential?.type !== "oauth" || (host !== undefined && credential.host !== host)) continue;
      if (best === undefined || credential.createdAt > best.credential.createdAt) best = { id, credential };
    }
    return best?.id;
  }

  return {
    async list() {
      const choices = await file.read();
      const ids = await store.list();
      return Promise.all(
        ids.map(async (id) => {
          const credential = await store.get(id).catch(() => undefined);
          const [login, host] = splitId(id);
          return {
            id,
            login: credential?.login ?? login,
            host: credential?.host ?? host,
            signedInAt: credential?.createdAt ?? "",
            isDefault: choices.default === id,
            folders: [...choices.folders].filter(([, chosen]) => chosen === id).map(([folder]) => folder),
          };
        }),
      );
    },
    async resolve({ folder, host } = {}) {
      const choices = await file.read();
      const ids = await store.list();
      const usable = (id: string | undefined): id is string =>
        id !== undefined && ids.includes(id) && (host === undefined || splitId(id)[1] === host.toLowerCase());
      for (const above of folder === undefined ? [] : foldersUpFrom(await real(folder))) {
        const chosen = choices.folders.get(above);
        if (usable(chosen)) return chosen;
      }
      return usable(choices.default) ? choices.default : newest(ids, host);
    },
    async choose(id, { folder } = {}) {
      if (id !== null && !(await store.list()).includes(id))
        throw new AuthError(
          "not_logged_in",
          `${displayText(id, 100)} is not signed in, so it cannot be chosen.`,
        );
      const place = folder === undefined ? undefined : await real(folder);
      await file.update((choices): Change<undefined> => {
        if (place === undefined) choices.default = id ?? undefined;
        else if (id === null) choices.folders.delete(place);
        else choices.folders.set(place, id);
        return { changed: true, result: undefined };
      });
    },
    async forget(id) {
      await file.updateIfThere(undefined, (choices): Change<undefined> => {
        const chosen = [...choices.folders].filter(([, other]) => other === id);
        for (const [folder] of chosen) choices.folders.delete(folder);
        const isDefault = choices.default === id;
        if (isDefault) choices.default = undefined;
        return { changed: isDefault || chosen.length > 0, result: undefined };
      });
    },
  };
}

/** Login and host of an id; a host can have no `@` in it, a name could. */
function splitId(id: string): readonly [login: string, host: string] {
  const at = id.lastIndexOf("@");
  return at < 0 ? [id, ""] : [id.slice(0, at), id.slice(at + 1)];
}

/** One name for a folder, whichever way it was reached; as it was given when it is not there. */
const real = (folder: string): Promise<string> => realpath(folder).catch(() => resolve(folder));

function foldersUpFrom(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersUpFrom(above)];
}
