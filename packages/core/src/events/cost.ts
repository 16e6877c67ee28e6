import type { Usage } from "@zotpilot/provider/model";

/** What something has cost, as far as the service has said; never a guess. */
export interface Cost {
  /** Copilot's AI credits; null when nobody knows. */
  credits: number | null;
  /** Why the credits are unknown, or too few. */
  reason?: string;
  /**
   * What it counts as on plans that count premium requests, where the list of models says so. A person's prompt counts
   * once, with the first call that a service takes; what follows from it does not, and says nothing here.
   */
  premiumRequests?: number;
}

const nanoPerCredit = 1e9;
const silent = "the service did not say what it costs";

/** What one model call has cost. */
export function costOf(usage: Usage | null, premiumRequests?: number): Cost {
  const premium = premiumRequests === undefined ? {} : { premiumRequests };
  if (!usage) return { credits: null, reason: "the service did not say what the call used", ...premium };
  if (usage.nanoAiu === undefined) return { credits: null, reason: silent, ...premium };
  return { credits: usage.nanoAiu / nanoPerCredit, ...premium };
}

/** Whether the service has said what a model call cost. */
export function isMeasured(usage: Usage | null): boolean {
  return usage?.nanoAiu !== undefined;
}

/** What several model calls have cost together; `unmeasured` of them did not say, and the sum says so. */
export function totalCost(usage: Usage, unmeasured: number, premiumRequests?: number): Cost {
  const premium = premiumRequests === undefined ? {} : { premiumRequests };
  if (usage.nanoAiu === undefined) return { credits: null, reason: silent, ...premium };
  const credits = usage.nanoAiu / nanoPerCredit;
  if (unmeasured === 0) return { credits, ...premium };
  const calls = unmeasured === 1 ? "one call is" : `${unmeasured} calls are`;
  return { credits, reason: `${calls} missing: the service did not say what they cost`, ...premium };
}
