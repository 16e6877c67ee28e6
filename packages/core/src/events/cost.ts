import type { Usage } from "@zotpilot/provider/model";

/** What something has cost, as far as the service has said; never a guess. */
export interface Cost {
  /** Copilot's AI credits; null when nobody knows. */
  credits: number | null;
  /** Why the credits are unknown, or too few. */
  reason?: string;
}

const nanoPerCredit = 1e9;
const silent = "the service did not say what it costs";

/** What one model call has cost. */
export function costOf(usage: Usage | null): Cost {
  if (!usage) return { credits: null, reason: "the service did not say what the call used" };
  if (usage.nanoAiu === undefined) return { credits: null, reason: silent };
  return { credits: usage.nanoAiu / nanoPerCredit };
}

/** Whether the service has said what a model call cost. */
export function isMeasured(usage: Usage | null): boolean {
  return usage?.nanoAiu !== undefined;
}

/** What several model calls have cost together; `unmeasured` of them did not say, and the sum says so. */
export function totalCost(usage: Usage, unmeasured: number): Cost {
  if (usage.nanoAiu === undefined) return { credits: null, reason: silent };
  const credits = usage.nanoAiu / nanoPerCredit;
  if (unmeasured === 0) return { credits };
  const calls = unmeasured === 1 ? "one call is" : `${unmeasured} calls are`;
  return { credits, reason: `${calls} missing: the service did not say what they cost` };
}
