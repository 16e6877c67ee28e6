import { fromSystemError } from "../shared/tool-error.ts";

/** Collects what a search could not look at. */
export interface Unreadable {
  /** A file or folder, as it is shown, and the error or the reason. */
  add(shown: string, reason: unknown): void;
  /** One line about it; undefined when everything could be read. */
  note(): string | undefined;
}

const NAMED = 3;

/** Starts with nothing. Only the first ones are named; of the others it is said how many they are. */
export function createUnreadable(): Unreadable {
  const named: string[] = [];
  let count = 0;
  return {
    add(shown, reason) {
      count += 1;
      if (named.length < NAMED) named.push(sentence(shown, reason));
    },
    note() {
      const left = count - named.length;
      const more = left > 0 ? [`${left} more could not be read`] : [];
      return count > 0 ? [...named, ...more].join("; ") : undefined;
    },
  };
}

function sentence(shown: string, reason: unknown): string {
  // A name could otherwise pass for several lines.
  const name = /[\0-\x1f\x7f-\x9f]/.test(shown) ? JSON.stringify(shown) : shown;
  const told = fromSystemError(reason, "read", name);
  return told instanceof Error ? told.message : `cannot read ${name}: ${String(told)}`;
}
