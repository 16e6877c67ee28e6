import type { Credential } from "../store/credential-store.ts";

const longestMarginMs = 5 * 60_000;

/** When the token is over, in milliseconds since 1970; undefined for one that does not expire or does not say when. */
export function endOf(credential: Credential): number | undefined {
  if (credential.expiresAt === undefined) return undefined;
  const end = Date.parse(credential.expiresAt);
  return Number.isFinite(end) ? end : undefined;
}

/**
 * True in the last part of a token's life, in which it should be renewed: five minutes, or a quarter of the life of one
 * that lives so short that everybody would always find it due.
 */
export function isDue(credential: Credential, now: number): boolean {
  const end = endOf(credential);
  if (end === undefined) return false;
  const life = end - Date.parse(credential.refreshedAt ?? credential.createdAt);
  const margin = life > 0 ? Math.min(longestMarginMs, life / 4) : 0;
  return now >= end - margin;
}

/** True while this machine's clock says that the token still lives. */
export function isAlive(credential: Credential, now: number): boolean {
  const end = endOf(credential);
  return end === undefined || now < end;
}
