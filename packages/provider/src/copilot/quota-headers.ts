import type { ResponseHeaders } from "../errors/retry-after.ts";
import { headerOf } from "../errors/retry-after.ts";
import { readQuotaValue, type QuotaValue } from "../errors/quota-value.ts";
import type { CopilotQuota } from "./user.ts";

/** How much of a window of time is used up; such limits pass by waiting. */
export interface CopilotUsageWindow {
  /** `session`, of some hours, or `weekly`. */
  name: string;
  /** How much is left, from 0 to 100. */
  percentRemaining: number;
  /** When it starts anew, ISO 8601. */
  resetsAt?: string;
}

/** What the answers of the Copilot host have told about allowances; the newest value of each. */
export interface CopilotQuotaState {
  quotas: readonly CopilotQuota[];
  windows: readonly CopilotUsageWindow[];
}

const QUOTA_PREFIX = "x-quota-snapshot-";
const WINDOW_PREFIX = "x-usage-ratelimit-";

/** Reads the quota headers of one answer; `undefined` when it has none that make sense. */
export function readQuotaHeaders(headers: ResponseHeaders): CopilotQuotaState | undefined {
  const quotas: CopilotQuota[] = [];
  const windows: CopilotUsageWindow[] = [];
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(QUOTA_PREFIX) && !name.startsWith(WINDOW_PREFIX)) continue;
    const value = readQuotaValue(headerOf(headers, name) ?? "");
    if (!value) continue;
    if (name.startsWith(QUOTA_PREFIX)) quotas.push(quotaOf(name.slice(QUOTA_PREFIX.length), value));
    else windows.push(windowOf(name.slice(WINDOW_PREFIX.length), value));
  }
  return quotas.length + windows.length > 0 ? { quotas, windows } : undefined;
}

function quotaOf(name: string, value: QuotaValue): CopilotQuota {
  const { entitlement, percentRemaining } = value;
  const unlimited = entitlement === -1;
  return {
    name,
    unlimited,
    ...(!unlimited && { entitlement, remaining: (entitlement * percentRemaining) / 100 }),
    percentRemaining,
    overagePermitted: value.overagePermitted,
    overage: value.overage,
    ...(value.resetsAt !== undefined && { resetsAt: value.resetsAt }),
  };
}

function windowOf(name: string, { percentRemaining, resetsAt }: QuotaValue): CopilotUsageWindow {
  return { name, percentRemaining, ...(resetsAt !== undefined && { resetsAt }) };
}

/** Puts newer values over older ones, by name. */
export function mergeQuota(
  older: CopilotQuotaState | undefined,
  newer: CopilotQuotaState,
): CopilotQuotaState {
  if (!older) return newer;
  return {
    quotas: byName([...older.quotas, ...newer.quotas]),
    windows: byName([...older.windows, ...newer.windows]),
  };
}

function byName<Entry extends { name: string }>(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [entry.name, entry])).values()];
}
