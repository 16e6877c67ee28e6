import type { Dispatcher } from "undici";

/** Headers in every form that undici takes. */
export type AnyHeaders = Dispatcher.DispatchOptions["headers"];

/** Headers as a flat list of names and values, without those named in `without` (lower case). */
export function flatHeaders(headers: AnyHeaders, without: (name: string) => boolean = () => false): string[] {
  const flat: string[] = [];
  const add = (name: unknown, value: unknown) => {
    const key = String(name);
    if (value === undefined || value === null || without(key.toLowerCase())) return;
    for (const one of Array.isArray(value) ? value : [value]) flat.push(key, String(one));
  };
  if (headers === undefined || headers === null) return flat;
  if (Array.isArray(headers)) {
    if (Array.isArray(headers[0])) {
      for (const [name, value] of headers as unknown as [string, unknown][]) add(name, value);
    } else {
      for (let index = 0; index + 1 < headers.length; index += 2) add(headers[index], headers[index + 1]);
    }
  } else if (Symbol.iterator in headers) {
    for (const [name, value] of headers as Iterable<[string, unknown]>) add(name, value);
  } else {
    for (const [name, value] of Object.entries(headers)) add(name, value);
  }
  return flat;
}

/** The lower-case names in a flat list. */
export function namesOf(flat: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (let index = 0; index < flat.length; index += 2) names.add((flat[index] ?? "").toLowerCase());
  return names;
}
