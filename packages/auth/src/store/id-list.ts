import type { FileFormat } from "./locked-file.ts";
import { decodeIds } from "./schema.ts";

/** The ids of the accounts in a keychain. */
export const idListFormat: FileFormat<Set<string>> = {
  empty: () => new Set(),
  decode: (bytes) => new Set(decodeIds(bytes)),
  encode: (ids) => `${JSON.stringify({ version: 1, accounts: [...ids].sort() }, null, 2)}\n`,
};
