import type { Dispatcher } from "undici";

/** Headers in every form that undici takes. */
export type AnyHeaders = Dispatcher.DispatchOptions["headers"];

/** A header whose name is compared often. */
export interface AddedHeader {
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  readonly value: string;
}

/** Headers in the form that {@link mergeHeaders} adds them in. */
export function addedHeaders(headers: Readonly<Record<string, string>>): AddedHeader[] {
  return Object.entries(headers).map(([name, value]) => ({ name, key: name.toLowerCase(), value }));
}

/**
 * Headers as a flat list of names and values: those given, without the ones named in `dropped` (lower case), and those of
 * `added` that are not among them. Every request goes through it more than once.
 */
export function mergeHeaders(
  given: AnyHeaders,
  added: readonly AddedHeader[],
  dropped: readonly string[] = [],
): string[] {
  const flat: string[] = [];
  const take = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    if (dropped.length > 0 && dropped.includes(name.toLowerCase())) return;
    if (Array.isArray(value)) for (const one of value) flat.push(name, String(one));
    else flat.push(name, `${value as string | number}`);
  };
  if (Array.isArray(given) && !Array.isArray(given[0])) {
    for (let index = 0; index + 1 < given.length; index += 2) take(String(given[index]), given[index + 1]);
  } else if (given && Symbol.iterator in given) {
    for (const [name, value] of given as Iterable<[string, unknown]>) take(name, value);
  } else {
    for (const name in given) if (Object.hasOwn(given, name)) take(name, given[name]);
  }
  const end = flat.length;
  for (const { name, key, value } of added) {
    let isGiven = false;
    for (let index = 0; index < end && !isGiven; index += 2) isGiven = flat[index]?.toLowerCase() === key;
    if (!isGiven) flat.push(name, value);
  }
  return flat;
}
