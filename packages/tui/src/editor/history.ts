/** What was submitted before, and where in it the person is looking. */
export interface History {
  /** Oldest first. */
  readonly entries: readonly string[];
  /** The entry that is shown; `entries.length` is the text being written. */
  readonly position: number;
  /** The text being written, kept while an entry is shown. */
  readonly draft: string;
}

/** A history without entries. */
export const emptyHistory: History = { entries: [], position: 0, draft: "" };

const limit = 500;

/** Adds an entry and goes back to the text being written. The same entry twice in a row is kept once. */
export function remember(history: History, entry: string): History {
  const known = entry.trim() === "" || history.entries.at(-1) === entry;
  const entries = known ? history.entries : [...history.entries, entry].slice(-limit);
  return { entries, position: entries.length, draft: "" };
}

/** The entry before, or behind, the shown one. Undefined when there is none. */
export function browse(
  history: History,
  step: -1 | 1,
  current: string,
): { history: History; text: string } | undefined {
  const position = history.position + step;
  if (position < 0 || position > history.entries.length) return undefined;
  const draft = history.position === history.entries.length ? current : history.draft;
  return { history: { ...history, position, draft }, text: history.entries[position] ?? draft };
}
