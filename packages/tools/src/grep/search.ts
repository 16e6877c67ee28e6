/** What is searched for, and where. */
export interface Search {
  /** Absolute. */
  top: string;
  pattern: string;
  ignoreCase: boolean;
  literal: boolean;
  /** The only file to look into, a name in `top`; undefined for all that are below. */
  file: string | undefined;
  /** Names of files, as `glob` takes them; undefined for all. */
  files: string | undefined;
  /** Lines around each match. */
  context: number;
  /** Told about each file and folder that could not be read: its absolute path, and the error or the reason. */
  onUnreadable: (path: string, reason: unknown) => void;
  signal: AbortSignal;
}

/** A line that matches, or stands next to one. */
export interface FoundLine {
  /** Absolute. */
  path: string;
  line: number;
  text: string;
  isMatch: boolean;
}

/** What came of a search. */
export interface SearchReport {
  /** Whether it was ended early because there was enough. */
  stopped: boolean;
}

/** Takes a line; false ends the search. */
export type TakeLine = (line: FoundLine) => boolean;
