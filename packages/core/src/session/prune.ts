import type { SessionSummary } from "./summary.ts";

/** Which sessions are deleted: those that any of the rules names. Without a rule, none. */
export interface PruneOptions {
  /** Those that were last written longer ago. */
  olderThanMs?: number;
  /** All but so many of the last written. */
  keep?: number;
  /** The oldest ones, until the others take no more than so many bytes together. */
  maxBytes?: number;
  /** Says which would be deleted, and deletes none. */
  dryRun?: boolean;
}

/** The sessions that the rules name, of a list with the last written first. One with a name is kept. */
export function prunable(
  sessions: readonly SessionSummary[],
  rules: PruneOptions,
  now: Date,
): SessionSummary[] {
  const { olderThanMs = Infinity, keep = Infinity, maxBytes = Infinity } = rules;
  let bytes = 0;
  return sessions.filter((session, index) => {
    bytes += session.bytes;
    const age = now.getTime() - session.updatedAt.getTime();
    return session.name === undefined && (age > olderThanMs || index >= keep || bytes > maxBytes);
  });
}
