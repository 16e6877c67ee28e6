import { isDeepStrictEqual } from "node:util";
import { AuthError } from "../errors.ts";
import type { CredentialStore } from "./credential-store.ts";

/**
 * Moves every account from one store to another, for example from the file to the keychain: an account is forgotten in the
 * first only once the second has given it back unchanged. Resolves to the ids that were moved. Throws `AuthError` when one
 * of the stores fails; every account is then still in at least one of them.
 */
export async function moveCredentials(
  from: CredentialStore,
  to: CredentialStore,
): Promise<readonly string[]> {
  const moved: string[] = [];
  for (const id of await from.list()) {
    const credential = await from.get(id);
    if (credential === undefined) continue;
    await to.set(id, credential);
    if (!isDeepStrictEqual(await to.get(id), credential))
      throw new AuthError(
        "store_unwritable",
        `${id} was saved and came back changed, so it stays where it was as well.`,
      );
    await from.delete(id);
    moved.push(id);
  }
  return moved;
}
