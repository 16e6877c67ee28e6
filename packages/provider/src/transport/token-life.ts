import type { ExchangedToken } from "./token.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LONGEST = 24 * 60 * MINUTE;
/** Never mint more often than this unless a refused token asks for it, however short a life the service names. */
const SHORTEST_STATED = 30 * SECOND;
/** The least life that we derive ourselves, when the service did not name a time to refresh. */
const SHORTEST_DERIVED = MINUTE;
const USUAL = 25 * MINUTE;
/** Renewed this long before the end when only the end is known. */
const MARGIN = 5 * MINUTE;
/** Renewed at least this long before the end. */
const LAST_MARGIN = MINUTE;

function positive(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}

/**
 * When a fresh token should be renewed, and until when it may be used if that fails. Both are durations: only what
 * the service says about its own clock counts, so a local clock that is wrong changes nothing. Nonsense (zero,
 * negative, not a number, the year 9999) is replaced by something usable.
 */
export function tokenLife(exchanged: Pick<ExchangedToken, "refreshInMs" | "expiresInMs">): {
  refreshAfterMs: number;
  validForMs: number;
} {
  const stated = positive(exchanged.refreshInMs);
  const expires = positive(exchanged.expiresInMs);
  const wanted = stated ?? (expires === undefined ? USUAL : expires - MARGIN);
  const capped = expires === undefined ? wanted : Math.min(wanted, expires - LAST_MARGIN);
  const floor = stated === undefined ? SHORTEST_DERIVED : SHORTEST_STATED;
  const refreshAfterMs = Math.min(LONGEST, Math.max(floor, capped));
  return { refreshAfterMs, validForMs: Math.min(LONGEST, expires ?? refreshAfterMs + MARGIN) };
}
