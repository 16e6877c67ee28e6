import type { FileFormat } from "../store/locked-file.ts";
import { decodeChoices } from "../store/schema.ts";
import type { AccountChoices } from "../store/schema.ts";

export type { AccountChoices } from "../store/schema.ts";

/** The file of the choices. */
export const choicesFormat: FileFormat<AccountChoices> = {
  empty: () => ({ default: undefined, folders: new Map() }),
  decode: decodeChoices,
  encode(choices) {
    const folders = Object.fromEntries([...choices.folders].sort(([one], [other]) => (one < other ? -1 : 1)));
    const value = { version: 1, ...(choices.default !== undefined && { default: choices.default }), folders };
    return `${JSON.stringify(value, null, 2)}\n`;
  },
};
